// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** How a {@link Publisher} connects. Confined to one thread. */
public final class PublisherBuilder {

  /** Mosquitto searches its list of messages in flight: the longer, the slower. */
  private static final int DEFAULT_WINDOW = 2000;

  private static final int KEEP_ALIVE_SECONDS = 60;
  private static final long SESSION_EXPIRY_SECONDS = 3600;

  private final String url;
  private String clientId = "publisher-" + UUID.randomUUID();
  private @Nullable String username;
  private @Nullable String password;
  private boolean reconnecting;
  private boolean untilMatched;
  private int window = DEFAULT_WINDOW;
  private Duration patience = Duration.ofSeconds(60);
  private Optional<SSLContext> sslContext = Optional.empty();

  PublisherBuilder(String url) {
    this.url = url;
  }

  /** The client id; a random one by default. */
  public PublisherBuilder clientId(String value) {
    clientId = value;
    return this;
  }

  /** User name and password; none by default. */
  public PublisherBuilder credentials(String user, String secret) {
    username = user;
    password = secret;
    return this;
  }

  /** Whether to keep a session and connect again whenever the connection is lost. */
  public PublisherBuilder reconnecting(boolean value) {
    reconnecting = value;
    return this;
  }

  /**
   * Whether to publish a message again that the broker has acknowledged with reason 0x10, no
   * matching subscribers, and so given to nobody. Mosquitto 2.0 does that after its own restart,
   * until the first member of a shared subscription has subscribed again.
   */
  public PublisherBuilder untilMatched(boolean value) {
    untilMatched = value;
    return this;
  }

  /**
   * Most unacknowledged messages, 2000 by default; never more than the broker's Receive Maximum
   * allows.
   */
  public PublisherBuilder window(int messages) {
    if (messages < 1 || messages > InFlight.MOST) {
      throw new IllegalArgumentException(
          "A window is 1 to %d messages, not %d".formatted(InFlight.MOST, messages));
    }
    window = messages;
    return this;
  }

  /** How long a call may wait for the broker before it throws; 60 s by default. */
  public PublisherBuilder patience(Duration value) {
    patience = value;
    return this;
  }

  /** Whom an {@code ssl} connection trusts; the JVM's default otherwise. */
  public PublisherBuilder sslContext(SSLContext value) {
    sslContext = Optional.of(value);
    return this;
  }

  /** Connects, and throws if the broker refuses or nothing answers. */
  public Publisher connect() {
    try {
      return Publisher.start(this, open());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot connect to " + url, e);
    }
  }

  String clientId() {
    return clientId;
  }

  boolean reconnecting() {
    return reconnecting;
  }

  boolean untilMatched() {
    return untilMatched;
  }

  Duration patience() {
    return patience;
  }

  /** Makes one connection. */
  Wire open() throws IOException {
    MqttProperties properties =
        reconnecting
            ? MqttProperties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, SESSION_EXPIRY_SECONDS)
            : MqttProperties.NONE;
    // Clean Start 0 from the first connection: Mosquitto 2.0 forgets sessions that began with 1
    // when it restarts.
    byte[] connect =
        Packets.connect(
            clientId, !reconnecting, KEEP_ALIVE_SECONDS, properties, username, password);
    return Wire.open(url, sslContext, connect, KEEP_ALIVE_SECONDS, window);
  }
}
