// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.spark.checkpoint.CheckpointLock;
import io.github.mqttpartitioned.testkit.CapturedLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources that have a group, client ids or a checkpoint in common. */
class SharingTest {

  @TempDir Path temp;

  private final FakeNode node = new FakeNode();

  private ResolvedSource source(String checkpoint, String... options) {
    return ResolvedSource.of(
        TestOptions.of(options),
        "file:" + temp.resolve(checkpoint).resolve("sources/0"),
        node.host(2));
  }

  @Test
  void twoSourcesOfAnApplicationWithTheSameClientIdsDoNotRun() {
    SourceClaim one = SourceClaim.take(source("a", "clientIdPrefix", "plant"));
    try {
      assertThatThrownBy(() -> SourceClaim.take(source("b", "clientIdPrefix", "plant")))
          .hasMessageStartingWith("[MQTT_CLIENT_IDS_IN_USE] The client ids plant-<partition>")
          .hasMessageContaining("a/sources/0");
    } finally {
      one.close();
    }
    SourceClaim.take(source("b", "clientIdPrefix", "plant")).close();
  }

  /** A query may hold a token, which is another one each time. */
  @Test
  void queriesOfUrlsMakeNoOtherBroker() {
    SourceClaim one =
        SourceClaim.take(source("a", "brokerUrl", "wss://b/mqtt?t=1", "clientIdPrefix", "plant"));
    try {
      assertThatThrownBy(
              () ->
                  SourceClaim.take(
                      source("b", "brokerUrl", "wss://B/mqtt?t=2", "clientIdPrefix", "plant")))
          .hasMessageStartingWith("[MQTT_CLIENT_IDS_IN_USE] ");
    } finally {
      one.close();
    }
  }

  @Test
  void twoSourcesOfAnApplicationWithOneGroupAreWarned() {
    List<SourceClaim> claims = new ArrayList<>();
    try (CapturedLog log = new CapturedLog()) {
      claims.add(SourceClaim.take(source("a", "group", "etl")));
      claims.add(SourceClaim.take(source("b", "group", "etl")));
      claims.add(SourceClaim.take(source("c", "group", "reports")));
      assertThat(log.lines("WARN Group etl"))
          .singleElement()
          .asString()
          .startsWith("WARN Group etl is used by two sources of this application")
          .contains("a/sources/0");
    } finally {
      claims.forEach(SourceClaim::close);
    }
  }

  @Test
  void newCheckpointOfAGroupSaysWhatItCannotKnow() {
    try (CapturedLog log = new CapturedLog()) {
      source("a", "group", "etl").keep();
      assertThat(log.lines("WARN Group etl"))
          .singleElement()
          .asString()
          .startsWith("WARN Group etl starts with a new checkpoint");
    }
  }

  @Test
  void topicsOfTheBrokerItselfMayNotComeByASharedSubscription() {
    try (CapturedLog log = new CapturedLog()) {
      source("a", "topics", "$SYS/#").keep();
      source("b", "topics", "plant/$SYS").keep();
      assertThat(log.lines("WARN A topic filter begins with $")).hasSize(1);
    }
  }

  @Test
  void checkpointThatAnotherApplicationUsesIsLeftAlone() {
    ResolvedSource source = source("a");
    CheckpointLock other = source.checkpoint().lock().orElseThrow();
    try {
      assertThatThrownBy(() -> SourceClaim.take(source))
          .hasMessageStartingWith("[MQTT_SOURCE_ALREADY_RUNNING] Another application runs a query")
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    } finally {
      other.close();
    }
    SourceClaim.take(source).close();
  }
}
