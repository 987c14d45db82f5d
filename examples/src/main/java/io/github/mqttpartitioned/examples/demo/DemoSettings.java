package io.github.mqttpartitioned.examples.demo;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What can be set on Maven's command line, {@code -Ddemo.<name>=<value>}.
 *
 * @param seconds how long the sensors publish; until Ctrl-C when empty
 * @param broker URL of a broker to use; an embedded one is started when empty
 * @param directory where the demo keeps what must survive it
 * @param rate messages per second, all sensors together
 * @param qos at which sensors publish and the connector subscribes
 */
record DemoSettings(
    OptionalInt seconds, Optional<String> broker, Path directory, int rate, int qos) {

  private static final int DEFAULT_RATE = 12_000;
  private static final int MOST_RATE = 1_000_000;
  private static final int DEFAULT_QOS = 1;
  private static final int MOST_QOS = 2;
  private static final String DEFAULT_DIRECTORY = "target/demo";

  /**
   * Reads the system properties.
   *
   * @throws IllegalArgumentException naming a property, its value and what is accepted
   */
  static DemoSettings fromProperties() {
    return new DemoSettings(
        text("demo.seconds")
            .map(text -> OptionalInt.of(number("demo.seconds", text, 1, Integer.MAX_VALUE)))
            .orElse(OptionalInt.empty()),
        text("demo.broker").map(DemoSettings::brokerUrl),
        Path.of(text("demo.dir").orElse(DEFAULT_DIRECTORY)).toAbsolutePath().normalize(),
        text("demo.rate").map(text -> number("demo.rate", text, 1, MOST_RATE)).orElse(DEFAULT_RATE),
        text("demo.qos").map(text -> number("demo.qos", text, 1, MOST_QOS)).orElse(DEFAULT_QOS));
  }

  private static Optional<String> text(String property) {
    return Optional.ofNullable(System.getProperty(property)).filter(text -> !text.isBlank());
  }

  private static int number(String property, String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "%s is '%s'; accepted is a number from %d to %d".formatted(property, text, least, most));
  }

  private static String brokerUrl(String text) {
    try {
      URI uri = URI.create(text);
      if ("tcp".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() > 0) {
        return text;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "demo.broker is '%s'; accepted is tcp://host:port of an MQTT 5 broker".formatted(text));
  }
}
