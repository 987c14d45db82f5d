// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
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
    ResolvedSource source =
        ResolvedSource.of(TestOptions.of(options), "file:" + folder, node.host(parallelism));
    source.keep();
    return source;
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
    assertSame(resolve(8).settings(), first);
    assertSame(
        resolve(8, "partitions", "3", "group", "g", "storeDir", temp + "/x/../s").settings(),
        first);
  }

  /** But for what says that the members have been connected. */
  private static void assertSame(SourceSettings found, SourceSettings expected) {
    assertThat(found)
        .usingRecursiveComparison()
        .ignoringFields("sessions.begun")
        .isEqualTo(expected);
  }

  @Test
  void deletedCheckpointOfAGroupKeepsItsClientIds() throws IOException {
    SourceSettings one = resolve(4, "group", "etl").settings();
    Files.delete(folder.resolve("source.1.json"));
    SourceSettings again = resolve(4, "group", "etl").settings();
    assertThat(again.sourceId()).isNotEqualTo(one.sourceId());
    assertThat(again.clientIdPrefix()).isEqualTo(one.clientIdPrefix()).startsWith("mqp-");
    folder = temp.resolve("other/sources/0");
    assertThat(resolve(4, "group", "etl").settings().clientIdPrefix())
        .isNotEqualTo(one.clientIdPrefix());
  }

  /** A session that is resumed with another group would get each message for both. */
  @Test
  void groupThatIsNotGivenFollowsClientIdsThatAre() throws IOException {
    SourceSettings one = resolve(4, "clientIdPrefix", "plant").settings();
    Files.delete(folder.resolve("source.1.json"));
    SourceSettings again = resolve(4, "clientIdPrefix", "plant").settings();
    assertThat(again.sourceId()).isNotEqualTo(one.sourceId());
    assertThat(again.group()).isEqualTo(one.group()).startsWith("mqp-");
    Files.delete(folder.resolve("source.1.json"));
    assertThat(resolve(4, "clientIdPrefix", "other").settings().group()).isNotEqualTo(one.group());
  }

  /** No member has been connected: the broker has refused the client ids, for example. */
  @Test
  void groupFollowsClientIdsThatAreCorrected() throws IOException {
    String plant = resolve(4, "clientIdPrefix", "plant").settings().group();
    Files.delete(folder.resolve("source.1.json"));
    assertThat(resolve(4).settings().group()).isNotEqualTo(plant);
    assertThat(resolve(4, "clientIdPrefix", "plant").settings().group()).isEqualTo(plant);
    assertThat(resolve(4).settings().group()).isEqualTo(plant);
    assertThat(resolve(4, "clientIdPrefix", "line").settings().group()).isNotEqualTo(plant);
    folder = temp.resolve("given/sources/0");
    assertThat(resolve(4, "group", "g").settings().group()).isEqualTo("g");
    assertThat(resolve(4, "clientIdPrefix", "plant").settings().group()).isEqualTo("g");
  }

  @Test
  void sessionsOfATemporaryCheckpointEndWithTheQuery() {
    assertThat(resolve(4).settings().sessions().endWithQuery()).isFalse();
    folder = temp.resolve("temporary-" + UUID.randomUUID()).resolve("sources/0");
    SourceSettings temporary = resolve(4).settings();
    assertThat(temporary.sessions().endWithQuery()).isTrue();
    assertThat(temporary.sessionExpiry()).isEqualTo(Duration.ofHours(1));
    assertThat(resolve(4, "sessionExpiry", "2d").settings().sessionExpiry())
        .isEqualTo(Duration.ofDays(2));
  }

  @Test
  void whatIsNotKeptMayChange() {
    begin();
    SourceSettings again =
        resolve(4, "receiveMaximum", "10", "username", "u", "password", "p").settings();
    assertThat(again.credentials()).isEqualTo(CredentialSettings.fixed("u", new Secret("p")));
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
    assertSame(resolve(4, "topics", "a").settings(), newest);
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
            """
            [MQTT_CHECKPOINT_INCOMPATIBLE] Cannot continue from checkpoint file:%s with other \
            options than those of its first start:
            - group was g, given is h
            - clientIdPrefix was c, given is d
            - brokerUrl was tcp://broker:1883, given is tcp://other:1883
            - storeDir was /s, given is /t
            Messages that were received already, and messages that the brokers hold for this \
            query, depend on these options. Give each of them its former value; all but brokerUrl \
            can also be left out. To use the new values, start a new query with another \
            checkpointLocation. If the brokers are the same and only their names, ports or \
            transports have changed, give formerBrokerUrl=tcp://broker:1883, too."""
                .formatted(folder));
  }

  @Test
  void brokerMayMoveIfTheUserSaysSo() {
    begin("group", "g");
    String former = "tcp://broker:1883";
    for (String other : List.of("tcp://wrong:1883", "tcp://broker:1884")) {
      assertThatThrownBy(() -> resolve(4, "brokerUrl", "ssl://new:8883", "formerBrokerUrl", other))
          .hasMessageContaining("give formerBrokerUrl=tcp://broker:1883, too");
    }
    // Partitions would change their brokers.
    assertThatThrownBy(() -> resolve(4, "brokerUrl", "ssl://a,ssl://b", "formerBrokerUrl", former))
        .hasMessageContaining("brokerUrl was tcp://broker:1883");
    assertThat(
            resolve(4, "brokerUrl", "ssl://new:8883", "formerBrokerUrl", former)
                .settings()
                .brokers())
        .containsExactly(new BrokerUrl("ssl://new:8883"));
  }

  @Test
  void clusterMayGetOtherEntryPointsBesideOneThatStays() {
    begin("group", "g");
    assertThatThrownBy(
            () -> resolve(4, "brokerUrl", "tcp://more,tcp://other", "brokerMode", "cluster"))
        .hasMessageContaining("brokerUrl was tcp://broker:1883");
    assertThat(
            resolve(4, "brokerUrl", "tcp://more,tcp://broker", "brokerMode", "cluster")
                .settings()
                .brokers())
        .hasSize(2);
  }

  @Test
  void queryOfAUrlIsNotKeptAndMayChange() {
    begin("brokerUrl", "ws://broker/mqtt?signature=hunter2");
    assertThat(resolve(4, "brokerUrl", "ws://broker/mqtt?signature=hunter3").settings().brokers())
        .containsExactly(new BrokerUrl("ws://broker/mqtt?signature=hunter3"));
    assertThatThrownBy(() -> resolve(4, "brokerUrl", "ws://other/mqtt?signature=hunter3"))
        .hasMessageContaining("brokerUrl was ws://broker:80/mqtt, given is ws://other:80/mqtt")
        .hasMessageNotContaining("hunter");
  }

  @Test
  void eachChangedOptionIsRefused() {
    begin();
    for (List<String> option :
        List.of(
            List.of("group", "x", ", given is x\n"),
            List.of("clientIdPrefix", "x", ", given is x\n"),
            List.of(
                "storeDir",
                "/x",
                "storeDir was not given (the stores lie in the checkpoint), given is /x\n"))) {
      assertThatThrownBy(() -> resolve(4, option.get(0), option.get(1)))
          .hasMessageStartingWith("[MQTT_CHECKPOINT_INCOMPATIBLE] ")
          .hasMessageContaining("\n- " + option.get(0) + " was ")
          .hasMessageContaining(option.get(2));
    }
  }

  @Test
  void queryThatNeverBeganMayBeMended() {
    SourceSettings failed = resolve(4, "group", "typo", "topics", "typo").settings();
    SourceSettings repaired =
        resolve(2, "group", "g", "brokerUrl", "tcp://right:1883", "partitions", "6").settings();
    assertThat(repaired.sourceId()).isEqualTo(failed.sourceId());
    assertThat(repaired.group()).isEqualTo("g");
    assertThat(repaired.brokers()).hasToString("[tcp://right:1883]");
    assertThat(repaired.partitions()).isEqualTo(6);
    assertThat(resolve(2, "brokerUrl", "tcp://right:1883").settings())
        .isEqualTo(resolve(9, "brokerUrl", "tcp://right:1883").settings());
  }

  @Test
  void checkpointElsewhereNeedsAStoreDir() {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.remote.impl", RemoteFileSystem.class.getName());
    SparkHost host =
        new SparkHost(
            2, hadoop, List.of(), node.host(2).nodes(), null, needed -> 2, OptionalLong::empty);
    String location = "remote:" + folder;
    assertThatThrownBy(() -> ResolvedSource.of(TestOptions.of(), location, host))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            """
            [MQTT_STORE_DIR_REQUIRED] Option storeDir is missing, but the stores cannot lie in \
            checkpoint %s: the checkpoint is not on a local disk. Give a directory on a durable \
            disk of each host that runs executors."""
                .formatted(location));
    ResolvedSource repaired =
        ResolvedSource.of(TestOptions.of("storeDir", temp + "/s"), location, host);
    assertThat(repaired.settings().storeDir()).startsWith(temp + "/s/");
  }

  @Test
  void executorsOnOtherHostsNeedAStoreDir() {
    SparkHost host =
        new SparkHost(
            2,
            new Configuration(),
            List.of("other", "another"),
            node.host(2).nodes(),
            null,
            needed -> 2,
            OptionalLong::empty);
    assertThatThrownBy(() -> ResolvedSource.of(TestOptions.of(), folder.toString(), host))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("[MQTT_STORE_DIR_REQUIRED] Option storeDir is missing")
        .hasMessageContaining("other, another");
    assertThat(
            ResolvedSource.of(TestOptions.of("storeDir", temp + "/s"), folder.toString(), host)
                .settings()
                .storeDir())
        .startsWith(temp + "/s/");
  }

  /** To give storeDir would not help: the checkpoint says that the stores lie within it. */
  @Test
  void queryThatBeganOnOneHostIsNotToldToMoveItsStores() {
    begin();
    SparkHost host =
        new SparkHost(
            2,
            new Configuration(),
            List.of("other"),
            node.host(2).nodes(),
            null,
            needed -> 2,
            OptionalLong::empty);
    assertThatThrownBy(() -> ResolvedSource.of(TestOptions.of(), "file:" + folder, host))
        .hasMessageContaining("other")
        .hasMessageContaining("another checkpointLocation");
  }

  @Test
  void nothingButTheIdentityIsLeftBehind() throws IOException {
    resolve(4);
    resolve(4, "group", "g");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("source.2.json", "columns.1.json");
    }
  }
}
