// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A broker written in Java, in a JVM and a folder of its own, with one TCP listener. */
abstract class BrokerProcess implements TestBroker {

  private static final Duration START_DEADLINE = Duration.ofMinutes(2);
  private static final int HEAP_MIB = 1024;

  private final int port = Ports.free();
  private final TempFolder folder;
  private Optional<ChildJvm> child = Optional.empty();

  /**
   * @param folder of its data; it is deleted with the broker
   */
  BrokerProcess(TempFolder folder) {
    this.folder = folder;
  }

  final int port() {
    return port;
  }

  final TempFolder folder() {
    return folder;
  }

  /** How the broker starts. */
  abstract ChildJvm.Builder command();

  @Override
  public final void start() {
    ChildJvm starting = command().heapMiB(HEAP_MIB).start();
    child = Optional.of(starting);
    Probe.awaitAnswer(description(), port, START_DEADLINE, starting::isAlive, starting::describe);
  }

  @Override
  public final void stop() {
    child.ifPresent(ChildJvm::stop);
    child = Optional.empty();
  }

  @Override
  public final void kill() {
    child.ifPresent(ChildJvm::close);
    child = Optional.empty();
  }

  @Override
  public final String url(Scheme scheme) {
    return scheme.url(Ports.port(Map.of(Scheme.TCP, port), scheme));
  }

  @Override
  public final void close() {
    kill();
    folder.delete();
  }
}
