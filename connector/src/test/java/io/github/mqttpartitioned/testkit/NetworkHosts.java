// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Hosts of a network within this machine: each has an address of its own, and a link that can be
 * cut. They are Linux network namespaces, joined by a bridge in one more namespace, where the
 * firewall of this machine has no say. This machine itself takes part with {@link #address}.
 *
 * <p>The names begin with {@code mqtt} and this JVM's process id; what a JVM has left that does not
 * run any more is removed by the next one. Confined to one thread at a time.
 */
public final class NetworkHosts implements AutoCloseable {

  private static final String PREFIX = "mqtt";
  private static final Pattern NAME = Pattern.compile("mqtt(\\d+)-\\S+");

  private final String prefix = PREFIX + ProcessHandle.current().pid() + "-";
  private final String network = "10.213." + ProcessHandle.current().pid() % 256 + ".";
  private final String bridge = prefix + "b";

  /** This machine's end of its link to that network, once there is one. */
  private String mine = "";

  private final List<Host> hosts = new ArrayList<>();

  private NetworkHosts() {}

  /** Why this machine cannot have such hosts; empty if it can. */
  public static Optional<String> obstacle() {
    try {
      removeLeft();
      String probe = PREFIX + ProcessHandle.current().pid() + "-p";
      ip("netns", "add", probe);
      ip("netns", "delete", probe);
      return Optional.empty();
    } catch (UncheckedIOException e) {
      return Optional.of("network namespaces need Linux, root and ip: " + e.getMessage());
    }
  }

  /**
   * Sets the hosts up.
   *
   * @param count at most 200
   */
  public static NetworkHosts start(int count) {
    NetworkHosts hosts = new NetworkHosts();
    try {
      hosts.join();
      for (int host = 1; host <= count; host++) {
        hosts.add(host);
      }
      return hosts;
    } catch (RuntimeException e) {
      hosts.close();
      throw e;
    }
  }

  /** The address of this machine in that network. */
  public String address() {
    return network + "1";
  }

  /** A host, from 0. */
  public Host host(int number) {
    return hosts.get(number);
  }

  private void join() {
    ip("netns", "add", bridge);
    ip("-n", bridge, "link", "add", "name", "switch", "type", "bridge");
    ip("-n", bridge, "link", "set", "switch", "up");
    // An interface's name has 15 characters at most.
    String name = PREFIX + ProcessHandle.current().pid();
    ip("link", "add", name, "type", "veth", "peer", "name", "port0", "netns", bridge);
    mine = name;
    ip("address", "add", address() + "/24", "dev", mine);
    ip("link", "set", mine, "up");
    plug("port0");
  }

  private void plug(String port) {
    ip("-n", bridge, "link", "set", port, "master", "switch");
    ip("-n", bridge, "link", "set", port, "up");
  }

  private void add(int number) {
    Host host = new Host(prefix + number, network + (10 + number), "port" + number);
    hosts.add(host);
    ip("netns", "add", host.namespace);
    ip(
        "-n",
        bridge,
        "link",
        "add",
        host.port,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        host.namespace);
    ip("-n", host.namespace, "address", "add", host.address + "/24", "dev", "eth0");
    ip("-n", host.namespace, "link", "set", "eth0", "up");
    ip("-n", host.namespace, "link", "set", "lo", "up");
    plug(host.port);
  }

  /** Removes all of it; what still runs on a host loses its network. */
  @Override
  public void close() {
    hosts.clear();
    if (!mine.isEmpty()) {
      // With its namespace it would go, too, but some time later.
      ip("link", "delete", mine);
      mine = "";
    }
    removeAll(prefix);
  }

  private static void removeLeft() {
    for (String name : namespaces()) {
      Matcher own = NAME.matcher(name);
      if (own.matches() && ProcessHandle.of(Long.parseLong(own.group(1))).isEmpty()) {
        removeAll(PREFIX + own.group(1) + "-");
      }
    }
  }

  private static void removeAll(String prefix) {
    for (String name : namespaces()) {
      if (name.startsWith(prefix)) {
        // With a namespace go its ends of links, and the other ends with them.
        kill(name);
        ip("netns", "delete", name);
      }
    }
  }

  private static List<String> namespaces() {
    return ip("netns", "list").lines().map(line -> line.split(" ", 2)[0]).toList();
  }

  private static void kill(String namespace) {
    ip("netns", "pids", namespace)
        .lines()
        .map(Long::valueOf)
        .map(ProcessHandle::of)
        .flatMap(Optional::stream)
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static String ip(String... arguments) {
    List<String> command = Stream.concat(Stream.of("ip"), Stream.of(arguments)).toList();
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(command + " failed: " + output.strip());
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while " + command + " ran", e);
    }
  }

  /** One host. */
  public final class Host {
    private final String namespace;
    private final String address;
    private final String port;

    private Host(String namespace, String address, String port) {
      this.namespace = namespace;
      this.address = address;
      this.port = port;
    }

    /** Its address. */
    public String address() {
      return address;
    }

    /**
     * The beginning of a command that runs on this host, with a disk of its own: as {@link
     * ChildJvm.Builder#wrapper} has it.
     *
     * @param disk a folder that only this host has
     * @param path where the host finds it
     */
    public List<String> command(Path disk, Path path) {
      try {
        Files.createDirectories(disk);
        Files.createDirectories(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      // A namespace of mounts comes with each ip netns exec.
      return List.of(
          "ip",
          "netns",
          "exec",
          namespace,
          "sh",
          "-c",
          "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"",
          disk.toString(),
          path.toString());
    }

    /** Cuts it off: nothing comes through any more, and nobody is told. */
    public void cut() {
      ip("-n", bridge, "link", "set", port, "down");
    }

    /** Lets everything through again. */
    public void repair() {
      ip("-n", bridge, "link", "set", port, "up");
    }

    /** Loses it for good: cut off, and all that runs there is killed. */
    public void lose() {
      cut();
      kill(namespace);
    }
  }
}
