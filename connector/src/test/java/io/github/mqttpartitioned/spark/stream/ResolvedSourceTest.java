// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolvedSourceTest {

  @TempDir private Path temp;
  private Path folder;
  private final FakeNode node = new FakeNode();

  @BeforeEach
  void placeCheckpoint() {
    folder = temp.resolve("check point/sources/0");
  }

  private ResolvedSource resolve(int parallelism, String... options) {
    return ResolvedSource.of(TestOptions.of(options), "file:" + folder, node.host(parallelism));
  }

  private SourceSettings begin(String... options) {
    ResolvedSource source = resolve(4, options);
    source.checkpoint().write(source.identity().connected(true));
    return source.settings();
  }

  @Test
  void firstStartDerivesWhatWasNotGiven() {
    SourceSettings settings = resolve(4).settings();
    assertThat(settings.sourceId()).matches("[0-9a-f]{32}");
    assertThat(settings.partitions()).isEqualTo(4);
    assertThat(settings.group()).isEqualTo("mqp-" + settings.sourceId().substring(0, 8));
    assertThat(settings.clientIdPrefix()).isEqualTo(settings.group());
    assertThat(settings.storeDir()).isEqualTo(folder.resolve("stores").toString());
  }

  @Test
  void thereIsAPartitionForEachBroker() {
    String brokers = "tcp://a:1883,tcp://b:1883,tcp://c:1883";
    assertThat(resolve(2, "brokerUrl", brokers).settings().partitions()).isEqualTo(3);
  }

  @Test
  void restartTakesWhatWasKept() {
    SourceSettings first =
        begin("partitions", "3", "group", "g", "clientIdPrefix", "c", "storeDir", temp + "/s");
    assertThat(resolve(8).settings()).isEqualTo(first);
    assertThat(resolve(8, "partitions", "3", "group", "g", "storeDir", temp + "/x/../s").settings())
        .isEqualTo(first);
  }

  @Test
  void whatIsNotKeptMayChange() {
    begin();
    SourceSettings again =
        resolve(4, "receiveMaximum", "10", "username", "u", "password", "p").settings();
    assertThat(again.username()).isEqualTo("u");
  }

  @Test
  void fewerPartitionsRetireTheOnesBehindAndMoreBringThemBackFirst() {
    begin("partitions", "4");
    SourceSettings fewer = begin("partitions", "2");
    assertThat(fewer.members()).isEqualTo(2);
    assertThat(fewer.partitions()).isEqualTo(4);
    SourceSettings left = begin();
    assertThat(left).isEqualTo(fewer);
    SourceSettings more = begin("partitions", "3");
    assertThat(more.members()).isEqualTo(3);
    assertThat(more.partitions()).isEqualTo(4);
    SourceSettings most = resolve(4, "partitions", "6").settings();
    assertThat(most.members()).isEqualTo(6);
    assertThat(most.partitions()).isEqualTo(6);
    assertThat(resolve(4).identity().begun()).isEqualTo(4);
  }

  @Test
  void filtersNoLongerWantedAreToBeGivenUp() {
    begin("topics", "a,b", "group", "g");
    assertThat(resolve(4, "topics", "b,c").settings().formerFilters())
        .containsExactly("$share/g/a");
    // Not yet given up by all members: one may still hold c, which nobody wants now.
    SourceSettings third = resolve(4, "topics", "a").settings();
    assertThat(third.formerFilters()).containsExactlyInAnyOrder("$share/g/b", "$share/g/c");
    assertThat(third.topics()).hasToString("[a]");
    begin("topics", "a");
    assertThat(resolve(4, "topics", "a").settings().formerFilters()).isEmpty();
  }

  @Test
  void theNewestIdentityCounts() throws IOException {
    SourceSettings newest = begin("topics", "a");
    Files.writeString(folder.resolve("source.1.json"), "cut off by a cra");
    Files.writeString(folder.resolve(".source.3.json.x.tmp"), "{");
    assertThat(resolve(4, "topics", "a").settings()).isEqualTo(newest);
  }

  @Test
  void orderOfTopicsDoesNotMatter() {
    begin("topics", "a/#,b");
    assertThat(resolve(4, "topics", "b,a/#").settings().topics()).hasSize(2);
  }

  @Test
  void queriesWithTheSameStoreDirHaveStoresOfTheirOwn() {
    SourceSettings one = resolve(4, "storeDir", temp.toString()).settings();
    folder = temp.resolve("other/sources/0");
    SourceSettings other = resolve(4, "storeDir", temp.toString()).settings();
    assertThat(one.storeDir()).isEqualTo(temp.resolve(one.sourceId()).toString());
    assertThat(other.storeDir()).isNotEqualTo(one.storeDir());
  }

  @Test
  void changedOptionsAreRefusedAllAtOnce() {
    begin(
        "partitions", "4", "group", "g", "clientIdPrefix", "c", "topics", "a,b", "storeDir", "/s");
    assertThatThrownBy(
            () ->
                resolve(
                    4,
                    "partitions",
                    "8",
                    "group",
                    "h",
                    "clientIdPrefix",
                    "d",
                    "brokerUrl",
                    "tcp://other:1883",
                    "topics",
                    "a",
                    "storeDir",
                    "/t"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot go on from checkpoint file:"
                + folder
                + " with other options than it was begun with: group was g, given is h;"
                + " clientIdPrefix was c, given is d; brokerUrl was tcp://broker:1883, given is"
                + " tcp://other:1883; storeDir was /s, given is /t. Messages already received, and"
                + " those that the brokers hold for this query, depend on them. Give the old values"
                + " (all but brokerUrl may also be left out), or start a new query with another"
                + " checkpointLocation");
  }

  @Test
  void eachChangedOptionIsRefused() {
    begin();
    String start = "Cannot go on from checkpoint file:" + folder + " with other options than it";
    for (List<String> option :
        List.of(
            List.of("group", "x", ", given is x."),
            List.of("clientIdPrefix", "x", ", given is x."),
            List.of("storeDir", "/x", "storeDir was within the checkpoint, given is /x."))) {
      assertThatThrownBy(() -> resolve(4, option.get(0), option.get(1)))
          .hasMessageStartingWith(start)
          .hasMessageContaining(option.get(2));
    }
  }

  @Test
  void queryThatNeverBeganMayBeMended() {
    SourceSettings failed = resolve(4, "group", "typo", "topics", "typo").settings();
    SourceSettings mended =
        resolve(2, "group", "g", "brokerUrl", "tcp://right:1883", "partitions", "6").settings();
    assertThat(mended.sourceId()).isEqualTo(failed.sourceId());
    assertThat(mended.group()).isEqualTo("g");
    assertThat(mended.brokers()).hasToString("[tcp://right:1883]");
    assertThat(mended.partitions()).isEqualTo(6);
    assertThat(resolve(2, "brokerUrl", "tcp://right:1883").settings())
        .isEqualTo(resolve(9, "brokerUrl", "tcp://right:1883").settings());
  }

  @Test
  void checkpointElsewhereNeedsAStoreDir() {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.remote.impl", RemoteFileSystem.class.getName());
    SparkHost host = new SparkHost(2, hadoop, List.of(), node.host(2).nodes(), null);
    String location = "remote:" + folder;
    assertThatThrownBy(() -> ResolvedSource.of(TestOptions.of(), location, host))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Option storeDir is required: the checkpoint "
                + location
                + " is not on a local disk, so the stores cannot lie within it. Give a directory on"
                + " a durable disk of each host that runs executors");
    ResolvedSource mended =
        ResolvedSource.of(TestOptions.of("storeDir", temp + "/s"), location, host);
    assertThat(mended.settings().storeDir()).startsWith(temp + "/s/");
  }

  @Test
  void executorsOnOtherHostsNeedAStoreDir() {
    SparkHost host =
        new SparkHost(
            2, new Configuration(), List.of("other", "another"), node.host(2).nodes(), null);
    assertThatThrownBy(() -> ResolvedSource.of(TestOptions.of(), folder.toString(), host))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Option storeDir is required")
        .hasMessageContaining("other, another");
    assertThat(
            ResolvedSource.of(TestOptions.of("storeDir", temp + "/s"), folder.toString(), host)
                .settings()
                .storeDir())
        .startsWith(temp + "/s/");
  }

  @Test
  void nothingButTheIdentityIsLeftBehind() throws IOException {
    resolve(4);
    resolve(4, "group", "g");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()).filter(n -> !n.endsWith(".crc")))
          .containsExactly("source.2.json");
    }
    assertThat(Files.readString(folder.resolve("source.2.json")))
        .matches(
            "\\{\"version\":1,\"sourceId\":\"[0-9a-f]{32}\",\"partitions\":4,"
                + "\"retired\":0,\"begun\":0,\"group\":\"g\","
                + "\"clientIdPrefix\":\"mqp-[0-9a-f]{8}\",\"brokers\":\\[\"tcp://broker:1883\"\\],"
                + "\"topics\":\\[\"sensor/#\"\\],"
                + "\"formerFilters\":\\[\"\\$share/mqp-[0-9a-f]{8}/sensor/#\"\\],"
                + "\"ackMode\":\"stored\",\"storeDir\":null}");
  }

  @Test
  void damagedIdentityIsRefused() throws IOException {
    Files.createDirectories(folder);
    for (String text : List.of("", "{", "{\"version\":1}", "[]")) {
      Files.writeString(folder.resolve("source.2.json"), text);
      assertThatThrownBy(() -> resolve(4))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Cannot read file:"
                  + folder
                  + "/source.2.json: it is damaged. Restore the checkpoint from a copy, or start a"
                  + " new query with another checkpointLocation");
    }
  }

  @Test
  void identityOfANewerReleaseIsRefused() throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("source.2.json"), "{\"version\":2}");
    assertThatThrownBy(() -> resolve(4))
        .hasMessage(
            "Cannot read file:"
                + folder
                + "/source.2.json: this release reads version 1, not 2: go on with the release that"
                + " wrote it");
  }
}
