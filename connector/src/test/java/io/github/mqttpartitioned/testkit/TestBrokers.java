// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
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

    /** Whether a broker with these options can be had of this kind. */
    public boolean supports(BrokerOptions options) {
      return features(options).containsAll(options.features());
    }

    /**
     * Starts one, whichever kind is preferred.
     *
     * @throws UnsupportedOperationException if this kind cannot do what the options ask for
     */
    public TestBroker start(BrokerOptions options) {
      if (!supports(options)) {
        throw new UnsupportedOperationException(
            "A broker of kind %s can do %s, but asked for is %s"
                .formatted(this, features(options), options.features()));
      }
      return switch (this) {
        case DOCKER -> MosquittoContainer.start(options);
        case MOSQUITTO -> MosquittoProcess.start(options);
        case EMBEDDED ->
            options.killable() ? ArtemisProcess.start(options) : ArtemisBroker.start(options);
      };
    }

    private Set<Feature> features(BrokerOptions options) {
      return switch (this) {
        case DOCKER, MOSQUITTO -> MosquittoConfig.FEATURES;
        case EMBEDDED -> options.killable() ? ArtemisProcess.FEATURES : ArtemisBroker.FEATURES;
      };
    }
  }

  private static final String PROPERTY = "test.broker";
  private static final Set<String> ANNOUNCED = ConcurrentHashMap.newKeySet();

  /** Descriptions of the brokers started since {@link #takeUsed}. */
  private static final Set<String> USED = new ConcurrentSkipListSet<>();

  private TestBrokers() {}

  /** Starts a broker with default options. */
  public static TestBroker start() {
    return start(BrokerOptions.DEFAULTS);
  }

  /**
   * Starts a broker that can do what the options ask for.
   *
   * @throws UnsupportedOperationException if the kind that {@code test.broker} demands cannot
   */
  public static TestBroker start(BrokerOptions options) {
    String wanted = System.getProperty(PROPERTY, "");
    TestBroker broker = wanted.isEmpty() ? startFirst(options) : kind(wanted).start(options);
    USED.add(broker.description());
    if (ANNOUNCED.add(broker.description())) {
      System.out.println("Test broker: " + broker.description());
    }
    return broker;
  }

  /** Whether a broker with these options can be had here. */
  public static boolean canStart(BrokerOptions options) {
    String wanted = System.getProperty(PROPERTY, "");
    return wanted.isEmpty()
        ? available().stream().anyMatch(kind -> kind.supports(options))
        : kind(wanted).supports(options);
  }

  /** Descriptions of the brokers that were started since the last call. */
  static List<String> takeUsed() {
    List<String> used = List.copyOf(USED);
    USED.removeAll(used);
    return used;
  }

  /** The kinds that can be started on this machine. */
  public static List<Kind> available() {
    return Stream.of(Kind.values()).filter(Kind::isAvailable).toList();
  }

  private static Kind kind(String wanted) {
    try {
      return Kind.valueOf(wanted.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "System property %s is '%s'; accepted are docker, mosquitto and embedded"
              .formatted(PROPERTY, wanted),
          e);
    }
  }

  private static TestBroker startFirst(BrokerOptions options) {
    List<RuntimeException> failures = new ArrayList<>();
    for (Kind kind : available()) {
      if (kind.supports(options)) {
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
        new IllegalStateException("No broker of this machine can do " + options.features());
    failures.forEach(none::addSuppressed);
    throw none;
  }
}
