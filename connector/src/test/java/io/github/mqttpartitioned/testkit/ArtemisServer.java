// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.BrokerOptions.Credentials;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.slf4j.LoggerFactory;

/** ActiveMQ Artemis in this JVM, set up as an MQTT broker. Confined to one thread. */
final class ArtemisServer {

  private static final int UNLIMITED = -1;

  /** Above this an address's messages go to page files, so that a backlog cannot fill the heap. */
  private static final long ADDRESS_MEMORY_BYTES = 128L << 20;

  private static final int PAGE_BYTES = 10 << 20;
  private static final int RECEIVE_MAXIMUM = 65_535;
  private static final String ROLE = "client";
  private static final String MESSAGE_AUDIT = "org.apache.activemq.audit.message";

  private final EmbeddedActiveMQ server = new EmbeddedActiveMQ();

  /**
   * Prepares a server.
   *
   * @param folder where it keeps what it writes
   */
  ArtemisServer(BrokerOptions options, Map<Scheme, Integer> ports, Path folder) {
    server.setConfiguration(configuration(options, ports, folder));
    options.credentials().ifPresent(c -> server.setSecurityManager(securityManager(c)));
  }

  void start() {
    if (LoggerFactory.getLogger(MESSAGE_AUDIT).isInfoEnabled()) {
      System.err.println(
          "Artemis logs each message: set the level of org.apache.activemq.audit to OFF");
    }
    run("start", server::start);
  }

  boolean isStarted() {
    return server.getActiveMQServer().isStarted();
  }

  void stop() {
    run("stop", server::stop);
  }

  private static Configuration configuration(
      BrokerOptions options, Map<Scheme, Integer> ports, Path folder) {
    Configuration configuration =
        new ConfigurationImpl()
            .setPersistenceEnabled(options.persistence())
            .setMqttSubscriptionPersistenceEnabled(options.persistence())
            .setJournalType(JournalType.NIO)
            .setJournalDirectory(folder.resolve("journal").toString())
            .setBindingsDirectory(folder.resolve("bindings").toString())
            .setLargeMessagesDirectory(folder.resolve("large").toString())
            .setPagingDirectory(folder.resolve("paging").toString())
            .setSecurityEnabled(options.credentials().isPresent())
            .setJMXManagementEnabled(false)
            .setMessageCounterEnabled(false)
            .setGlobalMaxSize(UNLIMITED)
            // Artemis takes no more messages once a disk is 90 % full, with whatever data.
            .setMaxDiskUsage(UNLIMITED);
    configuration.addAddressSetting(
        "#",
        new AddressSettings()
            .setMaxSizeBytes(ADDRESS_MEMORY_BYTES)
            .setPageSizeBytes(PAGE_BYTES)
            .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
            // Redelivery after a lost connection counts as an attempt; the tenth would be the last.
            .setMaxDeliveryAttempts(UNLIMITED));
    configuration.putSecurityRoles("#", Set.of(everythingAllowed()));
    ports.forEach((scheme, port) -> addAcceptor(configuration, options, scheme, port));
    return configuration;
  }

  /** An Artemis acceptor speaks plain MQTT and MQTT over WebSocket, whichever a client begins. */
  private static void addAcceptor(
      Configuration configuration, BrokerOptions options, Scheme scheme, int port) {
    StringBuilder uri =
        new StringBuilder(
            "tcp://127.0.0.1:%d?protocols=MQTT;tcpNoDelay=true;receiveMaximum=%d"
                .formatted(port, RECEIVE_MAXIMUM));
    if (scheme.tls()) {
      TestCertificates certificates = options.certificates().orElseThrow();
      uri.append(";sslEnabled=true;keyStoreType=PKCS12;keyStorePath=")
          .append(certificates.server().keystore())
          .append(";keyStorePassword=")
          .append(TestCertificates.PASSWORD)
          .append(";trustStoreType=PKCS12;trustStorePath=")
          .append(certificates.client().truststore())
          .append(";trustStorePassword=")
          .append(TestCertificates.PASSWORD)
          .append(";needClientAuth=")
          .append(options.clientCertificateRequired());
    }
    run("configure", () -> configuration.addAcceptorConfiguration(scheme.name(), uri.toString()));
  }

  private static Role everythingAllowed() {
    return new Role(ROLE, true, true, true, true, true, true, true, true, true, true, true, true);
  }

  private static ActiveMQJAASSecurityManager securityManager(Credentials credentials) {
    return new ActiveMQJAASSecurityManager(
        InVMLoginModule.class.getName(),
        new SecurityConfiguration(
            Map.of(credentials.username(), credentials.password()),
            Map.of(credentials.username(), List.of(ROLE))));
  }

  private interface Step {
    Object run() throws Exception;
  }

  private static void run(String what, Step step) {
    try {
      step.run();
    } catch (Exception e) {
      throw new IllegalStateException("Cannot " + what + " Artemis", e);
    }
  }
}
