// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.BrokerOptions.Credentials;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A {@code mosquitto} binary of this machine, run as a child process in a folder of its own. */
final class MosquittoProcess implements TestBroker {

  private static final Duration START_DEADLINE = Duration.ofSeconds(20);
  private static final long STOP_SECONDS = 30;

  private final Path binary;
  private final BrokerOptions options;
  private final String address;
  private final Map<Scheme, Integer> ports;
  private final TempFolder folder = TempFolder.create("mosquitto");
  private final Thread killAtExit = new Thread(this::killProcess, "mosquitto-kill-at-exit");
  private volatile Optional<Process> process = Optional.empty();

  private MosquittoProcess(Path binary, BrokerOptions options) {
    this.binary = binary;
    this.options = options;
    this.address = options.address();
    this.ports = Ports.forEach(options.schemes());
    String path = folder.path().toString();
    folder.write(
        MosquittoConfig.files(
            options, address, ports, path, path, "file " + log(), System.getProperty("user.name")));
    Runtime.getRuntime().addShutdownHook(killAtExit);
  }

  /** Starts one. */
  static MosquittoProcess start(BrokerOptions options) {
    Path binary =
        binary().orElseThrow(() -> new IllegalStateException("No mosquitto binary on the PATH"));
    return TestBroker.started(new MosquittoProcess(binary, options));
  }

  /** The binary on the PATH. Debian puts it into {@code /usr/sbin}. */
  static Optional<Path> binary() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(File.pathSeparator))
        .map(directory -> Path.of(directory, "mosquitto"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Override
  public void start() {
    if (process.isPresent()) {
      throw new IllegalStateException("Already running: " + description());
    }
    try {
      Process started =
          new ProcessBuilder(
                  binary.toString(), "-c", folder.resolve(MosquittoConfig.CONFIG).toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
              .start();
      process = Optional.of(started);
      Probe.awaitAnswer(
          description(),
          address,
          Ports.port(ports, Scheme.TCP),
          START_DEADLINE,
          started::isAlive,
          () -> TempFolder.tail(output()) + TempFolder.tail(log()));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + binary, e);
    }
  }

  @Override
  public void stop() {
    process.ifPresent(
        running -> {
          running.destroy();
          awaitEnd(running);
        });
    process = Optional.empty();
  }

  @Override
  public void kill() {
    killProcess();
    process.ifPresent(this::awaitEnd);
    process = Optional.empty();
  }

  private void killProcess() {
    process.ifPresent(Process::destroyForcibly);
  }

  private void awaitEnd(Process ending) {
    try {
      if (!ending.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        ending.destroyForcibly();
        throw new IllegalStateException(
            description() + " did not end in " + STOP_SECONDS + " s; killed");
      }
    } catch (InterruptedException e) {
      ending.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for mosquitto to end", e);
    }
  }

  @Override
  public void changePassword(String password) {
    String user = options.credentials().orElseThrow().username();
    Credentials changed = new Credentials(user, password);
    folder.write(Map.of(MosquittoConfig.PASSWORDS, MosquittoConfig.passwordLine(changed)));
    long pid = process.orElseThrow().pid();
    try {
      // Mosquitto reads its password file anew.
      int code = new ProcessBuilder("kill", "-HUP", String.valueOf(pid)).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill -HUP ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String url(Scheme scheme) {
    return scheme.url(address, Ports.port(ports, scheme));
  }

  @Override
  public String description() {
    return "the mosquitto binary at " + binary;
  }

  @Override
  public boolean supports(Feature feature) {
    return MosquittoConfig.FEATURES.contains(feature);
  }

  @Override
  public void close() {
    kill();
    Runtime.getRuntime().removeShutdownHook(killAtExit);
    folder.delete();
  }

  private Path log() {
    return folder.resolve("mosquitto.log");
  }

  private Path output() {
    return folder.resolve("output.txt");
  }
}
