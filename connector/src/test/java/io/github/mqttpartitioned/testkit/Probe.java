// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Finds out when a broker answers. */
final class Probe {

  private static final int TIMEOUT_MILLIS = 2000;

  private Probe() {}

  /**
   * Waits until a broker on a port of 127.0.0.1 answers.
   *
   * @see #awaitAnswer(String, String, int, Duration, BooleanSupplier, Supplier)
   */
  static void awaitAnswer(
      String broker, int port, Duration deadline, BooleanSupplier alive, Supplier<String> log) {
    awaitAnswer(broker, BrokerOptions.LOOPBACK, port, deadline, alive, log);
  }

  /**
   * Waits until a broker answers a CONNECT, whatever the answer.
   *
   * @param alive false when the broker has ended, so that waiting is of no use
   * @param log what to put into the error
   */
  static void awaitAnswer(
      String broker,
      String address,
      int port,
      Duration deadline,
      BooleanSupplier alive,
      Supplier<String> log) {
    boolean answered;
    try {
      answered =
          Await.value(
              broker + " to answer on port " + port,
              deadline,
              () -> answers(address, port),
              answer -> answer || !alive.getAsBoolean());
    } catch (AssertionError e) {
      throw new IllegalStateException(e.getMessage() + "\n" + log.get(), e);
    }
    if (!answered) {
      throw new IllegalStateException(broker + " ended while starting:\n" + log.get());
    }
  }

  private static boolean answers(String address, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket
          .getOutputStream()
          .write(Packets.connect("testkit-probe", true, 0, MqttProperties.NONE, null, null));
      return new PacketReader(socket.getInputStream()).read().type() == PacketType.CONNACK;
    } catch (IOException notYet) {
      return false;
    }
  }
}
