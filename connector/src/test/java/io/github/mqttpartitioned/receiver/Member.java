// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.mqtt.Backoff;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.SessionPolicy;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A receiver with its store, as a node runs them; stopped and started as often as a test likes. */
final class Member implements AutoCloseable {

  static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Path folder;
  private final int partition;
  private final TestSettings settings;
  private CommitTimes times = CommitTimes.IGNORED;
  private LeaseCheck leaseCheck = LeaseCheck.ENDLESS;
  private boolean connectedBefore;
  private Duration goodLife = Backoff.GOOD_LIFE;

  private @Nullable PartitionStore store;
  private @Nullable Receiver receiver;

  Member(Path folder, String url) {
    this(folder, url, 0);
  }

  /** The member of a partition, with no others beside it. */
  Member(Path folder, String url, int partition) {
    this.folder = folder;
    this.partition = partition;
    this.settings =
        new TestSettings(url, folder)
            .partitions(partition + 1)
            .storeMaxBytes(256L << 20)
            .connectTimeout(Duration.ofSeconds(5))
            .drainTimeout(Duration.ofMillis(300));
  }

  Member qos(int value) {
    settings.qos(value);
    return this;
  }

  Member ackMode(AckMode value) {
    settings.ackMode(value);
    return this;
  }

  Member retired(boolean value) {
    settings.retired(value ? 1 : 0);
    return this;
  }

  Member formerFilters(String... value) {
    settings.formerFilters(value);
    return this;
  }

  Member storeMaxBytes(long value) {
    settings.storeMaxBytes(value);
    return this;
  }

  Member linger(Duration value) {
    settings.linger(value);
    return this;
  }

  Member deadLetterDir(Path value) {
    settings.deadLetterDir(value);
    return this;
  }

  Member receiveMaximum(int value) {
    settings.receiveMaximum(value);
    return this;
  }

  Member connectTimeout(Duration value) {
    settings.connectTimeout(value);
    return this;
  }

  Member keepAlive(Duration value) {
    settings.keepAlive(value);
    return this;
  }

  Member tls(TlsSettings value) {
    settings.tls(value);
    return this;
  }

  Member cluster(String... urls) {
    settings.cluster(urls);
    return this;
  }

  Member webSocketHeader(String name, String value) {
    settings.webSocketHeader(name, value);
    return this;
  }

  Member topics(String... value) {
    settings.topics(value);
    return this;
  }

  Member times(CommitTimes value) {
    times = value;
    return this;
  }

  Member leaseCheck(LeaseCheck value) {
    leaseCheck = value;
    return this;
  }

  Member connectedBefore(boolean value) {
    connectedBefore = value;
    return this;
  }

  /** After a connection that lived for this long, pauses begin again. */
  Member goodLife(Duration value) {
    goodLife = value;
    return this;
  }

  Member sessions(SessionPolicy value) {
    settings.sessions(value);
    return this;
  }

  Member credentials(String user, String secret) {
    settings.credentials(user, secret);
    return this;
  }

  Member credentials(CredentialSettings value) {
    settings.credentials(value);
    return this;
  }

  Member start() {
    SourceSettings now = settings.build();
    store =
        PartitionStore.open(
            new StoreConfig(
                folder.resolve("p" + partition),
                now.sourceId(),
                partition,
                now.storeMaxBytes(),
                0));
    receiver =
        new Receiver(
            now,
            partition,
            store,
            times,
            leaseCheck,
            connectedBefore,
            new Backoff(RandomGenerator.getDefault(), goodLife));
    receiver.start();
    return this;
  }

  Member startConnected() {
    return start().await(State.CONNECTED);
  }

  Member await(State state) {
    Await.value(state.toString(), DEADLINE, this::status, status -> status.state() == state);
    return this;
  }

  /** Waits for a message as a real-time task does. */
  long awaitBeyond(long offset) throws InterruptedException {
    return Objects.requireNonNull(store).awaitBeyond(offset, DEADLINE);
  }

  /** Waits until so many messages are durable. */
  Member awaitStored(long messages) {
    Await.value(
        messages + " stored",
        Duration.ofSeconds(60),
        () -> store.extent().next(),
        next -> next >= messages);
    return this;
  }

  PartitionStatus status() {
    return receiver.status();
  }

  Receiver receiver() {
    return receiver;
  }

  PartitionStore store() {
    return store;
  }

  /** The payloads stored, as text, in the order of their offsets. */
  List<String> payloads() {
    List<String> payloads = new ArrayList<>();
    try (BlockCursor cursor =
        store.read(new OffsetRange(store.extent().earliest(), store.extent().next()))) {
      for (Block block = cursor.next(); block != null; block = cursor.next()) {
        for (int row = 0; row < block.count(); row++) {
          byte[] payload = new byte[block.payloadLength(row)];
          block.bytes().get(block.payloadStart(row), payload);
          payloads.add(new String(payload, StandardCharsets.UTF_8));
        }
      }
    }
    return payloads;
  }

  /** The topics stored, in the order of their offsets. */
  List<String> topics() {
    List<String> topics = new ArrayList<>();
    try (BlockCursor cursor =
        store.read(new OffsetRange(store.extent().earliest(), store.extent().next()))) {
      for (Block block = cursor.next(); block != null; block = cursor.next()) {
        for (int row = 0; row < block.count(); row++) {
          byte[] topic = new byte[block.topicLength(block.topic(row))];
          block.bytes().get(block.topicStart(block.topic(row)), topic);
          topics.add(new String(topic, StandardCharsets.UTF_8));
        }
      }
    }
    return topics;
  }

  void stop() {
    if (receiver == null) {
      return;
    }
    receiver.stop();
    try {
      if (!receiver.join(DEADLINE)) {
        throw new AssertionError("the receiver does not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    store.close();
  }

  @Override
  public void close() {
    stop();
  }
}
