package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.BrokerOptions.Credentials;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

/** ActiveMQ Artemis in this JVM, for machines that have no other broker. */
final class ArtemisBroker implements TestBroker {

  /** What this kind can do. */
  static final Set<Feature> FEATURES = EnumSet.noneOf(Feature.class);

  private static final Duration START_DEADLINE = Duration.ofSeconds(30);
  private static final int UNLIMITED = -1;

  /** Above this an address's messages go to page files, so that a backlog cannot fill the heap. */
  private static final long ADDRESS_MEMORY_BYTES = 128L << 20;

  private static final int PAGE_BYTES = 10 << 20;
  private static final int RECEIVE_MAXIMUM = 65_535;
  private static final String ROLE = "client";

  private final BrokerOptions options;
  private final Map<Scheme, Integer> ports;
  private final TempFolder folder = TempFolder.create("artemis");
  private Optional<EmbeddedActiveMQ> server = Optional.empty();

  private ArtemisBroker(BrokerOptions options) {
    this.options = options;
    this.ports = Ports.forEach(options.schemes());
  }

  /** Starts one. */
  static ArtemisBroker start(BrokerOptions options) {
    ArtemisBroker broker = new ArtemisBroker(options);
    try {
      broker.start();
      return broker;
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  @Override
  public void start() {
    EmbeddedActiveMQ starting = new EmbeddedActiveMQ().setConfiguration(configuration());
    options.credentials().ifPresent(c -> starting.setSecurityManager(securityManager(c)));
    server = Optional.of(starting);
    run("start", starting::start);
    Probe.awaitAnswer(
        description(),
        Ports.port(ports, Scheme.TCP),
        START_DEADLINE,
        () -> starting.getActiveMQServer().isStarted(),
        () -> "");
  }

  private Configuration configuration() {
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
    configuration.putSecurityRoles("#", Set.of(everythingAllowed()));
    ports.forEach((scheme, port) -> addAcceptor(configuration, scheme, port));
    return configuration;
  }

  /** An Artemis acceptor speaks plain MQTT and MQTT over WebSocket, whichever a client begins. */
  private void addAcceptor(Configuration configuration, Scheme scheme, int port) {
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

  @Override
  public void stop() {
    server.ifPresent(running -> run("stop", running::stop));
    server = Optional.empty();
  }

  @Override
  public void kill() {
    throw new UnsupportedOperationException(
        "An embedded broker cannot be killed without its JVM; start a broker with Feature.KILL");
  }

  @Override
  public String url(Scheme scheme) {
    return scheme.url(Ports.port(ports, scheme));
  }

  @Override
  public String description() {
    return "embedded ActiveMQ Artemis";
  }

  @Override
  public boolean supports(Feature feature) {
    return FEATURES.contains(feature);
  }

  @Override
  public void close() {
    stop();
    folder.delete();
  }

  private interface Step {
    Object run() throws Exception;
  }

  private static void run(String what, Step step) {
    try {
      step.run();
    } catch (Exception e) {
      throw new IllegalStateException("Cannot " + what + " embedded Artemis", e);
    }
  }
}
