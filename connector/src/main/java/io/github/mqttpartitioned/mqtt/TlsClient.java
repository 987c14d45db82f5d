// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/**
 * The client's side of TLS. The name that is sent (SNI) and compared with the certificate is the
 * host of the URL without a dot at its end; an IP address is compared, but not sent (RFC 6066,
 * section 3). Used for one connection.
 */
final class TlsClient {

  private static final int DNS_NAME = 2;

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
  static TlsClient of(TlsSettings settings) throws NetworkException {
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
  SSLSocket layer(Socket socket, BrokerUrl broker) throws IOException {
    String host = withoutDot(broker.host());
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
        verify(host, tls.getSession().getPeerCertificates());
      }
    } catch (IOException e) {
      throw TlsFaults.explain(e, settings, isAsked());
    }
    return tls;
  }

  private static String withoutDot(String host) {
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
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

  /** Checks a host that the JDK refuses to check, as its name is no domain name. */
  private static void verify(String host, Certificate[] chain) throws IOException {
    try {
      Collection<List<?>> names =
          chain[0] instanceof X509Certificate certificate
              ? certificate.getSubjectAlternativeNames()
              : null;
      if (names != null
          && names.stream().anyMatch(name -> name.get(0).equals(DNS_NAME) && matches(name, host))) {
        return;
      }
    } catch (CertificateException e) {
      throw new SSLPeerUnverifiedException("No subject alternative DNS name can be read");
    }
    throw new SSLPeerUnverifiedException(
        "No subject alternative DNS name matching " + host + " found.");
  }

  /** RFC 6125, section 6.4: a star stands for one whole label, the leftmost of three or more. */
  private static boolean matches(List<?> name, String host) {
    String pattern = String.valueOf(name.get(1)).toLowerCase(Locale.ROOT);
    String lower = host.toLowerCase(Locale.ROOT);
    if (!pattern.startsWith("*.")) {
      return pattern.equals(lower);
    }
    int dot = lower.indexOf('.');
    return dot > 0
        && pattern.indexOf('.', 2) > 0
        && pattern.substring(1).equals(lower.substring(dot));
  }
}
