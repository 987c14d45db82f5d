// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a member proves itself to a broker over TLS, and the broker to the member.
 *
 * @param trustStore whom to trust, null for the JVM's own trust store
 * @param keyStore the member's own certificate, null for none
 * @param verifyHostname whether the broker's certificate must name its host
 */
public record TlsSettings(
    @Nullable KeyMaterial trustStore, @Nullable KeyMaterial keyStore, boolean verifyHostname)
    implements Serializable {

  /** The JVM's trust store, no certificate of its own, host name verified. */
  public static final TlsSettings DEFAULT = new TlsSettings(null, null, true);

  /** Kinds of file that hold certificates or keys. */
  public enum StoreType {
    JKS,
    PKCS12,
    PEM
  }

  /**
   * A file of certificates or keys.
   *
   * @param location path on every host that connects
   * @param password of the file (for PEM: of its encrypted private key), null for none
   * @param type what the file is
   */
  public record KeyMaterial(String location, @Nullable Secret password, StoreType type)
      implements Serializable {

    public Optional<char[]> revealPassword() {
      return Optional.ofNullable(password).map(secret -> secret.reveal().toCharArray());
    }
  }
}
