// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * ActiveMQ Artemis in a JVM of its own, so that it can be killed. With persistence it acknowledges
 * nothing to a publisher before it is synced to disk.
 */
final class ArtemisProcess extends BrokerProcess {

  /** What this kind can do. */
  static final Set<Feature> FEATURES = EnumSet.of(Feature.KILL, Feature.DURABLE);

  private final BrokerOptions options;

  private ArtemisProcess(BrokerOptions options) {
    super(TempFolder.create("artemis"));
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
    return TestBroker.started(new ArtemisProcess(options));
  }

  @Override
  ChildJvm.Builder command() {
    return ChildJvm.of(
        Main.class,
        String.valueOf(port()),
        folder().path().toString(),
        String.valueOf(options.persistence()));
  }

  @Override
  public String description() {
    return "ActiveMQ Artemis in a JVM of its own";
  }

  @Override
  public boolean supports(Feature feature) {
    return FEATURES.contains(feature);
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
