// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.mqtt.PrintableText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes the secret from a file that it reads anew each time. A UTF-8 byte order mark and one line
 * break at the end, which editors add, are not part of the secret. Thread-safe.
 */
final class PasswordFile implements CredentialsProvider {

  private static final int LONGEST = 65_535;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final @Nullable String username;
  private final String file;

  PasswordFile(@Nullable String username, String file) {
    this.username = username;
    this.file = file;
  }

  @Override
  public Credentials credentials(Request request) throws CredentialsException {
    byte[] secret = secretOf(content());
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
    if (Files.isDirectory(path)) {
      throw unusable("it is a directory", null);
    }
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(BYTE_ORDER_MARK.length + LONGEST + "\r\n".length() + 1);
    } catch (NoSuchFileException e) {
      throw unusable("there is no such file", e);
    } catch (AccessDeniedException e) {
      throw unusable("the user of this process may not read it", e);
    } catch (IOException e) {
      throw unusable(CredentialsException.describe(e), e);
    }
  }

  private static byte[] secretOf(byte[] content) {
    int start =
        Arrays.mismatch(content, BYTE_ORDER_MARK) == BYTE_ORDER_MARK.length
                || Arrays.equals(content, BYTE_ORDER_MARK)
            ? BYTE_ORDER_MARK.length
            : 0;
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
