// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.io.File;
import java.lang.reflect.Proxy;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;

/**
 * Runs {@code java} on this class path with the given arguments, from within Maven.
 *
 * <p>Maven's own JVM cannot run the demo: it lacks the {@code --add-opens} that Spark needs. Its
 * exec goal can, but on Ctrl-C Maven ends first, and the demo prints its summary after the shell's
 * prompt. Here Maven leaves Ctrl-C to the demo, which shares its terminal, and waits for it.
 */
public final class DemoLauncher {
  private static final int ENDED_BY_INTERRUPT = 128 + 2;

  private DemoLauncher() {}

  public static void main(String[] args) throws Exception {
    leaveInterruptToTheDemo();

    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-classpath");
    command.add(classPath());
    // What is not set on Maven's command line is an option without a value here.
    Stream.of(args).filter(argument -> !argument.endsWith("=")).forEach(command::add);

    Process demo = new ProcessBuilder(command).inheritIO().start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(demo), "demo-end"));
    int exitCode = demo.waitFor();
    if (exitCode != 0 && exitCode != ENDED_BY_INTERRUPT) {
      throw new IllegalStateException("The demo ended with exit code " + exitCode);
    }
  }

  /** Handles SIGINT by doing nothing; were it ignored, the demo would inherit that. */
  private static void leaveInterruptToTheDemo() throws ReflectiveOperationException {
    // By reflection, as javac warns of every mention of sun.misc.Signal.
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object nothing =
        Proxy.newProxyInstance(
            DemoLauncher.class.getClassLoader(),
            new Class<?>[] {handler},
            (proxy, method, arguments) -> null);
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance("INT"), nothing);
  }

  /** What Maven gave this class: it is not in {@code java.class.path}. */
  private static String classPath() throws URISyntaxException {
    URLClassLoader loader = (URLClassLoader) DemoLauncher.class.getClassLoader();
    StringJoiner path = new StringJoiner(File.pathSeparator);
    for (URL url : loader.getURLs()) {
      path.add(Path.of(url.toURI()).toString());
    }
    return path.toString();
  }

  private static void end(Process demo) {
    demo.destroy();
    try {
      demo.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
