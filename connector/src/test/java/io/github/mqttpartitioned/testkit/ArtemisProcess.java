// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * ActiveMQ Artemis in a JVM of its own, so that it can be killed. With persistence it acknowledges
 * nothing to a publisher before it is synced to disk.
 */
final class ArtemisProcess implements TestBroker {

  /** What this kind can do. */
  static final Set<Feature> FEATURES = EnumSet.of(Feature.KILL, Feature.DURABLE);

  private static final Duration START_DEADLINE = Duration.ofMinutes(2);
  private static final int HEAP_MIB = 1024;

  private final BrokerOptions options;
  private final int port = Ports.free();
  private final TempFolder folder = TempFolder.create("artemis");
  private Optional<ChildJvm> child = Optional.empty();

  private ArtemisProcess(BrokerOptions options) {
    this.options = options;
  }

  /**
   * Starts one.
   *
   * @throws UnsupportedOperationException for more than a TCP listener without a password
   */
  static ArtemisProcess start(BrokerOptions options) {
    if (!options.schemes().equals(EnumSet.of(Scheme.TCP)) || options.credentials().isPresent()) {
      throw new UnsupportedOperationException(
          "An Artemis to be killed has one TCP listener, open to everybody");
    }
    ArtemisProcess broker = new ArtemisProcess(options);
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
    ChildJvm starting =
        ChildJvm.of(
                Main.class,
                String.valueOf(port),
                folder.path().toString(),
                String.valueOf(options.persistence()))
            .heapMiB(HEAP_MIB)
            .start();
    child = Optional.of(starting);
    Probe.awaitAnswer(description(), port, START_DEADLINE, starting::isAlive, starting::describe);
  }

  @Override
  public void stop() {
    child.ifPresent(ChildJvm::stop);
    child = Optional.empty();
  }

  @Override
  public void kill() {
    child.ifPresent(ChildJvm::close);
    child = Optional.empty();
  }

  @Override
  public String url(Scheme scheme) {
    return scheme.url(Ports.port(Map.of(Scheme.TCP, port), scheme));
  }

  @Override
  public String description() {
    return "ActiveMQ Artemis in a JVM of its own";
  }

  @Override
  public boolean supports(Feature feature) {
    return FEATURES.contains(feature);
  }

  @Override
  public void close() {
    kill();
    folder.delete();
  }

  /** The child's side. */
  static final class Main {
    private Main() {}

    /**
     * Runs a broker until SIGTERM.
     *
     * @param arguments the port, the folder, and whether it is persistent
     */
    public static void main(String[] arguments) {
      BrokerOptions options =
          BrokerOptions.DEFAULTS.persistence(Boolean.parseBoolean(arguments[2]));
      ArtemisServer server =
          new ArtemisServer(
              options, Map.of(Scheme.TCP, Integer.valueOf(arguments[0])), Path.of(arguments[1]));
      Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "stop-artemis"));
      server.start();
    }
  }
}
