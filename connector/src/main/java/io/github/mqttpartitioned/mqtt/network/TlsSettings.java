// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How client and broker authenticate each other over TLS.
 *
 * @param trustStore certificates to trust, null for the JVM's own trust store
 * @param keyStore the client's own certificate and key, null for none
 * @param keyLocation file of the client's private key where it is not in the key store's file, null
 *     where it is
 * @param verifyHostname whether the broker's certificate must name the host of its URL
 * @param alpn protocols that are offered by ALPN (RFC 7301), the best first; none where it is empty
 */
public record TlsSettings(
    @Nullable KeyMaterial trustStore,
    @Nullable KeyMaterial keyStore,
    @Nullable String keyLocation,
    boolean verifyHostname,
    List<String> alpn)
    implements Serializable {

  public TlsSettings {
    alpn = List.copyOf(alpn);
  }

  /** Without a separate file of the key, and without ALPN. */
  public TlsSettings(
      @Nullable KeyMaterial trustStore, @Nullable KeyMaterial keyStore, boolean verifyHostname) {
    this(trustStore, keyStore, null, verifyHostname, List.of());
  }

  /** Trusts what the JVM trusts, has no certificate of its own, verifies the host name. */
  public static final TlsSettings DEFAULT = new TlsSettings(null, null, true);

  /** Kinds of file that hold certificates or keys. */
  public enum StoreType {
    /** Also for a file whose name tells nothing: where it holds PEM, it is read as PEM. */
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
