// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.load;

import io.github.mqttpartitioned.examples.factory.Device;
import io.github.mqttpartitioned.examples.factory.Factory;
import io.github.mqttpartitioned.examples.factory.Kind;
import io.github.mqttpartitioned.testkit.Publisher;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the broker, over which the devices of a hall publish by turns at a steady rate;
 * slower when the broker does not keep up. See {@link Factory} for who has which message.
 *
 * <p>After {@link #greet} a thread of its own does all of it; {@link #failure} and {@link #stop}
 * are for others.
 */
final class Gateway {

  private record Channel(String topic, Kind kind, Sensor sensor) {}

  private static final long TICK_NANOS = 10_000_000;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final Duration LAST_ACKNOWLEDGEMENTS = Duration.ofSeconds(20);

  private final int hall;
  private final String run;
  private final int rate;
  private final int qos;
  private final Publisher publisher;
  private final PublishedMarks marks;
  private final List<Device> devices;
  private final List<List<Channel>> channels = new ArrayList<>();
  private final StringBuilder json = new StringBuilder();
  private final Thread thread;

  private volatile boolean stopping;
  private volatile @Nullable RuntimeException failure;
  private long sent;

  /**
   * @param rate messages per second
   * @param marks are told how many messages the broker has acknowledged
   */
  Gateway(int hall, String url, String run, int rate, int qos, PublishedMarks marks) {
    this.hall = hall;
    this.run = run;
    this.rate = rate;
    this.qos = qos;
    this.marks = marks;
    this.devices = Factory.devices(hall);
    SplittableRandom random = new SplittableRandom(hall);
    for (Device device : devices) {
      channels.add(
          Stream.of(Kind.values())
              .map(kind -> new Channel(device.topic(kind), kind, new Sensor(kind, random.split())))
              .toList());
    }
    this.publisher =
        Publisher.to(url)
            .clientId("gateway-%d-%s".formatted(hall, run))
            .reconnecting(true)
            .connect();
    this.thread = new Thread(this::publishAll, "gateway-" + hall);
    this.thread.setDaemon(true);
  }

  /** Publishes one message of each device, and waits until the broker has them. */
  void greet() throws InterruptedException {
    publishUntil(devices.size());
    awaitAcknowledged();
  }

  void start() {
    thread.start();
  }

  /** Why it has stopped publishing; null as long as it has not. */
  @Nullable RuntimeException failure() {
    return failure;
  }

  /** Publishes nothing more. */
  void stop() {
    stopping = true;
  }

  /** After {@link #stop}: waits for the last acknowledgements. */
  void awaitEnd() throws InterruptedException {
    thread.join(2 * LAST_ACKNOWLEDGEMENTS.toMillis());
    publisher.close();
  }

  private void publishAll() {
    long begin = System.nanoTime();
    long first = sent;
    try {
      while (!stopping) {
        double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
        // After a pause of the broker not all at once.
        publishUntil(Math.min(first + (long) (seconds * rate), sent + rate));
        mark();
        TimeUnit.NANOSECONDS.sleep(TICK_NANOS);
      }
      awaitAcknowledged();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      mark();
    }
  }

  private void mark() {
    marks.set(hall - 1, publisher.acknowledged());
  }

  /**
   * Asks the publisher instead of having it wait: it writes within a fraction of a millisecond
   * unasked, and one that was told to hurry with nothing left to write does not hear {@code close}.
   */
  private void awaitAcknowledged() throws InterruptedException {
    long deadline = System.nanoTime() + LAST_ACKNOWLEDGEMENTS.toNanos();
    while (publisher.acknowledged() < sent && System.nanoTime() - deadline < 0) {
      TimeUnit.NANOSECONDS.sleep(TICK_NANOS);
    }
    mark();
  }

  private void publishUntil(long until) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    LocalTime time = LocalTime.now(ZoneId.systemDefault());
    for (; sent < until && !stopping; sent++) {
      int turn = (int) (sent % devices.size());
      long sequence = sent / devices.size();
      List<Channel> own = channels.get(turn);
      Channel channel = own.get((int) (sequence % own.size()));
      double value = channel.sensor().read(time);
      byte[] payload = payload(devices.get(turn), channel.kind(), sequence, now, value);
      publisher.publish(channel.topic(), payload, qos);
    }
  }

  private byte[] payload(Device device, Kind kind, long sequence, Instant now, double value) {
    json.setLength(0);
    json.append("{\"device\":\"").append(device.name());
    json.append("\",\"run\":\"").append(run);
    json.append("\",\"seq\":").append(sequence);
    json.append(",\"time\":\"").append(now);
    json.append("\",\"value\":");
    appendHundredths(Math.round(value * 100));
    json.append(",\"unit\":\"").append(kind.unit()).append("\"}");
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void appendHundredths(long hundredths) {
    json.append(hundredths / 100).append('.');
    long rest = hundredths % 100;
    json.append(rest < 10 ? "0" : "").append(rest);
  }
}
