// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.Credentials;
import org.jspecify.annotations.Nullable;

/**
 * The client's part in one exchange of enhanced authentication (section 4.12): what stands in the
 * Authentication Data of its packets, and what it makes of the broker's. Confined to one thread at
 * a time.
 */
public interface Mechanism {

  /**
   * The mechanism for an Authentication Method: SCRAM for its names, else the secret as it is.
   *
   * @throws CredentialsException if the credentials do not suffice
   */
  static Mechanism of(String method, Credentials credentials) throws CredentialsException {
    return Scram.isName(method)
        ? Scram.of(method, credentials)
        : new Token(
            method,
            credentials
                .secret()
                .orElseThrow(
                    () ->
                        CredentialsException.lasting(
                            "the credentials hold no secret, but authenticationMethod=%s needs one"
                                .formatted(method),
                            null)));
  }

  /** Whether a method takes the secret as it is, so that it can be renewed before it ends. */
  static boolean isToken(String method) {
    return !Scram.isName(method);
  }

  /** The client's first data, for CONNECT or for AUTH with Re-authenticate. */
  byte[] first();

  /**
   * The answer to AUTH with Continue Authentication.
   *
   * @param challenge the broker's data, null for none
   */
  byte[] answer(byte @Nullable [] challenge) throws AuthenticationException;

  /**
   * The broker accepts the client.
   *
   * @param last the broker's data, null for none
   * @throws AuthenticationException if the broker has not proved what it must prove
   */
  void finish(byte @Nullable [] last) throws AuthenticationException;

  /** The secret is the data. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Token(String method, byte[] secret) implements Mechanism {
    @Override
    public byte[] first() {
      return secret;
    }

    @Override
    public byte[] answer(byte @Nullable [] challenge) throws AuthenticationException {
      throw new AuthenticationException(
          """
          the broker asks for more than the credentials, which authenticationMethod=%s does not \
          support"""
              .formatted(method),
          null);
    }

    @Override
    public void finish(byte @Nullable [] last) {}

    @Override
    public String toString() {
      return "Token[***]";
    }
  }
}
