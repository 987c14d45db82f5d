// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.metrics.PartitionMeters;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.BrokerMode;
import io.github.mqttpartitioned.option.settings.SessionPolicy;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.Receiver;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ours, as a node runs it: a real receiver over a real store, fsync and all. */
public final class ConnectorTaker implements Taker {

  private static final String SOURCE_ID = "benchmark";
  private static final String NODE = "benchmark";
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  /** Room for headers, columns and unfilled pages, as a multiple of what the payloads take. */
  private static final int ROOM = 2;

  private static final int COLUMNS_BYTES = 64;
  private static final long LEAST_ROOM = 256L << 20;

  private final Load load;
  private final PartitionStore store;
  private final Receiver receiver;
  private final @Nullable PartitionMeters meters;

  private ConnectorTaker(
      Load load, PartitionStore store, Receiver receiver, @Nullable PartitionMeters meters) {
    this.load = load;
    this.store = store;
    this.receiver = receiver;
    this.meters = meters;
  }

  /** Connects, without meters; the receiver takes messages from then on. */
  public static ConnectorTaker connect(String url, Load load, Path directory) {
    return connect(url, load, directory, false, TlsSettings.DEFAULT);
  }

  static ConnectorTaker connect(
      String url, Load load, Path directory, boolean metered, TlsSettings tls) {
    long room = LEAST_ROOM + ROOM * load.messages() * (load.payloadBytes() + COLUMNS_BYTES);
    SourceSettings settings =
        new SourceSettings(
            SOURCE_ID,
            1,
            List.of(new BrokerUrl(url)),
            BrokerMode.INDEPENDENT,
            List.of(new TopicFilter(Member.TOPICS)),
            Member.GROUP,
            "benchmark-connector",
            load.qos(),
            CredentialSettings.NONE,
            tls,
            Map.of(),
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofDays(7),
            load.window(),
            directory.toString(),
            room,
            Duration.ofMillis(5),
            null,
            AckMode.STORED,
            Duration.ofSeconds(5),
            1,
            List.of(),
            SessionPolicy.DEFAULT);
    PartitionStore store =
        PartitionStore.open(new StoreConfig(directory.resolve("p0"), SOURCE_ID, 0, room, 0));
    PartitionMeters meters = metered ? new PartitionMeters(Member.GROUP, 0, NODE) : null;
    Receiver receiver =
        meters == null
            ? new Receiver(settings, 0, store)
            : new Receiver(settings, 0, store, meters);
    if (meters != null) {
      meters.watch(receiver, room);
    }
    receiver.start();
    return new ConnectorTaker(load, store, receiver, meters);
  }

  PartitionStore store() {
    return store;
  }

  @Override
  public long taken() {
    PartitionStatus status = receiver.status();
    if (status.state() == PartitionStatus.State.FAILED) {
      throw new IllegalStateException("the receiver has stopped", status.problem());
    }
    return status.extent().next();
  }

  @Override
  public void verify() throws WrongCountException {
    LogExtent extent = store.extent();
    if (extent.earliest() != 0 || extent.next() != load.messages()) {
      throw new WrongCountException(
          "the store holds %s, sent were %,d".formatted(extent, load.messages()));
    }
    new StoredMessages(store).verify(load);
  }

  @Override
  public void close() throws IOException {
    receiver.stop();
    try {
      if (!receiver.join(STOP_LIMIT)) {
        throw new IOException("the receiver has not stopped within " + STOP_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the receiver stopped");
    }
    if (meters != null) {
      meters.close();
    }
    store.close();
  }
}
