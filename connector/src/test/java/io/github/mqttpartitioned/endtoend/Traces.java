// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a running source shows of itself in a process, as the system sees it: threads by their
 * names, Paho's among them, ports that it listens on, connections to the broker.
 *
 * @param nodePorts where nodes listen
 * @param brokerPort where the broker does
 */
record Traces(Set<Integer> nodePorts, int brokerPort) {

  private static final Pattern THREAD = Pattern.compile("(?:mqtt|MQTT ).*", Pattern.DOTALL);
  private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");

  /** A line of /proc/net/tcp: local port, remote port, state, inode. */
  private static final Pattern LINE =
      Pattern.compile(
          "\\s*\\d+: \\p{XDigit}+:(\\p{XDigit}+) \\p{XDigit}+:(\\p{XDigit}+) (\\p{XDigit}+)"
              + "(?: \\S+){2} +\\S+ +\\S+ +\\S+ +(\\d+).*");

  private static final int LISTENS = 0x0A;

  /** All that is to be seen now, by processes. */
  List<String> in(List<ProcessHandle> processes) {
    List<String> traces = new ArrayList<>();
    for (ProcessHandle process : processes) {
      try {
        Path of = Path.of("/proc", String.valueOf(process.pid()));
        threads(of, traces);
        sockets(of, traces);
      } catch (IOException e) {
        // It has ended meanwhile, or a thread or a socket has; the next look is a new one.
        traces.add(e.toString());
      } catch (UncheckedIOException e) {
        traces.add(e.getCause().toString());
      }
    }
    return traces;
  }

  private static void threads(Path process, List<String> traces) throws IOException {
    try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
      for (Path task : tasks.toList()) {
        String name = Files.readString(task.resolve("comm")).strip();
        if (THREAD.matcher(name).matches()) {
          traces.add(process + " thread " + name);
        }
      }
    }
  }

  private void sockets(Path process, List<String> traces) throws IOException {
    Set<String> own = inodes(process);
    for (String file : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(process.resolve("net").resolve(file))) {
        Matcher socket = LINE.matcher(line);
        if (!socket.matches() || !own.contains(socket.group(4))) {
          continue;
        }
        int port = Integer.parseInt(socket.group(1), 16);
        if (Integer.parseInt(socket.group(3), 16) == LISTENS) {
          if (nodePorts.contains(port)) {
            traces.add(process + " listens on " + port);
          }
        } else if (Integer.parseInt(socket.group(2), 16) == brokerPort) {
          traces.add(process + " connection to the broker from " + port);
        }
      }
    }
  }

  private static Set<String> inodes(Path process) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      for (Path descriptor : descriptors.toList()) {
        socket(descriptor).ifPresent(inodes::add);
      }
    }
    return inodes;
  }

  private static Optional<String> socket(Path descriptor) throws IOException {
    try {
      Matcher socket = SOCKET.matcher(Files.readSymbolicLink(descriptor).toString());
      return socket.matches() ? Optional.of(socket.group(1)) : Optional.empty();
    } catch (NoSuchFileException e) {
      // Closed meanwhile.
      return Optional.empty();
    }
  }
}
