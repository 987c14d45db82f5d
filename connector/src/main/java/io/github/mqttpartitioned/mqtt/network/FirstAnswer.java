// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_BROKER_UNREACHABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_WEBSOCKET_REFUSED;

import io.github.mqttpartitioned.mqtt.websocket.HandshakeException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Explains what comes from the other end of a connection in place of the first MQTT packet. */
public final class FirstAnswer {

  /** The first byte of an alert of TLS; no broker begins an MQTT packet with it. */
  private static final int TLS_ALERT = 0x15;

  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERRORS = 500;

  private final BrokerUrl broker;
  private final TlsSettings settings;
  private final @Nullable TlsClient tls;

  /**
   * @param tls null for a connection without TLS
   */
  public FirstAnswer(BrokerUrl broker, TlsSettings settings, @Nullable TlsClient tls) {
    this.broker = broker;
    this.settings = settings;
    this.tls = tls;
  }

  /** The same stream, with its failures explained until something has come. */
  public InputStream explained(InputStream in) {
    return new Explained(in);
  }

  /** The failure with a cause that a user can act upon, or the same failure. */
  public IOException explain(IOException failure) {
    if (failure instanceof SSLException && !(failure.getCause() instanceof SocketException)) {
      return TlsFaults.explain(failure, settings, tls != null && tls.isAsked());
    }
    return failure instanceof SocketException || failure instanceof SSLException
        ? silentEnd(failure)
        : failure;
  }

  private NetworkException silentEnd(@Nullable IOException cause) {
    String what = "the other end closed the connection without an answer to CONNECT";
    if (tls != null && tls.isAsked() && settings.keyStore() == null) {
      return NetworkException.passing(
          MQTT_BROKER_UNREACHABLE,
          what + ", after it had asked for a client certificate",
          "Give one with ssl.keystore.location, or look at the broker's log.",
          cause);
    }
    String port =
        broker.isTls()
            ? "a port for MQTT with TLS"
            : "a port for MQTT without TLS (for TLS, write %s)"
                .formatted(broker.isWebSocket() ? "wss://" : "ssl://");
    return NetworkException.passing(
        MQTT_BROKER_UNREACHABLE,
        what,
        """
        Check that %d is %s, and look at the broker's log: brokers that have reached a limit of \
        connections (Mosquitto: max_connections), or do not speak MQTT 5, end a connection like \
        this."""
            .formatted(broker.port(), port),
        cause);
  }

  private NetworkException foreign(int first) {
    return first == TLS_ALERT
        ? NetworkException.lasting(
            MQTT_BROKER_UNREACHABLE,
            "port %d speaks TLS".formatted(broker.port()),
            "Write ssl:// in brokerUrl, or give the broker's port without TLS.",
            null)
        : NetworkException.lasting(
            MQTT_BROKER_UNREACHABLE,
            "port %d speaks HTTP, not MQTT".formatted(broker.port()),
            """
            If it is the broker's port for WebSockets, write %s:// in brokerUrl. Otherwise give \
            the broker's port for MQTT."""
                .formatted(broker.isTls() ? "wss" : "ws"),
            null);
  }

  /** The server has not opened a WebSocket. */
  public NetworkException refused(HandshakeException failure) {
    int status = failure.status();
    String message = String.valueOf(failure.getMessage());
    boolean mayPass =
        status >= SERVER_ERRORS || status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS;
    return mayPass
        ? NetworkException.passing(
            MQTT_WEBSOCKET_REFUSED, message, "Look at the server's log.", failure)
        : NetworkException.lasting(MQTT_WEBSOCKET_REFUSED, message, advice(status), failure);
  }

  private String advice(int status) {
    return switch (status) {
      case HandshakeException.NOT_HTTP ->
          """
          Check that %d is the broker's port for WebSockets, and that the scheme fits: ws:// is \
          without TLS, wss:// with it."""
              .formatted(broker.port());
      case UNAUTHORIZED, FORBIDDEN ->
          "Check the query of brokerUrl and the options websocket.header.<name>.";
      case NOT_FOUND ->
          """
          Check the path of brokerUrl: many brokers have their WebSocket at /mqtt, which is used \
          where the URL has no path.""";
      default -> "Check that host, port and path of brokerUrl are those of a WebSocket for MQTT.";
    };
  }

  private final class Explained extends InputFilter {

    private boolean hasCome;

    Explained(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return hasCome ? in.read(target, offset, length) : first(target, offset, length);
    }

    private int first(byte[] target, int offset, int length) throws IOException {
      int count;
      try {
        count = in.read(target, offset, length);
      } catch (IOException e) {
        throw explain(e);
      }
      if (count < 0) {
        throw silentEnd(null);
      }
      if (count > 0) {
        hasCome = true;
        int first = target[offset] & 0xFF;
        if (!broker.isWebSocket() && (first == TLS_ALERT || first == 'H')) {
          throw foreign(first);
        }
      }
      return count;
    }
  }
}
