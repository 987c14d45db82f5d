// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.examples.factory.Readings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/**
 * ActiveMQ Artemis in this JVM, for machines without a broker. Its journal is on disk: what it has
 * acknowledged outlives a kill of this JVM, and so do its clients' sessions.
 */
final class EmbeddedBroker implements AutoCloseable {

  private static final int UNLIMITED = -1;
  private static final int RECEIVE_MAXIMUM = 65_535;

  /** Above this an address's messages go to page files, so that a backlog cannot fill the heap. */
  private static final long ADDRESS_MEMORY_BYTES = 64L << 20;

  private static final int PAGE_BYTES = 8 << 20;

  /** How long writes to the journal gather for one fsync. */
  private static final int GATHER_NANOS = 4_000_000;

  private final EmbeddedActiveMQ server;
  private final int port;
  private final long startedMillis;

  private EmbeddedBroker(EmbeddedActiveMQ server, int port) {
    this.server = server;
    this.port = port;
    this.startedMillis = System.currentTimeMillis();
  }

  /**
   * Starts it.
   *
   * @param directory for its journal
   * @param portFile keeps the port on which it listened first
   */
  static EmbeddedBroker start(Path directory, Path portFile) throws IOException {
    return start(directory, port(portFile));
  }

  /**
   * Starts it.
   *
   * @param directory for its journal
   */
  static EmbeddedBroker start(Path directory, int port) throws IOException {
    try {
      EmbeddedActiveMQ server =
          new EmbeddedActiveMQ().setConfiguration(configuration(directory, port));
      EmbeddedBroker broker = new EmbeddedBroker(server, port);
      server.start();
      if (!server.getActiveMQServer().isStarted()) {
        throw new IOException("see above");
      }
      return broker;
    } catch (Exception e) {
      throw new IOException("The embedded broker has not started: " + e.getMessage(), e);
    }
  }

  /** The port of earlier runs, or one that is free. */
  private static int port(Path file) throws IOException {
    if (!Files.exists(file)) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        Files.writeString(file, Integer.toString(socket.getLocalPort()));
      }
    }
    int port = Integer.parseInt(Files.readString(file).strip());
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IOException(
          ("Port %d, on which the embedded broker of this directory listens, is in use. End what"
                  + " uses it, or say -Ddemo.dir=<another directory>")
              .formatted(port),
          e);
    }
  }

  private static Configuration configuration(Path directory, int port) throws Exception {
    Configuration configuration =
        new ConfigurationImpl()
            .setPersistenceEnabled(true)
            .setMqttSubscriptionPersistenceEnabled(true)
            .setJournalType(JournalType.NIO)
            .setJournalDirectory(directory.resolve("journal").toString())
            .setBindingsDirectory(directory.resolve("bindings").toString())
            .setLargeMessagesDirectory(directory.resolve("large").toString())
            .setPagingDirectory(directory.resolve("paging").toString())
            .setJournalBufferTimeout_NIO(GATHER_NANOS)
            .setSecurityEnabled(false)
            .setJMXManagementEnabled(false)
            .setMessageCounterEnabled(false)
            .setGlobalMaxSize(UNLIMITED)
            // Artemis stops taking messages on a disk that is 90 % full, in use for what it may.
            .setMaxDiskUsage(UNLIMITED);
    configuration.addAddressSetting(
        "#",
        new AddressSettings()
            .setMaxSizeBytes(ADDRESS_MEMORY_BYTES)
            .setPageSizeBytes(PAGE_BYTES)
            .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
            // Redelivery after a lost connection counts as an attempt; ten would be the last.
            .setMaxDeliveryAttempts(UNLIMITED));
    // Members that subscribe at the same moment race to make the queue that they share, and all but
    // one would be disconnected; so it is there before them.
    configuration.addQueueConfiguration(
        QueueConfiguration.of(Readings.GROUP + "." + Readings.TOPICS.replace('/', '.'))
            .setAddress(Readings.TOPICS.replace('/', '.'))
            .setRoutingType(RoutingType.MULTICAST)
            .setDurable(true));
    configuration.addAcceptorConfiguration(
        "mqtt",
        "tcp://127.0.0.1:%d?protocols=MQTT;tcpNoDelay=true;receiveMaximum=%d"
            .formatted(port, RECEIVE_MAXIMUM));
    return configuration;
  }

  String url() {
    return "tcp://127.0.0.1:" + port;
  }

  /** When it was started: whatever it sends, it has sent after that. */
  long startedMillis() {
    return startedMillis;
  }

  @Override
  public void close() throws IOException {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IOException("The embedded broker has not stopped in order", e);
    }
  }
}
