// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a query holds does not grow with its age; see {@link LongLifeProcess}. */
@Tag(Full.TAG)
class LongLifeTest {

  private static final int PER_SECOND = 5_000;
  private static final int PER_SECOND_IN_REAL_TIME = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path folder;

  /** How long it took to publish the messages. */
  private Duration published = Duration.ZERO;

  /** In which memory has not come to rest yet. */
  @Test
  void storeReturnsAfterABacklog() throws Exception {
    assertStoreReturns(live(Duration.ofSeconds(30), false));
  }

  @Test
  void storeReturnsAfterABacklogInRealTimeMode() throws Exception {
    assertStoreReturns(live(Duration.ofSeconds(30), true));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "real-time mode {0}")
  @ValueSource(booleans = {false, true})
  void holdsAsMuchAtTheEndAsAtTheBeginning(boolean realTime) throws Exception {
    Duration life = Soak.duration(Duration.ofHours(1));
    List<Sample> samples = live(life, realTime);
    assertThat(published).as("to publish").isLessThan(life.multipliedBy(11).dividedBy(10));
    assertStoreReturns(samples);
    assertFlat("heapKiB", samples, 32 << 10);
    assertFlat("directKiB", samples, 4 << 10);
    assertFlat("anonymousKiB", samples, 64 << 10);
    assertFlat("threads", samples, 5);
    assertFlat("files", samples, 20);
  }

  private List<Sample> live(Duration life, boolean realTime) throws Exception {
    int perSecond = realTime ? PER_SECOND_IN_REAL_TIME : PER_SECOND;
    long messages = perSecond * life.toSeconds();
    BrokerOptions options = BrokerOptions.DEFAULTS.maxQueued(0);
    try (TestBroker broker = TestBrokers.start(options);
        ChildJvm child =
            ChildJvm.of(
                    LongLifeProcess.class,
                    folder.toString(),
                    broker.url(),
                    String.valueOf(messages),
                    String.valueOf(life.toSeconds()),
                    String.valueOf(realTime))
                .heapMiB(768)
                // Spark remembers this many past batches; the limits are to be reached soon.
                .property("spark.sql.ui.retainedExecutions", "20")
                .property("spark.ui.retainedJobs", "20")
                .property("spark.ui.retainedStages", "20")
                .property("spark.ui.retainedTasks", "100")
                .start()) {
      child.awaitLine("all connected", PATIENCE);
      try (Load load =
          Load.start(broker.url(), LongLifeProcess.PUBLISHERS, messages, 1, perSecond)) {
        long begun = System.nanoTime();
        load.await();
        published = Duration.ofNanos(System.nanoTime() - begun);
        Matcher end = child.awaitLine("missing=(\\d+) duplicated=(\\d+)", PATIENCE);
        List<Sample> samples = child.lines().stream().flatMap(Sample::of).toList();
        assertThat(end.group()).isEqualTo("missing=0 duplicated=0");
        return samples;
      } finally {
        child.lines().stream()
            .filter(line -> !line.contains("batch is falling behind"))
            .forEach(System.out::println);
      }
    }
  }

  /** The backlogs were there, were worked off, and the second one took the pages of the first. */
  private static void assertStoreReturns(List<Sample> samples) {
    long most = samples.stream().mapToLong(sample -> sample.value("storeKiB")).max().orElseThrow();
    Sample last = samples.get(samples.size() - 1);
    assertThat(last.value("storeKiB")).as("of %s KiB at most", most).isLessThan(most / 2);
    long afterFirst = value("fileKiB", samples, 0.35, 0.6);
    long afterSecond = value("fileKiB", samples, 0.75, 1);
    assertThat(afterSecond).isLessThan(afterFirst * 5 / 4 + (8 << 10));
  }

  /** Compares the middle of the life, between the backlogs, with its end. */
  private static void assertFlat(String name, List<Sample> samples, long slack) {
    long before = value(name, samples, 0.4, 0.6);
    long after = value(name, samples, 0.8, 1);
    assertThat(after).as(name).isLessThan(before * 11 / 10 + slack);
  }

  /** The median over a part of the life. */
  private static long value(String name, List<Sample> samples, double from, double until) {
    long[] values =
        samples.subList((int) (from * samples.size()), (int) (until * samples.size())).stream()
            .mapToLong(sample -> sample.value(name))
            .sorted()
            .toArray();
    assertThat(values).as("samples of %s: %s", name, Arrays.toString(values)).isNotEmpty();
    return values[values.length / 2];
  }

  private record Sample(String line) {

    static Stream<Sample> of(String line) {
      return line.startsWith("sample ") ? Stream.of(new Sample(line)) : Stream.empty();
    }

    long value(String name) {
      Matcher matcher = Pattern.compile(" " + name + "=(\\d+)").matcher(line);
      if (!matcher.find()) {
        throw new AssertionError("no " + name + " in " + line);
      }
      return Long.parseLong(matcher.group(1));
    }
  }
}
