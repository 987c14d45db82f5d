// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A subscriber with a connection of its own, which gives each message to its test and acknowledges
 * it. It does not connect again. The consumer is called by one thread.
 */
public final class Subscriber implements AutoCloseable {

  private static final int SUBSCRIBE_ID = 1;

  private static final int RECEIVE_MAXIMUM = 65_535;

  private static final long END_MILLIS = 10_000;

  private final Wire wire;
  private final Consumer<Publish> consumer;
  private final AtomicLong received = new AtomicLong();
  private final Thread reader;
  private volatile String failure = "";

  private Subscriber(Wire wire, Consumer<Publish> consumer) {
    this.wire = wire;
    this.consumer = consumer;
    this.reader = new Thread(this::readLoop, "subscriber");
    reader.setDaemon(true);
  }

  /** Connects with a new session and subscribes; returns when the broker has granted it. */
  public static Subscriber subscribe(
      String url, String filter, int qos, Consumer<Publish> consumer) {
    return subscribe(url, filter, qos, RECEIVE_MAXIMUM, consumer);
  }

  /**
   * As above, with a smaller window. Mosquitto searches its window for each packet of QoS 2: with
   * 65535 messages in it, 45 were sent in a second.
   */
  public static Subscriber subscribe(
      String url, String filter, int qos, int receiveMaximum, Consumer<Publish> consumer) {
    try {
      MqttProperties properties =
          MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, receiveMaximum);
      String clientId = "subscriber-" + System.nanoTime();
      byte[] connect = Packets.connect(clientId, true, 0, properties, null, null);
      Wire wire = Wire.open(url, Optional.empty(), connect, 0, receiveMaximum);
      wire.output().write(Packets.subscribe(SUBSCRIBE_ID, qos, filter));
      Subscriber subscriber = new Subscriber(wire, consumer);
      List<Integer> granted = subscriber.granted();
      if (!granted.equals(List.of(qos))) {
        throw new IllegalStateException("%s granted %s".formatted(filter, granted));
      }
      subscriber.reader.start();
      return subscriber;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A broker may send retained messages before SUBACK (section 3.8.4). */
  private List<Integer> granted() throws IOException {
    Bytes answers = new Bytes(1 << 12);
    Packet packet = wire.reader().read();
    while (packet.type() == PacketType.PUBLISH) {
      take(packet, answers);
      packet = wire.reader().read();
    }
    answers.writeTo(wire.output());
    return packet.suback().reasons();
  }

  private void readLoop() {
    try {
      Bytes answers = new Bytes(1 << 12);
      while (true) {
        take(wire.reader().read(), answers);
        if (!wire.reader().hasBuffered()) {
          answers.writeTo(wire.output());
          answers = new Bytes(1 << 12);
        }
      }
    } catch (IOException | RuntimeException e) {
      failure = String.valueOf(e);
    }
  }

  private void take(Packet packet, Bytes answers) {
    switch (packet.type()) {
      case PUBLISH -> {
        Publish message = packet.publish();
        consumer.accept(message);
        received.incrementAndGet();
        if (message.qos() > 0) {
          Packets.putAcknowledgement(
              answers,
              message.qos() == 1 ? PacketType.PUBACK : PacketType.PUBREC,
              message.packetId());
        }
      }
      case PUBREL ->
          Packets.putAcknowledgement(
              answers, PacketType.PUBCOMP, packet.acknowledgement().packetId());
      default -> throw new IllegalStateException("unexpected " + packet);
    }
  }

  /** Messages so far. */
  public long received() {
    return received.get();
  }

  /** Waits for at least so many messages. */
  public void await(long count, Duration deadline) {
    Await.value(
        count + " messages; subscriber " + failure,
        deadline,
        this::received,
        now -> now >= count || !failure.isEmpty());
    if (received() < count) {
      throw new AssertionError("%d of %d messages, then %s".formatted(received(), count, failure));
    }
  }

  @Override
  public void close() {
    wire.close();
    try {
      reader.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
