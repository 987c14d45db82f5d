package io.github.mqttpartitioned.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Starts a broker to test against: {@code eclipse-mosquitto} through Testcontainers where a Docker
 * engine answers, else a {@code mosquitto} binary of this machine, else an embedded ActiveMQ
 * Artemis; of these the first that can do what the options ask for. The system property {@code
 * test.broker} ({@code docker}, {@code mosquitto} or {@code embedded}) demands one. Which kind it
 * is goes to standard output, once for each kind and JVM. Thread-safe.
 */
public final class TestBrokers {

  /** The kinds of broker, in the order of preference. */
  public enum Kind {
    /** {@code eclipse-mosquitto} through Testcontainers. */
    DOCKER,
    /** A {@code mosquitto} binary. */
    MOSQUITTO,
    /** Artemis in this JVM. */
    EMBEDDED;

    /** Whether it can be started on this machine. */
    public boolean isAvailable() {
      return switch (this) {
        case DOCKER -> MosquittoContainer.isAvailable();
        case MOSQUITTO -> MosquittoProcess.binary().isPresent();
        case EMBEDDED -> true;
      };
    }

    /** Whether it can do that. */
    public boolean supports(Feature feature) {
      return this != EMBEDDED || ArtemisBroker.FEATURES.contains(feature);
    }

    /** Starts one, whatever is available or preferred. */
    public TestBroker start(BrokerOptions options) {
      for (Feature feature : options.features()) {
        if (!supports(feature)) {
          throw new UnsupportedOperationException(
              "A broker of kind %s cannot do %s".formatted(this, feature));
        }
      }
      return switch (this) {
        case DOCKER -> MosquittoContainer.start(options);
        case MOSQUITTO -> MosquittoProcess.start(options);
        case EMBEDDED -> ArtemisBroker.start(options);
      };
    }
  }

  private static final String PROPERTY = "test.broker";
  private static final Set<String> ANNOUNCED = ConcurrentHashMap.newKeySet();

  private TestBrokers() {}

  /** Starts a broker with default options. */
  public static TestBroker start() {
    return start(BrokerOptions.DEFAULTS);
  }

  /**
   * Starts a broker that can do what the options ask for, and these features too.
   *
   * @throws UnsupportedOperationException if the kind that {@code test.broker} demands cannot
   */
  public static TestBroker start(BrokerOptions options, Feature... features) {
    String wanted = System.getProperty(PROPERTY, "");
    TestBroker broker =
        wanted.isEmpty()
            ? startFirst(options, List.of(features))
            : startWanted(wanted, options, List.of(features));
    if (ANNOUNCED.add(broker.description())) {
      System.out.println("Test broker: " + broker.description());
    }
    return broker;
  }

  /** The kinds that can be started on this machine. */
  public static List<Kind> available() {
    return Stream.of(Kind.values()).filter(Kind::isAvailable).toList();
  }

  private static TestBroker startWanted(
      String wanted, BrokerOptions options, List<Feature> features) {
    Kind kind;
    try {
      kind = Kind.valueOf(wanted.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "System property %s is '%s'; accepted are docker, mosquitto and embedded"
              .formatted(PROPERTY, wanted),
          e);
    }
    for (Feature feature : features) {
      if (!kind.supports(feature)) {
        throw new UnsupportedOperationException(
            "%s=%s cannot do %s".formatted(PROPERTY, wanted, feature));
      }
    }
    return kind.start(options);
  }

  private static TestBroker startFirst(BrokerOptions options, List<Feature> features) {
    List<RuntimeException> failures = new ArrayList<>();
    for (Kind kind : available()) {
      if (features.stream().allMatch(kind::supports)
          && options.features().stream().allMatch(kind::supports)) {
        try {
          return kind.start(options);
        } catch (RuntimeException e) {
          // An engine without the image and without a registry to pull from, for instance.
          System.out.println("Test broker: no " + kind + ", " + e);
          failures.add(e);
        }
      }
    }
    IllegalStateException none =
        new IllegalStateException(
            "No broker of this machine can do %s and %s".formatted(options.features(), features));
    failures.forEach(none::addSuppressed);
    throw none;
  }
}
