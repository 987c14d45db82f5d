// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** ActiveMQ Artemis in this JVM, for machines that have no other broker. */
final class ArtemisBroker implements TestBroker {

  /** What this kind can do. */
  static final Set<Feature> FEATURES = EnumSet.noneOf(Feature.class);

  private static final Duration START_DEADLINE = Duration.ofSeconds(60);

  private final BrokerOptions options;
  private final Map<Scheme, Integer> ports;
  private final TempFolder folder = TempFolder.create("artemis");
  private Optional<ArtemisServer> server = Optional.empty();

  private ArtemisBroker(BrokerOptions options) {
    this.options = options;
    this.ports = Ports.forEach(options.schemes());
  }

  /** Starts one. */
  static ArtemisBroker start(BrokerOptions options) {
    return TestBroker.started(new ArtemisBroker(options));
  }

  @Override
  public void start() {
    ArtemisServer starting = new ArtemisServer(options, ports, folder.path());
    server = Optional.of(starting);
    starting.start();
    Probe.awaitAnswer(
        description(),
        Ports.port(ports, Scheme.TCP),
        START_DEADLINE,
        starting::isStarted,
        () -> "");
  }

  @Override
  public void stop() {
    server.ifPresent(ArtemisServer::stop);
    server = Optional.empty();
  }

  @Override
  public void kill() {
    throw new UnsupportedOperationException(
        "A broker in this JVM cannot be killed without it; start one with options.killable(true)");
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
}
