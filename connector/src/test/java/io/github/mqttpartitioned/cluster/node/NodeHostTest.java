// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.LostStoreException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.cluster.rpc.Answer;
import io.github.mqttpartitioned.cluster.rpc.Answer.Failed;
import io.github.mqttpartitioned.cluster.rpc.Network;
import io.github.mqttpartitioned.cluster.rpc.NodeClients;
import io.github.mqttpartitioned.cluster.rpc.RemoteBlocks;
import io.github.mqttpartitioned.cluster.rpc.RemoteException;
import io.github.mqttpartitioned.cluster.rpc.RemoteNode;
import io.github.mqttpartitioned.cluster.rpc.Request;
import io.github.mqttpartitioned.cluster.rpc.Request.Advance;
import io.github.mqttpartitioned.cluster.rpc.Request.Assign;
import io.github.mqttpartitioned.cluster.rpc.Request.Leave;
import io.github.mqttpartitioned.cluster.rpc.Request.Poll;
import io.github.mqttpartitioned.cluster.rpc.Request.PublishLocations;
import io.github.mqttpartitioned.cluster.rpc.Request.Release;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.store.StoreWriter;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.spark.network.util.MapConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node as its driver reaches it, over a real socket, with a real broker. */
class NodeHostTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path temp;
  private final AtomicLong paused = new AtomicLong();
  private final Node node = new Node(new NodeAddress("1", "127.0.0.1", 0));
  private final NodeHost host =
      new NodeHost(
          node,
          ClusterTimeouts.LEASE,
          () -> System.nanoTime() + paused.get(),
          System::currentTimeMillis);
  private final AtomicInteger changes = new AtomicInteger();
  private final NodeClients clients = new NodeClients(network());

  @AfterEach
  void release() {
    node.release("source");
    clients.close();
  }

  private static Network network() {
    return new Network(new MapConfigProvider(Map.of()), "app", null);
  }

  private SourceSettings settings(String brokerUrl) {
    return new TestSettings(brokerUrl, temp)
        .sourceId("source")
        .clientIdPrefix("node-host-test-" + System.nanoTime())
        .build();
  }

  private NodeRegistration register(SourceSettings settings, long epoch) {
    return host.register(settings, epoch, "1", "127.0.0.1", NodeHostTest::network);
  }

  private static PartitionAssignment assignment(int generation, long firstOffset) {
    return new PartitionAssignment(0, "127.0.0.1", generation, firstOffset, false);
  }

  private RemoteNode link(NodeRegistration registration) {
    RemoteNode link =
        new RemoteNode(
            "source", registration, new NodeClients(network()), changes::incrementAndGet);
    link.start();
    return link;
  }

  private Answer poll(NodeRegistration registration) {
    var client = clients.connect(registration.address());
    return client.await(client.ask(new Poll("source", registration.id(), Long.MIN_VALUE)), LIMIT);
  }

  private static void awaitState(RemoteNode link, State state) {
    Await.until(
        state.name(),
        LIMIT,
        () -> {
          PartitionStatus status = link.status("source", 0);
          return status != null && status.state() == state;
        });
  }

  @Test
  void driverHearsOfItsPartitionsAndLeavesNothingBehind() {
    try (TestBroker broker = TestBrokers.start()) {
      SourceSettings settings = settings(broker.url());
      NodeRegistration registration = register(settings, 1);
      assertThat(registration.stores()).isEmpty();
      try (RemoteNode link = link(registration)) {
        link.assign(settings, assignment(0, 7));
        awaitState(link, State.CONNECTED);
        assertThat(link.status("source", 0).extent().next()).isEqualTo(7);
        assertThat(register(settings(broker.url()), 2).stores()).isEqualTo(Set.of("p0"));
        Await.until("loss of the earlier run's link", LIMIT, link::isLost);
        assertThat(changes).hasPositiveValue();
        assertThat(node.blocks("source", 0)).isEmpty();
      }
      assertThatThrownBy(() -> register(settings, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("[MQTT_SOURCE_ALREADY_RUNNING] A later start");
      NodeRegistration again = register(settings, 3);
      try (RemoteNode link = link(again)) {
        link.release("source");
      }
      Await.until("the port to be closed", LIMIT, () -> !canConnect(again));
      Await.until("an end of all threads", LIMIT, () -> threads().isEmpty());
    }
  }

  @Test
  void whatALostStoreHeldIsToldApartFromWhatCannotBeRead() {
    try (TestBroker broker = TestBrokers.start()) {
      SourceSettings settings = settings(broker.url());
      NodeRegistration registration = register(settings, 1);
      try (RemoteNode link = link(registration)) {
        link.assign(settings, assignment(1, 7));
        awaitState(link, State.CONNECTED);
        RemoteBlocks blocks =
            new RemoteBlocks(clients.connect(registration.address()), "source", 0);
        try (BlockCursor cursor = blocks.read(new OffsetRange(3, 7))) {
          assertThatThrownBy(cursor::next)
              .isInstanceOf(LostStoreException.class)
              .hasMessageContaining("began with offset 7")
              .extracting(e -> ((LostStoreException) e).first())
              .isEqualTo(7L);
        }
        try (BlockCursor cursor = blocks.read(new OffsetRange(7, 8))) {
          assertThatThrownBy(cursor::next).isInstanceOf(CorruptBlockException.class);
        }
      }
    }
  }

  @Test
  void taskElsewhereGetsABlockWhenItIsStored() throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      SourceSettings settings = settings(broker.url());
      NodeRegistration registration = register(settings, 1);
      try (RemoteNode link = link(registration)) {
        link.assign(settings, assignment(0, 0));
        awaitState(link, State.CONNECTED);
        PartitionStore store = node.store("source", 0).get();
        RemoteBlocks blocks =
            new RemoteBlocks(clients.connect(registration.address()), "source", 0);
        assertThat(blocks.awaitBeyond(0, Duration.ofMillis(1))).isZero();
        Await.until("the request to wait at the node", LIMIT, store.waiters()::isAny);
        publisher.publish("test/a", new byte[1], 1);
        publisher.flush();
        assertThat(blocks.awaitBeyond(0, LIMIT)).isEqualTo(1);
        // The next one is asked for before anybody waits for it.
        Await.until("the next request", LIMIT, store.waiters()::isAny);
        try (BlockCursor cursor = blocks.read(new OffsetRange(0, 1))) {
          assertThat(cursor.next().count()).isEqualTo(1);
          assertThat(cursor.next()).isNull();
        }
        publisher.publish("test/b", new byte[2], 1);
        publisher.flush();
        assertThat(blocks.awaitBeyond(1, LIMIT)).isEqualTo(2);
        Await.until("the last request", LIMIT, store.waiters()::isAny);
        assertThatThrownBy(() -> blocks.awaitBeyond(5, LIMIT))
            .isInstanceOf(RemoteException.class)
            .hasMessageContaining("[2, 5)");
        store.waiters().end(new IllegalStateException("the member has failed"));
        assertThatThrownBy(() -> blocks.awaitBeyond(2, LIMIT))
            .isInstanceOf(RemoteException.class)
            .hasMessageEndingWith("the member has failed");
        link.release("source", 0);
        assertThatThrownBy(() -> blocks.awaitBeyond(2, LIMIT))
            .isInstanceOf(UnreachableException.class);
        link.release("source");
      }
    }
  }

  @Test
  void deadLettersOfAPartitionElsewhereAreListed() throws Exception {
    try (TestBroker broker = TestBrokers.start()) {
      SourceSettings settings = settings(broker.url());
      PartitionAssignment assignment = assignment(0, 0);
      try (PartitionStore store =
              PartitionStore.open(
                  new StoreConfig(
                      assignment.directory(settings.storeDir()),
                      "source",
                      0,
                      settings.storeMaxBytes(),
                      0));
          StoreWriter writer = store.write()) {
        writer.addDeadLetter(ByteBuffer.wrap(new byte[] {0x30, 0}), "no topic");
        writer.commit();
      }
      NodeRegistration registration = register(settings, 1);
      try (RemoteNode link = link(registration)) {
        RemoteBlocks blocks =
            new RemoteBlocks(clients.connect(registration.address()), "source", 0);
        assertThatThrownBy(blocks::deadLetters).isInstanceOf(UnreachableException.class);
        link.assign(settings, assignment);
        awaitState(link, State.CONNECTED);
        assertThat(blocks.deadLetters())
            .singleElement()
            .satisfies(
                letter -> {
                  assertThat(letter.reason()).isEqualTo("no topic");
                  assertThat(letter.bytes()).isEqualTo(ByteBuffer.wrap(new byte[] {0x30, 0}));
                });
        link.release("source");
      }
    }
  }

  @Test
  void partitionThatCannotBeOpenedIsReported() {
    SourceSettings settings = settings("tcp://127.0.0.1:1");
    NodeRegistration registration = register(settings, 1);
    node.assign(settings, assignment(0, 0));
    try (RemoteNode link = link(registration)) {
      link.assign(settings, assignment(0, 0));
      awaitState(link, State.FAILED);
      assertThat(link.status("source", 0).problem())
          .hasMessageStartingWith("[MQTT_PARTITION_ALREADY_HOSTED] ");
      link.release("source");
    }
  }

  /** As a task that goes on reading what an earlier holding has opened. */
  private static PartitionStore openStore(SourceSettings settings) {
    return PartitionStore.open(
        new StoreConfig(
            assignment(0, 0).directory(settings.storeDir()),
            "source",
            0,
            settings.storeMaxBytes(),
            0));
  }

  private CompletableFuture<Answer> ask(NodeRegistration registration, Request request) {
    return clients.connect(registration.address()).ask(request);
  }

  private static Advance advance(NodeRegistration registration, Progress progress) {
    return new Advance("source", registration.id(), 0, progress);
  }

  private static Assign assign(NodeRegistration registration) {
    return new Assign("source", registration.id(), assignment(0, 0));
  }

  @Test
  void whatIsProcessedIsKeptForAPartitionWhoseStoreIsStillInUse() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              connection.grant();
              connection.send(Packets.publish("test/t", new byte[10], 1, 7));
            })) {
      SourceSettings settings =
          new TestSettings(broker.url(), temp)
              .sourceId("source")
              .ackMode(AckMode.PROCESSED)
              .receiveMaximum(1)
              .build();
      NodeRegistration registration = register(settings, 1);
      CompletableFuture<Answer> assigned;
      try (PartitionStore store = openStore(settings)) {
        assigned = ask(registration, assign(registration));
        for (long before : new long[] {1, 0}) {
          assertThat(ask(registration, advance(registration, Progress.ofProcessed(before))).get())
              .isEqualTo(new Answer.Done());
        }
        assertThat(store.extent().next()).isZero();
      }
      assertThat(assigned.get()).isEqualTo(new Answer.Done());
      broker.awaitAcknowledged(1, LIMIT);
    }
  }

  @Test
  void whatMayBeTrimmedIsKeptForAPartitionWhoseStoreIsStillInUse() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              connection.grant();
            })) {
      SourceSettings settings = settings(broker.url());
      NodeRegistration registration = register(settings, 1);
      CompletableFuture<Answer> assigned;
      try (PartitionStore store = openStore(settings)) {
        append(store);
        append(store);
        assigned = ask(registration, assign(registration));
        for (long before : new long[] {1, 0}) {
          assertThat(ask(registration, advance(registration, Progress.ofTrim(before))).get())
              .isEqualTo(new Answer.Done());
        }
      }
      assertThat(assigned.get()).isEqualTo(new Answer.Done());
      Await.until(
          "the trim",
          LIMIT,
          () -> node.status("source").get(0).extent().equals(new LogExtent(0, 1, 2)));
    }
  }

  private static void append(PartitionStore store) {
    byte[] topic = {'t'};
    BlockBuilder block = new BlockBuilder("tcp://127.0.0.1:1");
    block.add(
        1, BlockFormat.flags(1, false, false), block.addTopic(topic, 0, 1), topic, 0, 1, 0, 0);
    try (StoreWriter writer = store.write()) {
      writer.append(block);
      writer.commit();
    }
  }

  @Test
  void partitionThatIsReleasedWhileItsStoreIsStillInUseIsNotTakenUpLater() throws Exception {
    SourceSettings settings = settings("tcp://127.0.0.1:1");
    NodeRegistration registration = register(settings, 1);
    CompletableFuture<Answer> assigned;
    try (PartitionStore store = openStore(settings)) {
      assigned = ask(registration, assign(registration));
      assertThat(ask(registration, new Release("source", registration.id(), 0)).get())
          .isEqualTo(new Answer.Done());
      assertThat(store.extent().next()).isZero();
    }
    assertThat(assigned.get()).isEqualTo(new Answer.Done());
    assertThat(node.blocks("source", 0)).isEmpty();
  }

  /** A task may take longer than anything that is waited for with a limit. */
  @Test
  void storeThatALongTaskReadsIsWaitedForAsLongAsTheDriverAsks() throws Exception {
    SourceSettings settings = settings("tcp://127.0.0.1:1");
    NodeRegistration registration = register(settings, 1);
    CompletableFuture<Answer> assigned;
    try (PartitionStore store = openStore(settings)) {
      assigned = ask(registration, assign(registration));
      for (int minute = 0; minute < 60; minute++) {
        for (int part = 0; part < 20; part++) {
          paused.addAndGet(Duration.ofSeconds(3).toNanos());
          assertThat(poll(registration)).isEqualTo(new Answer.Report(0, Map.of()));
        }
      }
      long began = System.nanoTime();
      Await.until("some attempts", LIMIT, () -> System.nanoTime() - began > 500_000_000L);
      assertThat(assigned).isNotDone();
      assertThat(store.extent().next()).isZero();
    }
    assertThat(assigned.get()).isEqualTo(new Answer.Done());
    assertThat(node.blocks("source", 0)).isPresent();
  }

  /** Its receiver hangs, as in a disk or a name server that does not answer. */
  @Test
  void sourceThatStopsSlowlyDelaysNoOtherOneAndNotItsOwnNextRun() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    LongSupplier hanging =
        () -> {
          if (Thread.currentThread().getName().startsWith("mqtt-receiver")) {
            busy.countDown();
            awaitQuietly(mayEnd);
          }
          return System.nanoTime();
        };
    NodeHost slow = new NodeHost(node, ClusterTimeouts.LEASE, hanging, System::currentTimeMillis);
    SourceSettings settings = settings("tcp://127.0.0.1:1");
    SourceSettings other =
        new TestSettings("tcp://127.0.0.1:1", temp.resolve("other")).sourceId("other").build();
    NodeRegistration registration =
        slow.register(settings, 1, "1", "127.0.0.1", NodeHostTest::network);
    try {
      assertThat(ask(registration, assign(registration)).get()).isEqualTo(new Answer.Done());
      busy.await();
      CompletableFuture<Answer> leaving = ask(registration, new Leave("source", registration.id()));
      assertTimeoutPreemptively(
          Duration.ofSeconds(10),
          () -> {
            Await.until("the release", LIMIT, () -> node.status("source").isEmpty());
            NodeRegistration second =
                slow.register(other, 1, "1", "127.0.0.1", NodeHostTest::network);
            assertThat(ask(second, new Poll("other", second.id(), -1)).get())
                .isInstanceOf(Answer.Report.class);
            slow.register(settings, 2, "1", "127.0.0.1", NodeHostTest::network);
          });
      assertThat(leaving).isNotDone();
      mayEnd.countDown();
      assertThat(leaving.get()).isEqualTo(new Answer.Done());
      assertThat(slow.has("source")).as("the next run stays").isTrue();
    } finally {
      mayEnd.countDown();
      node.release("other");
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatADriverAsksTakesEffectInTheOrderInWhichItAsks() throws Exception {
    NodeRegistration registration = register(settings("tcp://127.0.0.1:1"), 1);
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (int port = 1; port <= 2_000; port++) {
      PartitionLocations locations =
          new PartitionLocations(Map.of(0, new NodeAddress("1", "a", port)), Map.of());
      answers.add(ask(registration, new PublishLocations("source", registration.id(), locations)));
    }
    for (CompletableFuture<Answer> answer : answers) {
      assertThat(answer.get()).isEqualTo(new Answer.Done());
    }
    assertThat(host.locations("source").nodes().get(0).port()).isEqualTo(2_000);
  }

  @Test
  void leaseThatHasRunOutIsNotRenewedByALateQuestion() {
    NodeRegistration registration = register(settings("tcp://127.0.0.1:1"), 1);
    assertThat(poll(registration)).isInstanceOf(Answer.Report.class);
    paused.addAndGet(ClusterTimeouts.LEASE.plusSeconds(1).toNanos());
    assertThat(poll(registration))
        .isInstanceOfSatisfying(
            Failed.class, failed -> assertThat(failed.reason()).isEqualTo(Failed.Reason.NOT_HERE));
    Await.until("the port to be closed", LIMIT, () -> !canConnect(registration));
  }

  @Test
  void nodeThatIsClosedSaysSo() {
    assertThat(host.answer(new Poll("source", 1, 0)).join())
        .isEqualTo(
            new Failed(
                Failed.Reason.NOT_HERE,
                "[MQTT_PARTITION_NOT_HOSTED] The node is closed and hosts nothing"));
  }

  private boolean canConnect(NodeRegistration registration) {
    try {
      clients.connect(registration.address());
      return true;
    } catch (UnreachableException e) {
      return false;
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.matches("mqtt-(node|receiver|server).*"))
        .toList();
  }
}
