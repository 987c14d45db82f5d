// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

/**
 * An MQTT 5 broker on this machine, running from when it is made until {@link #close}. Its URLs
 * stay the same over {@link #restart} and {@link #kill}. Confined to one thread at a time.
 */
public interface TestBroker extends AutoCloseable {

  /** Where it listens: {@code tcp://127.0.0.1:port}. */
  default String url() {
    return url(Scheme.TCP);
  }

  /**
   * Where it listens with a transport.
   *
   * @throws IllegalArgumentException if the options asked for no such listener
   */
  String url(Scheme scheme);

  /** What runs and how, such as "eclipse-mosquitto:2 through Testcontainers". */
  String description();

  /** Whether this kind of broker can do that. */
  boolean supports(Feature feature);

  /**
   * Whether messages that come twice at QoS 2 are its client's fault, see {@link
   * Feature#KEEPS_PACKET_IDS}; says so where they are not, and fails there in a long run.
   */
  default boolean keepsPacketIds() {
    return !Soak.isLacking(
        supports(Feature.KEEPS_PACKET_IDS),
        "whether messages come twice, as " + description() + " gives them other packet ids");
  }

  /** Stops it in an orderly way, and starts it again with what it has kept. */
  default void restart() {
    stop();
    start();
  }

  /**
   * Stops it in an orderly way; with {@link BrokerOptions#persistence} what it holds is on disk.
   */
  void stop();

  /**
   * Ends it with SIGKILL; what it had not yet written is lost, unless it is {@link
   * BrokerOptions#durable}. {@link #start} starts it again.
   *
   * @throws UnsupportedOperationException without {@link Feature#KILL}
   */
  void kill();

  /** Starts a new broker, which is closed if it does not start. */
  static <T extends TestBroker> T started(T broker) {
    try {
      broker.start();
      return broker;
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /** Starts it again after {@link #stop} or {@link #kill}; returns when it answers. */
  void start();

  /**
   * Gives the user of {@link BrokerOptions#credentials} another password, as an administrator does:
   * the broker goes on, and ends the connections that were made with the former one.
   *
   * @throws UnsupportedOperationException without {@link Feature#PASSWORD_CHANGES}
   */
  default void changePassword(String password) {
    throw new UnsupportedOperationException(description());
  }

  /** Stops it and removes what it has kept. */
  @Override
  void close();
}
