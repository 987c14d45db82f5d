// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.pem;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
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
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
  private static final String BEGIN = "-----BEGIN ";

  /**
   * All blocks of a file, in order. What stands between them is a comment: a byte order mark, and
   * bytes in any encoding.
   */
  static List<PemBlock> all(byte[] content) throws PemException {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    List<PemBlock> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    int end = 0;
    while (matcher.find()) {
      blocks.add(new PemBlock(matcher.group(1), matcher.group(2)));
      end = matcher.end();
    }
    if (text.indexOf(BEGIN, end) >= 0) {
      throw new PemException("it is cut off: the END line of its last block is missing");
    }
    return blocks;
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
