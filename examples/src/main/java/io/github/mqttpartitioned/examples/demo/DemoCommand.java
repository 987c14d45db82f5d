// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The demo's command line. {@code mvn -Pdemo -Ddemo.name=value} sets the option of that name. */
@Command(name = "demo", sortOptions = false)
final class DemoCommand implements Callable<Integer> {

  private final ToIntFunction<DemoSettings> demo;

  @Option(
      names = "--seconds",
      converter = Seconds.class,
      paramLabel = "<n>",
      description = "How long the sensors publish; until Ctrl-C by default.")
  private @Nullable Integer seconds;

  @Option(
      names = "--broker",
      converter = BrokerUrl.class,
      paramLabel = "tcp://host:port",
      description = "An MQTT 5 broker of yours; an embedded one by default.")
  private @Nullable String broker;

  @Option(
      names = "--dir",
      paramLabel = "<directory>",
      description = "Where the demo keeps what must survive it; default ${DEFAULT-VALUE}.")
  private Path directory = Path.of("target/demo");

  @Option(
      names = "--rate",
      converter = Rate.class,
      paramLabel = "<n>",
      description = "Messages per second of all sensors; default ${DEFAULT-VALUE}.")
  private int rate = 12_000;

  @Option(
      names = "--qos",
      converter = Qos.class,
      paramLabel = "1|2",
      description = "At which sensors publish and the query subscribes; default ${DEFAULT-VALUE}.")
  private int qos = 1;

  /**
   * @param demo runs with these settings and returns the exit code
   */
  DemoCommand(ToIntFunction<DemoSettings> demo) {
    this.demo = demo;
  }

  @Override
  public Integer call() {
    return demo.applyAsInt(
        new DemoSettings(
            seconds == null ? OptionalInt.empty() : OptionalInt.of(seconds),
            Optional.ofNullable(broker),
            directory.toAbsolutePath().normalize(),
            rate,
            qos));
  }

  /** A whole number of a range. */
  private abstract static class Range implements ITypeConverter<Integer> {
    private final int least;
    private final int most;

    Range(int least, int most) {
      this.least = least;
      this.most = most;
    }

    @Override
    public Integer convert(String text) {
      try {
        int number = Integer.parseInt(text);
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw new TypeConversionException(
          "'%s'; accepted is a number from %d to %d".formatted(text, least, most));
    }
  }

  private static final class Seconds extends Range {
    Seconds() {
      super(1, Integer.MAX_VALUE);
    }
  }

  private static final class Rate extends Range {
    Rate() {
      super(1, 1_000_000);
    }
  }

  private static final class Qos extends Range {
    Qos() {
      super(1, 2);
    }
  }

  private static final class BrokerUrl implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      try {
        URI uri = URI.create(text);
        if ("tcp".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() > 0) {
          return text;
        }
      } catch (IllegalArgumentException e) {
        // Said below.
      }
      throw new TypeConversionException(
          "'%s'; accepted is tcp://host:port of an MQTT 5 broker".formatted(text));
    }
  }
}
