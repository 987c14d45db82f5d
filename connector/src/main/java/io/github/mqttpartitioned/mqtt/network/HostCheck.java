// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Checks the hosts that the JDK refuses to check, as their names are no domain names: most have an
 * underscore. As the JDK does about other names (RFC 2818, section 3.1), it decides by the subject
 * alternative names that are DNS names, and where there is none of them by the common name. It is
 * stricter about stars. Thread-safe: it has no state.
 */
final class HostCheck {

  private static final Integer DNS_NAME = 2;

  private HostCheck() {}

  /**
   * Requires that a certificate names a host.
   *
   * @throws SSLPeerUnverifiedException if it does not
   */
  static void require(String host, X509Certificate certificate) throws SSLPeerUnverifiedException {
    List<String> names = dnsNames(certificate);
    if (!names.isEmpty()) {
      if (names.stream().noneMatch(name -> matches(name, host))) {
        throw new SSLPeerUnverifiedException(
            "No subject alternative DNS name matching " + host + " found.");
      }
    } else if (commonName(certificate).filter(name -> matches(name, host)).isEmpty()) {
      throw new SSLPeerUnverifiedException("No name matching " + host + " found");
    }
  }

  private static List<String> dnsNames(X509Certificate certificate)
      throws SSLPeerUnverifiedException {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.get(0).equals(DNS_NAME))
              .map(name -> String.valueOf(name.get(1)))
              .toList();
    } catch (CertificateParsingException e) {
      throw new SSLPeerUnverifiedException("No subject alternative DNS name can be read");
    }
  }

  /** The most specific one. */
  private static Optional<String> commonName(X509Certificate certificate)
      throws SSLPeerUnverifiedException {
    try {
      List<Rdn> parts = new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
      for (int i = parts.size() - 1; i >= 0; i--) {
        Attribute name = parts.get(i).toAttributes().get("CN");
        if (name != null) {
          return Optional.of(String.valueOf(name.get()));
        }
      }
      return Optional.empty();
    } catch (NamingException e) {
      throw new SSLPeerUnverifiedException("No common name can be read");
    }
  }

  /**
   * A star stands for any text within the first label. Two labels or more follow it: no certificate
   * is for all hosts of a top-level domain.
   */
  private static boolean matches(String name, String host) {
    String pattern = name.toLowerCase(Locale.ROOT);
    int dot = pattern.indexOf('.');
    boolean isForOneDomain = pattern.lastIndexOf('*') <= dot && pattern.indexOf('.', dot + 1) >= 0;
    if (!isAscii(name) || (pattern.indexOf('*') >= 0 && !isForOneDomain)) {
      return false;
    }
    StringJoiner expression = new StringJoiner("[^.]*");
    for (String part : pattern.split("\\*", -1)) {
      expression.add(Pattern.quote(part));
    }
    return host.toLowerCase(Locale.ROOT).matches(expression.toString());
  }

  /** A name of DNS is: in others, letters that look alike would be taken for each other. */
  private static boolean isAscii(String name) {
    return name.chars().allMatch(each -> each < 0x80);
  }
}
