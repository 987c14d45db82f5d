// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * HiveMQ Community Edition in a JVM of its own, with a class path of its own: its Netty, Guava and
 * Jackson are other versions than Spark's. It keeps sessions and messages on disk. Confined to one
 * thread.
 */
public final class HiveMqProcess extends BrokerProcess {

  private static final String VERSION = "2025.5";

  private static final String CONFIG =
      """
      <?xml version="1.0"?>
      <hivemq>
        <listeners>
          <tcp-listener>
            <port>%d</port>
            <bind-address>127.0.0.1</bind-address>
          </tcp-listener>
        </listeners>
        <mqtt>
          <queued-messages>
            <max-queue-size>1000000</max-queue-size>
          </queued-messages>
          <receive-maximum>
            <server-receive-maximum>65535</server-receive-maximum>
          </receive-maximum>
        </mqtt>
        <persistence>
          <mode>file</mode>
        </persistence>
        <anonymous-usage-statistics>
          <enabled>false</enabled>
        </anonymous-usage-statistics>
      </hivemq>
      """;

  private static final String LOGGING =
      """
      <configuration>
        <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
          <encoder><pattern>%level %logger{0}: %msg%n</pattern></encoder>
        </appender>
        <root level="WARN"><appender-ref ref="out"/></root>
      </configuration>
      """;

  private HiveMqProcess() {
    super(TempFolder.create("hivemq"));
  }

  /** Starts one with a TCP listener, open to everybody. */
  public static HiveMqProcess open() {
    HiveMqProcess broker = new HiveMqProcess();
    broker.configure();
    return TestBroker.started(broker);
  }

  private void configure() {
    try {
      for (String one : List.of("conf", "data", "extensions", "log")) {
        Files.createDirectories(folder().path().resolve(one));
      }
      Files.writeString(folder().path().resolve("conf/config.xml"), CONFIG.formatted(port()));
      Files.writeString(folder().path().resolve("logback.xml"), LOGGING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  ChildJvm.Builder command() {
    List<Path> classPath =
        new ArrayList<>(
            MavenClassPath.of("com.hivemq", "hivemq-community-edition-embedded", VERSION));
    classPath.add(SparkVersion.location(HiveMqProcess.class));
    return ChildJvm.of(Main.class, folder().path().toString())
        .classPath(
            classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)))
        .property("logback.configurationFile", folder().path().resolve("logback.xml").toString())
        .property("hivemq.home", folder().path().toString());
  }

  @Override
  public String description() {
    return "HiveMQ Community Edition " + VERSION + " in a JVM of its own";
  }

  @Override
  public boolean supports(Feature feature) {
    return feature == Feature.KILL || feature == Feature.RECEIVE_MAXIMUM;
  }

  /** The child's side. By reflection: HiveMQ is not on the class path of the tests. */
  static final class Main {
    private Main() {}

    /**
     * Runs a broker until SIGTERM.
     *
     * @param arguments the folder
     */
    public static void main(String[] arguments) throws Exception {
      Class<?> api = Class.forName("com.hivemq.embedded.EmbeddedHiveMQ");
      Class<?> builders = Class.forName("com.hivemq.embedded.EmbeddedHiveMQBuilder");
      Object builder = api.getMethod("builder").invoke(null);
      Path folder = Path.of(arguments[0]);
      builders
          .getMethod("withConfigurationFolder", Path.class)
          .invoke(builder, folder.resolve("conf"));
      builders.getMethod("withDataFolder", Path.class).invoke(builder, folder.resolve("data"));
      builders
          .getMethod("withExtensionsFolder", Path.class)
          .invoke(builder, folder.resolve("extensions"));
      Object server = builders.getMethod("build").invoke(builder);
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> call(api, server, "stop"), "stop-hivemq"));
      call(api, server, "start");
    }

    private static void call(Class<?> api, Object server, String name) {
      try {
        Method method = api.getMethod(name);
        ((CompletableFuture<?>) method.invoke(server)).join();
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("Cannot " + name + " HiveMQ", e);
      }
    }
  }
}
