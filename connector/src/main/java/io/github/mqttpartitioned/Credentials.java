// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a member proves its identity with: a user name, a secret, or both, and the time at which
 * they end.
 *
 * <p>The secret is a password or a token. It becomes the Password of CONNECT (MQTT 5, section
 * 3.1.3.6). With the option {@code authenticationMethod} it takes part in enhanced authentication
 * instead (section 4.12).
 *
 * <p>Immutable. {@link #toString} shows neither user name nor secret: some brokers take tokens in
 * the user name.
 */
public final class Credentials {

  private static final int LONGEST = 65_535;

  private final @Nullable String username;
  private final byte @Nullable [] secret;
  private final @Nullable Instant end;

  private Credentials(@Nullable String username, byte @Nullable [] secret, @Nullable Instant end) {
    this.username = username;
    this.secret = secret;
    this.end = end;
  }

  /**
   * A user name and a secret that is text.
   *
   * @param username up to 65,535 bytes of UTF-8, null for none
   * @param secret up to 65,535 bytes of UTF-8, null for none
   * @throws IllegalArgumentException if one is longer than MQTT allows
   */
  public static Credentials of(@Nullable String username, @Nullable String secret) {
    return new Credentials(
        checked(username), secret == null ? null : checked(utf8(secret), "secret"), null);
  }

  /**
   * A user name and a secret that is binary.
   *
   * @param username up to 65,535 bytes of UTF-8, null for none
   * @param secret up to 65,535 bytes; it is copied
   * @throws IllegalArgumentException if one is longer than MQTT allows
   */
  public static Credentials ofBytes(@Nullable String username, byte[] secret) {
    return new Credentials(checked(username), checked(secret.clone(), "secret"), null);
  }

  private static @Nullable String checked(@Nullable String username) {
    if (username != null) {
      checked(utf8(username), "user name");
    }
    return username;
  }

  private static byte[] checked(byte[] value, String what) {
    if (value.length > LONGEST) {
      throw new IllegalArgumentException(
          "the %s has %d bytes, but MQTT allows %d".formatted(what, value.length, LONGEST));
    }
    return value;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The same credentials with the time at which they end. With {@code authenticationMethod} a
   * member renews them before that time. Without a time, the expiry of a JSON Web Token counts.
   */
  public Credentials endingAt(Instant time) {
    return new Credentials(username, secret, time);
  }

  /** The user name; empty for none. */
  public Optional<String> username() {
    return Optional.ofNullable(username);
  }

  /** A copy of the secret; empty for none. */
  public Optional<byte[]> secret() {
    return Optional.ofNullable(secret).map(bytes -> Arrays.copyOf(bytes, bytes.length));
  }

  /** When the credentials end; empty if that is not known. */
  public Optional<Instant> end() {
    return Optional.ofNullable(end);
  }

  @Override
  public String toString() {
    return "Credentials[***" + (end == null ? "" : ", end=" + end) + "]";
  }
}
