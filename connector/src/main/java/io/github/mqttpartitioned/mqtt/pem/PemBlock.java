// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.pem;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One block of a PEM file.
 *
 * @param label what stands behind BEGIN, such as CERTIFICATE
 * @param text what stands between BEGIN and END
 */
record PemBlock(String label, String text) {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([^\r\n]+?)-----(.*?)-----END \\1-----", Pattern.DOTALL);
  private static final String BEGIN = "-----BEGIN ";
  private static final byte[] BIG_ENDIAN = {(byte) 0xFE, (byte) 0xFF};
  private static final byte[] LITTLE_ENDIAN = {(byte) 0xFF, (byte) 0xFE};

  /**
   * All blocks of a file, in order. What stands between them is a comment: a byte order mark, and
   * bytes in any encoding. Labels are in upper case.
   *
   * @throws PemException if one of them has no end
   */
  static List<PemBlock> all(byte[] content) throws PemException {
    String text = text(content);
    List<PemBlock> blocks = new ArrayList<>();
    for (int begin = text.indexOf(BEGIN); begin >= 0; ) {
      int next = text.indexOf(BEGIN, begin + 1);
      Matcher block = BLOCK.matcher(text).region(begin, next < 0 ? text.length() : next);
      if (!block.lookingAt()) {
        throw new PemException(
            "it is cut off: the END line of its block %d is missing".formatted(blocks.size() + 1));
      }
      blocks.add(new PemBlock(block.group(1).toUpperCase(Locale.ROOT), block.group(2)));
      begin = next;
    }
    return blocks;
  }

  /** Whether a file is PEM, and not DER or a key store. */
  static boolean isIn(byte[] content) {
    return text(content).contains(BEGIN);
  }

  /** UTF-16 where its byte order mark says so: Windows PowerShell writes it. */
  private static String text(byte[] content) {
    boolean isWide = begins(content, BIG_ENDIAN) || begins(content, LITTLE_ENDIAN);
    return new String(content, isWide ? StandardCharsets.UTF_16 : StandardCharsets.ISO_8859_1);
  }

  private static boolean begins(byte[] content, byte[] mark) {
    return content.length >= mark.length
        && Arrays.equals(content, 0, mark.length, mark, 0, mark.length);
  }

  /** Whether the block is encrypted as RFC 1421 has it, which OpenSSL did before PKCS#8. */
  boolean isLegacyEncrypted() {
    return text.contains("Proc-Type:") && text.contains("ENCRYPTED");
  }

  /** The content. */
  byte[] der() throws PemException {
    try {
      return Base64.getMimeDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new PemException("its block %s is not Base64".formatted(label));
    }
  }
}
