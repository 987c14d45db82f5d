// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.benchmark.Scenario;
import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Choice;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import io.github.mqttpartitioned.benchmark.Settings;
import io.github.mqttpartitioned.benchmark.report.Head;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.report.Versions;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How many messages one member takes over in a second, from a socket until they are durable and
 * acknowledged. All sides take turns within each round, so that what disturbs the machine disturbs
 * them alike; the first rounds warm up and do not count.
 */
public final class IngestScenario implements Scenario {

  /** So many times fewer messages for clients that would keep everyone waiting. */
  private static final int CLIENT_SHARE = 10;

  /** Rounds in which the JVM still compiles. */
  private static final int WARM_UPS = 2;

  private static final double PERCENT = 100;
  private static final long LEAST_FOR_CLIENTS = 1_000;

  @Override
  public String name() {
    return "ingest";
  }

  @Override
  public String summary() {
    return "one member takes messages from a scripted broker and stores them durably,"
        + " beside stock Paho, HiveMQ's client and a bare socket reader";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(
            "messages",
            new Count(1_000, 1_000_000_000),
            "5000000",
            "100000",
            "messages per round and side; Paho and HiveMQ get one in " + CLIENT_SHARE),
        Setting.ROUNDS,
        Setting.PAYLOAD,
        Setting.TOPICS,
        Setting.of(
            "window",
            new Count(1, 65_535),
            "65535",
            "most messages in flight, which a member asks for as its Receive Maximum"),
        Setting.of("qos", new Choice(List.of("0", "1", "2")), "0,1,2", "QoS to measure"),
        Setting.of(
            "sides",
            new Choice(Arrays.stream(Side.values()).map(Side::word).toList()),
            "connector,paho,hivemq,bare",
            "sides to compare"),
        new Setting(
            "transport",
            new Choice(Transport.WORDS),
            "tcp",
            "tcp,ws",
            "transports to measure; clients and the bare reader use tcp alone"),
        Scratch.SETTING);
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    try (Scratch scratch = Scratch.of(settings)) {
      printHead(settings, scratch, out);
      List<Transport> transports = Transport.of(settings.choice("transport"), scratch);
      Results results = new Results();
      Measurements measurements = new Measurements();
      boolean right = true;
      int warmUps = settings.isCheck() ? 0 : WARM_UPS;
      for (int round = 1 - warmUps; round <= settings.smallCount("rounds"); round++) {
        right &= round(round, settings, transports, scratch, results, measurements, out);
      }
      out.println();
      out.print(results.table());
      measurements.print(out);
      out.println(right ? "\nEvery count was right." : "\nNot every count was right, see above.");
      return right;
    }
  }

  private static boolean round(
      int round,
      Settings settings,
      List<Transport> transports,
      Scratch scratch,
      Results results,
      Measurements measurements,
      PrintStream out)
      throws Exception {
    boolean right = true;
    List<Turn> turns = new ArrayList<>(turns(sides(settings), transports));
    if (round % 2 == 0) {
      // Nobody is always the first, after which the disk may be busy yet.
      Collections.reverse(turns);
    }
    for (int qos : qos(settings)) {
      for (Turn turn : turns) {
        Side side = turn.side();
        Load load = load(side, qos, settings);
        String what =
            "%s, QoS %d, %-9s %-3s"
                .formatted(
                    round <= 0 ? "warm-up" : "round " + round,
                    qos,
                    side.word(),
                    turn.transport().word());
        try {
          Round.Outcome outcome = Round.measure(side, turn.transport(), load, scratch);
          double rate = outcome.rate();
          out.printf(
              Locale.ROOT,
              "%s %,12.0f messages/s%s%n",
              what,
              rate,
              outcome.lost() == 0
                  ? ""
                  : String.format(
                      Locale.ROOT, ", %,d of %,d dropped", outcome.lost(), load.messages()));
          if (round > 0) {
            results.add(side, turn.transport().scheme(), qos, rate);
            String row = "ingest, QoS %d, %s".formatted(qos, turn.word());
            measurements.add(row, "messages/s", rate);
            if (outcome.lost() > 0) {
              measurements.add(row + ", dropped", "%", PERCENT * outcome.lost() / load.messages());
            }
          }
        } catch (WrongCountException e) {
          out.printf("%s WRONG: %s%n", what, e.getMessage());
          right = false;
        }
      }
    }
    return right;
  }

  /** One side over one transport. */
  private record Turn(Side side, Transport transport) {

    /** Over TCP it has the name that it had before there were other transports. */
    String word() {
      return transport.isTcp() ? side.word() : side.word() + " over " + transport.word();
    }
  }

  private static List<Turn> turns(List<Side> sides, List<Transport> transports) {
    return sides.stream()
        .flatMap(
            side ->
                transports.stream()
                    .filter(transport -> side.isConnector() || transport.isTcp())
                    .map(transport -> new Turn(side, transport)))
        .toList();
  }

  private static Load load(Side side, int qos, Settings settings) {
    long messages = settings.count("messages");
    return new Load(
        side == Side.PAHO || side == Side.HIVEMQ
            ? Math.max(LEAST_FOR_CLIENTS, messages / CLIENT_SHARE)
            : messages,
        qos,
        settings.smallCount("payload"),
        settings.smallCount("topics"),
        settings.smallCount("window"));
  }

  private static List<Integer> qos(Settings settings) {
    return settings.choice("qos").stream().map(Integer::valueOf).toList();
  }

  private static List<Side> sides(Settings settings) {
    List<String> words = settings.choice("sides");
    return Stream.of(Side.values()).filter(side -> words.contains(side.word())).toList();
  }

  private static void printHead(Settings settings, Scratch scratch, PrintStream out) {
    Head.print(
        out,
        "Durable ingest of one member, sender and taker on the same machine",
        "Paho " + Versions.paho() + ", HiveMQ client " + Versions.hivemq(),
        String.format(
            Locale.ROOT,
            "%,d messages (clients: %,d), %,d bytes of payload, %,d topics, %,d in flight, %d rounds",
            load(Side.BARE, 0, settings).messages(),
            load(Side.PAHO, 0, settings).messages(),
            settings.count("payload"),
            settings.count("topics"),
            settings.count("window"),
            settings.count("rounds")),
        scratch.directory());
    for (Side side : sides(settings)) {
      out.printf("%-9s = %s%n", side.word(), side.description());
    }
    out.println();
  }
}
