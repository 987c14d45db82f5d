// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import io.github.mqttpartitioned.testkit.BrokerOptions.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * {@code eclipse-mosquitto:2} through Testcontainers. Its ports on 127.0.0.1 are chosen here, not
 * by Docker, which would choose others at each start of the container.
 */
final class MosquittoContainer implements TestBroker {

  private static final String IMAGE = "eclipse-mosquitto:2";
  private static final String CONFIG_FOLDER = "/mosquitto/config";
  private static final String DATA_FOLDER = "/mosquitto/data";
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final int STOP_SECONDS = 30;
  private static final int READABLE_BY_ALL = 0644;

  private final BrokerOptions options;
  private final String address;
  private final Map<Scheme, Integer> ports;
  private final GenericContainer<?> container;

  private MosquittoContainer(BrokerOptions options) {
    this.options = options;
    address = options.address();
    ports = Ports.forEach(options.schemes());
    container =
        new GenericContainer<>(DockerImageName.parse(IMAGE))
            .withCreateContainerCmdModifier(this::publishPorts);
    // The image's entry point gives the data folder to its user mosquitto.
    MosquittoConfig.files(
            options, "0.0.0.0", ports, CONFIG_FOLDER, DATA_FOLDER, "stdout", "mosquitto")
        .forEach(
            (name, text) ->
                container.withCopyToContainer(
                    Transferable.of(text, READABLE_BY_ALL), CONFIG_FOLDER + "/" + name));
  }

  /** Starts one. */
  static MosquittoContainer start(BrokerOptions options) {
    MosquittoContainer broker = new MosquittoContainer(options);
    try {
      broker.container.start();
      broker.awaitAnswer();
      return broker;
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /** Whether a Docker engine answers whose published ports are this machine's. */
  static boolean isAvailable() {
    return Engine.IS_LOCAL;
  }

  private void publishPorts(CreateContainerCmd command) {
    List<ExposedPort> exposed = ports.values().stream().map(ExposedPort::tcp).toList();
    List<PortBinding> bindings =
        ports.values().stream()
            .map(port -> PortBinding.parse("%s:%d:%d".formatted(address, port, port)))
            .toList();
    command.withExposedPorts(exposed);
    command.getHostConfig().withPortBindings(bindings);
  }

  @Override
  public void start() {
    docker(client -> client.startContainerCmd(container.getContainerId()).exec());
    awaitAnswer();
  }

  @Override
  public void stop() {
    docker(
        client ->
            client.stopContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec());
  }

  @Override
  public void kill() {
    docker(client -> client.killContainerCmd(container.getContainerId()).exec());
    Await.until(description() + " to end", START_DEADLINE, () -> !container.isRunning());
  }

  private void awaitAnswer() {
    Probe.awaitAnswer(
        description(),
        address,
        Ports.port(ports, Scheme.TCP),
        START_DEADLINE,
        container::isRunning,
        container::getLogs);
  }

  private static <T> T docker(Function<DockerClient, T> command) {
    return command.apply(DockerClientFactory.instance().client());
  }

  @Override
  public void changePassword(String password) {
    String user = options.credentials().orElseThrow().username();
    container.copyFileToContainer(
        Transferable.of(
            MosquittoConfig.passwordLine(new Credentials(user, password)), READABLE_BY_ALL),
        CONFIG_FOLDER + "/" + MosquittoConfig.PASSWORDS);
    // Mosquitto reads its password file anew.
    docker(client -> client.killContainerCmd(container.getContainerId()).withSignal("HUP").exec());
  }

  @Override
  public String url(Scheme scheme) {
    return scheme.url(address, Ports.port(ports, scheme));
  }

  @Override
  public String description() {
    return IMAGE + " through Testcontainers";
  }

  @Override
  public boolean supports(Feature feature) {
    return MosquittoConfig.FEATURES.contains(feature);
  }

  @Override
  public void close() {
    container.stop();
  }

  /** Asked once per JVM: without an engine the answer takes its time. */
  private static final class Engine {
    private static final String UNIX = "unix://";
    static final boolean IS_LOCAL = isLocal();

    private static boolean isLocal() {
      try {
        return !namesNoSocket(System.getenv("DOCKER_HOST"))
            && DockerClientFactory.instance().isDockerAvailable()
            && DockerClientFactory.instance().dockerHostIpAddress().equals("localhost");
      } catch (RuntimeException e) {
        // An engine that cannot get Testcontainers' own images, for instance.
        System.out.println("Test broker: no " + TestBrokers.Kind.DOCKER + ", " + e);
        return false;
      }
    }

    /** Testcontainers would look for another engine, and Docker's own client does not. */
    private static boolean namesNoSocket(@Nullable String dockerHost) {
      return dockerHost != null
          && dockerHost.startsWith(UNIX)
          && !Files.exists(Path.of(dockerHost.substring(UNIX.length())));
    }
  }
}
