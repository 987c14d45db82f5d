// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.ServerFirstMessage;
import com.ongres.scram.common.StringPreparation;
import com.ongres.scram.common.exception.ScramException;
import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM with SHA-256 or SHA-512 (RFC 5802, RFC 7677), without channel binding. Client and broker
 * prove to each other that they know the password; the password itself is never sent.
 */
final class Scram implements Mechanism {

  /** The names that are supported. */
  static final List<String> NAMES = List.of("SCRAM-SHA-256", "SCRAM-SHA-512");

  /** RFC 7677, section 4. Fewer help an attacker who records the exchange to guess the password. */
  private static final int FEWEST_ITERATIONS = 4_096;

  /** About a second of a processor. More would let a broker keep it busy. */
  private static final int MOST_ITERATIONS = 1_000_000;

  private final ScramClient client;
  private boolean answered;

  Scram(ScramClient client) {
    this.client = client;
  }

  static boolean isName(String method) {
    return NAMES.contains(method);
  }

  static Scram of(String method, Credentials credentials) throws CredentialsException {
    String username = credentials.username().orElseThrow(() -> missing(method, "user name"));
    byte[] password = credentials.secret().orElseThrow(() -> missing(method, "password"));
    try {
      CharBuffer text = UTF_8.newDecoder().decode(ByteBuffer.wrap(password));
      char[] characters = new char[text.remaining()];
      text.get(characters);
      return new Scram(
          ScramClient.builder()
              .advertisedMechanisms(List.of(method))
              .username(username)
              .password(StringPreparation.SASL_PREPARATION.normalize(characters))
              .stringPreparation(StringPreparation.SASL_PREPARATION)
              .build());
    } catch (CharacterCodingException | IllegalArgumentException e) {
      // Without the cause: it may quote the password.
      throw CredentialsException.lasting(
          """
          user name or password holds what authenticationMethod=%s does not allow (RFC 4013), such \
          as a control character"""
              .formatted(method),
          null);
    }
  }

  private static CredentialsException missing(String method, String what) {
    return CredentialsException.lasting(
        "the credentials hold no %s, but authenticationMethod=%s needs one".formatted(what, method),
        null);
  }

  @Override
  public byte[] first() {
    return client.clientFirstMessage().toString().getBytes(UTF_8);
  }

  @Override
  public byte[] answer(byte @Nullable [] challenge) throws AuthenticationException {
    if (answered) {
      throw new AuthenticationException("the broker asks a second time within SCRAM", null);
    }
    answered = true;
    try {
      ServerFirstMessage server = client.serverFirstMessage(text(challenge));
      int iterations = server.getIterationCount();
      if (iterations < FEWEST_ITERATIONS || iterations > MOST_ITERATIONS) {
        throw new AuthenticationException(
            "the broker asks for %d iterations of SCRAM; accepted are %d to %d"
                .formatted(iterations, FEWEST_ITERATIONS, MOST_ITERATIONS),
            null);
      }
      return client.clientFinalMessage().toString().getBytes(UTF_8);
    } catch (ScramException | IllegalArgumentException | IllegalStateException e) {
      throw notScram(e);
    }
  }

  @Override
  public void finish(byte @Nullable [] last) throws AuthenticationException {
    if (!answered) {
      throw unproved("it accepts the member without an exchange", null);
    }
    if (last == null) {
      throw unproved("its last message is missing", null);
    }
    try {
      client.serverFinalMessage(text(last));
    } catch (ScramException | IllegalArgumentException | IllegalStateException e) {
      throw unproved(PrintableText.of(String.valueOf(e.getMessage())), e);
    }
  }

  private static String text(byte @Nullable [] data) {
    return data == null ? "" : new String(data, UTF_8);
  }

  private static AuthenticationException notScram(Exception cause) {
    return new AuthenticationException(
        "the broker does not answer as SCRAM demands: %s"
            .formatted(PrintableText.of(String.valueOf(cause.getMessage()))),
        cause);
  }

  private static AuthenticationException unproved(String why, @Nullable Exception cause) {
    return new AuthenticationException(
        "the broker has not proved that it knows the password: " + why, cause);
  }
}
