// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.mqtt.network.FileFaults;
import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes the secret from a file that it reads anew each time. A byte order mark and one line break
 * at the end, which editors add, are not part of the secret. A file that begins with the mark of
 * UTF-16, as Windows PowerShell writes it, is UTF-16, and the secret is its text in UTF-8.
 * Thread-safe.
 */
final class PasswordFile implements CredentialsProvider {

  private static final int LONGEST = 65_535;

  /** Enough to see that a file is too long: a character of UTF-16 has two bytes or more. */
  private static final int MOST_READ = 2 * (LONGEST + 4);

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final byte[] BIG_ENDIAN = {(byte) 0xFE, (byte) 0xFF};
  private static final byte[] LITTLE_ENDIAN = {(byte) 0xFF, (byte) 0xFE};

  private final @Nullable String username;
  private final String file;

  PasswordFile(@Nullable String username, String file) {
    this.username = username;
    this.file = file;
  }

  @Override
  public Credentials credentials(Request request) throws CredentialsException {
    byte[] secret = secretOf(utf8(content()));
    if (secret.length == 0) {
      throw unusable("the file is empty", null);
    }
    if (secret.length > LONGEST) {
      throw unusable("the file is longer than %d bytes".formatted(LONGEST), null);
    }
    return Credentials.ofBytes(username, secret);
  }

  private byte[] content() throws CredentialsException {
    Path path = Path.of(file);
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(MOST_READ);
    } catch (IOException e) {
      throw unusable(
          FileFaults.explain(path, e).orElseGet(() -> CredentialsException.describe(e)), e);
    }
  }

  private byte[] utf8(byte[] content) throws CredentialsException {
    if (!begins(content, BIG_ENDIAN) && !begins(content, LITTLE_ENDIAN)) {
      return content;
    }
    try {
      ByteBuffer bytes =
          StandardCharsets.UTF_8.encode(
              StandardCharsets.UTF_16.newDecoder().decode(ByteBuffer.wrap(content)));
      return Arrays.copyOf(bytes.array(), bytes.limit());
    } catch (CharacterCodingException e) {
      throw unusable("it begins with the byte order mark of UTF-16, but is not UTF-16", null);
    }
  }

  private static boolean begins(byte[] content, byte[] mark) {
    return content.length >= mark.length
        && Arrays.equals(content, 0, mark.length, mark, 0, mark.length);
  }

  private static byte[] secretOf(byte[] content) {
    int start = begins(content, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
    int end = content.length;
    if (end > start && content[end - 1] == '\n') {
      end--;
      if (end > start && content[end - 1] == '\r') {
        end--;
      }
    }
    return Arrays.copyOfRange(content, start, end);
  }

  private CredentialsException unusable(String why, @Nullable Throwable cause) {
    return CredentialsException.lasting(
        """
        passwordFile=%s cannot be used on this host: %s. Put the password into a file of this path \
        on the driver's host and on each host that runs executors"""
            .formatted(PrintableText.of(file), why),
        cause);
  }
}
