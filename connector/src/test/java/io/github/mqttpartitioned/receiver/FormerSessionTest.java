// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.option.settings.RetainHandling;
import io.github.mqttpartitioned.option.settings.SessionPolicy;
import io.github.mqttpartitioned.receiver.inbound.ForeignTopics;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.CapturedLog;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that another query with the same client ids has left at a real broker. */
class FormerSessionTest {

  @TempDir Path folder;

  private Member member(TestBroker broker, String store) {
    return new Member(folder.resolve(store), broker.url()).sessions(SessionPolicy.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void subscriptionsOfTheFormerQueryEndAndMakeNoRows(int qos) throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      member(broker, "former").qos(qos).topics("old/#").startConnected().close();
      publish(publisher, "old/a/b", "for the former query");
      try (Member member = member(broker, "new").qos(qos).topics("new/+").startConnected()) {
        publish(publisher, "new/a", "one");
        member.awaitStored(1);
        awaitOnlyOwn(member, publisher, "old/a/b", "new/a");
        assertThat(member.topics()).containsOnly("new/a");
      }
    }
  }

  /** No message of it has shown the subscription before the first run ends. */
  @Test
  void quietSubscriptionOfTheFormerQueryEndsInALaterRun() throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      member(broker, "former").topics("old/#").startConnected().close();
      member(broker, "new").topics("new/+").startConnected().close();
      publish(publisher, "new/a", "held for the next run");
      publish(publisher, "old/a", "for the former query");
      try (Member member = later(broker, "new").topics("newer/+").startConnected()) {
        awaitOnlyOwn(member, publisher, "old/a", "newer/a");
        // What was published for an earlier run is the query's own, whatever it reads now.
        assertThat(member.topics()).contains("new/a").containsOnly("new/a", "newer/a");
      }
    }
  }

  @Test
  void newSessionIsNoFormerOne() throws Exception {
    SessionPolicy ending = new SessionPolicy(RetainHandling.IGNORE, 1, true);
    try (TestBroker broker = TestBrokers.start()) {
      Path noted = folder.resolve("new/p0").resolve(OwnFilters.NAME);
      member(broker, "former").topics("old/#").startConnected().close();
      Member first = member(broker, "new").topics("new/+").startConnected();
      assertThat(noted).hasContent("new/+");
      first.close();
      Member second = later(broker, "new").sessions(ending).topics("new/+").startConnected();
      assertThat(noted).exists();
      second.receiver().stopWithQuery();
      second.close();
      try (Member third = later(broker, "new").topics("new/+").startConnected()) {
        assertThat(third.status().problem()).isNull();
        assertThat(noted).doesNotExist();
      }
    }
  }

  private static long count(Member member, String topic) {
    return member.topics().stream().filter(topic::equals).count();
  }

  /** The member of a query that has run before. */
  private Member later(TestBroker broker, String store) {
    return member(broker, store).sessions(new SessionPolicy(RetainHandling.IGNORE, 1, false));
  }

  /** Publishes to both topics until messages of the first one do not reach the member any more. */
  private static void awaitOnlyOwn(Member member, Publisher publisher, String foreign, String own) {
    Await.until(
        "the end of the subscription",
        Member.DEADLINE,
        () -> {
          long before = member.status().counts().receivedBytes();
          long count = count(member, own);
          publish(publisher, foreign, "not wanted".repeat(500));
          publish(publisher, own, "more");
          Await.until("own message", Member.DEADLINE, () -> count(member, own) > count);
          return member.status().counts().receivedBytes() - before < 5_000;
        });
  }

  @Test
  void messagesThatTheSessionHoldsForTheSameTopicsAreReceived() throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      member(broker, "former").topics("t/#").startConnected().close();
      publish(publisher, "t/1", "held by the broker");
      try (Member member = member(broker, "new").topics("t/#").start().awaitStored(1)) {
        // Some brokers deliver it by the old subscription and by the new one.
        assertThat(member.payloads()).isNotEmpty().containsOnly("held by the broker");
      }
    }
  }

  @Test
  void sessionsOfMembersThatAreNoneEnd() throws Exception {
    try (CapturedLog log = new CapturedLog();
        TestBroker broker = TestBrokers.start();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      // Three partitions formerly, of which one is left.
      for (int partition = 0; partition < 3; partition++) {
        new Member(folder.resolve("former" + partition), broker.url(), partition)
            .topics("t/#")
            .startConnected()
            .close();
      }
      try (Member member = member(broker, "new").topics("t/#").startConnected()) {
        Await.until(
            "the end of two sessions",
            Member.DEADLINE,
            () -> log.lines("an earlier query with the same client ids has left").size() == 2);
        for (int i = 0; i < 30; i++) {
          publish(publisher, "t/1", "message " + i);
        }
        member.awaitStored(30);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sessionEndsWithAQueryThatHasATemporaryCheckpoint(boolean temporary) throws Exception {
    SessionPolicy policy = new SessionPolicy(RetainHandling.IGNORE, 0, temporary);
    try (TestBroker broker = TestBrokers.start();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      Member first = member(broker, "a").sessions(policy).topics("t/#").startConnected();
      first.receiver().stopWithQuery();
      first.close();
      publish(publisher, "t/1", "while no query runs");
      try (Member second = member(broker, "b").sessions(policy).topics("t/#").startConnected()) {
        publish(publisher, "t/1", "while a query runs");
        second.awaitStored(temporary ? 1 : 2);
        assertThat(second.payloads())
            .startsWith(temporary ? "while a query runs" : "while no query runs");
      }
    }
  }

  @Test
  void retainedMessagesComeOnceIfAskedForAndElseNever() throws Exception {
    List<Integer> handlings = Collections.synchronizedList(new ArrayList<>());
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              connection
                  .grant()
                  .subscriptions()
                  .forEach(
                      each -> {
                        handlings.add(each.retainHandling());
                        assertThat(each.retainAsPublished()).isTrue();
                        assertThat(each.noLocal()).isFalse();
                      });
              connection.expect(PacketType.DISCONNECT);
            })) {
      new Member(folder, broker.url()).sessions(SessionPolicy.DEFAULT).startConnected().close();
      SessionPolicy once = new SessionPolicy(RetainHandling.ONCE, 0, false);
      new Member(folder.resolve("once"), broker.url()).sessions(once).startConnected().close();
      SessionPolicy begun = new SessionPolicy(RetainHandling.ONCE, 1, false);
      new Member(folder.resolve("once"), broker.url()).sessions(begun).startConnected().close();
    }
    assertThat(handlings).containsExactly(2, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"IGNORE", "ONCE"})
  void retainedMessagesOnARealBroker(RetainHandling handling) throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      for (int i = 0; i < 5; i++) {
        publisher.publish(
            "t/" + i, "retained".getBytes(StandardCharsets.UTF_8), 1, true, MqttProperties.NONE);
      }
      publisher.awaitAcknowledged(Member.DEADLINE);
      SessionPolicy policy = new SessionPolicy(handling, 0, false);
      try (Member member = member(broker, "a").sessions(policy).topics("t/#").startConnected()) {
        publish(publisher, "t/last", "last");
        member.awaitStored(1);
        Await.until("the last", Member.DEADLINE, () -> member.payloads().contains("last"));
        if (handling == RetainHandling.IGNORE) {
          assertThat(member.payloads()).containsExactly("last");
        } else {
          // MQTT 5 sends none for shared subscriptions; Mosquitto 2.0 does.
          assertThat(member.payloads().size()).isIn(1, 6);
        }
      }
    }
  }

  @Test
  void filtersOfATopicAreThoseThatMatchIt() {
    assertThat(ForeignTopics.filtersOf("a/b"))
        .containsExactlyInAnyOrder(
            "a/b", "a/+", "+/b", "+/+", "a/b/#", "a/+/#", "+/b/#", "+/+/#", "a/#", "+/#", "#");
    assertThat(ForeignTopics.filtersOf("a/b/c"))
        .allMatch(filter -> new TopicFilter(filter).matches("a/b/c"))
        .hasSize(8 + 15);
  }

  private static void publish(Publisher publisher, String topic, String payload) {
    publisher.publish(
        topic, payload.getBytes(StandardCharsets.UTF_8), 1, false, MqttProperties.NONE);
    publisher.awaitAcknowledged(Member.DEADLINE);
  }
}
