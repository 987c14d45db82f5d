// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * The client's side of TLS. The name that is sent (SNI) and compared with the certificate is the
 * host of the URL without a dot at its end. An IP address is compared, but not sent (RFC 6066,
 * section 3). Used for one connection.
 */
public final class TlsClient {

  private final TlsSettings settings;
  private final SSLContext context;
  private final ClientKeys keys;

  private TlsClient(TlsSettings settings, SSLContext context, ClientKeys keys) {
    this.settings = settings;
    this.context = context;
    this.keys = keys;
  }

  /**
   * Reads the files.
   *
   * @throws NetworkException if one of them cannot be used
   */
  public static TlsClient of(TlsSettings settings) throws NetworkException {
    ClientKeys keys = new ClientKeys(TlsContext.keyManager(settings));
    return new TlsClient(settings, TlsContext.of(settings, keys), keys);
  }

  /** Whether the broker has asked for a certificate. */
  boolean isAsked() {
    return keys.isAsked();
  }

  /**
   * Secures a connection.
   *
   * @throws NetworkException if client and broker do not come to terms
   */
  public SSLSocket layer(Socket socket, BrokerUrl broker) throws IOException {
    String host = name(broker.host());
    SSLSocket tls =
        (SSLSocket) context.getSocketFactory().createSocket(socket, host, broker.port(), true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setServerNames(serverNames(host));
    parameters.setApplicationProtocols(settings.alpn().toArray(String[]::new));
    boolean isJdks = isAddress(host) || !serverNames(host).isEmpty();
    if (settings.verifyHostname() && isJdks) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    tls.setSSLParameters(parameters);
    try {
      tls.startHandshake();
      if (settings.verifyHostname() && !isJdks) {
        // With TLS, the JDK has no other kind of certificate.
        HostCheck.require(host, (X509Certificate) tls.getSession().getPeerCertificates()[0]);
      }
    } catch (IOException e) {
      throw TlsFaults.explain(e, settings, isAsked());
    }
    return tls;
  }

  /** A certificate's name has no dot at its end, and an address in it has no zone. */
  private static String name(String host) {
    return host.replaceFirst("\\.$|%.*$", "");
  }

  private static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
  }

  private static List<SNIServerName> serverNames(String host) {
    try {
      return isAddress(host) ? List.of() : List.of(new SNIHostName(host));
    } catch (IllegalArgumentException e) {
      // No domain name, such as one with an underscore.
      return List.of();
    }
  }
}
