// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How client and broker authenticate each other over TLS.
 *
 * @param trustStore certificates to trust, null for the JVM's own trust store
 * @param keyStore the client's own certificate and key, null for none
 * @param verifyHostname whether the broker's certificate must name the host of its URL
 */
public record TlsSettings(
    @Nullable KeyMaterial trustStore, @Nullable KeyMaterial keyStore, boolean verifyHostname)
    implements Serializable {

  /** Trusts what the JVM trusts, has no certificate of its own, verifies the host name. */
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
   * @param location the file's path, the same on every host that connects
   * @param password the file's password, for PEM that of its encrypted private key; null for none
   * @param type the file's format
   */
  public record KeyMaterial(String location, @Nullable Secret password, StoreType type)
      implements Serializable {

    /** The password itself; empty if there is none. */
    public Optional<char[]> revealPassword() {
      return Optional.ofNullable(password).map(secret -> secret.reveal().toCharArray());
    }
  }
}
