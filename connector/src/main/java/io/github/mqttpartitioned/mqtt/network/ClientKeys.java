// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** The keys of a client, which remember whether the broker has asked for one. Thread-safe. */
final class ClientKeys extends X509ExtendedKeyManager {

  private final @Nullable X509ExtendedKeyManager keys;
  private volatile boolean asked;

  /**
   * @param keys null for none
   */
  ClientKeys(@Nullable X509ExtendedKeyManager keys) {
    this.keys = keys;
  }

  boolean isAsked() {
    return asked;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    asked = true;
    return keys == null ? null : keys.chooseClientAlias(types, issuers, socket);
  }

  @Override
  public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
    return keys == null ? null : keys.getClientAliases(type, issuers);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return keys == null ? null : keys.getCertificateChain(alias);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return keys == null ? null : keys.getPrivateKey(alias);
  }

  @Override
  public String chooseEngineClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    throw new UnsupportedOperationException("sockets only");
  }

  @Override
  public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
    throw new UnsupportedOperationException("a client only");
  }

  @Override
  public String chooseServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    throw new UnsupportedOperationException("a client only");
  }
}
