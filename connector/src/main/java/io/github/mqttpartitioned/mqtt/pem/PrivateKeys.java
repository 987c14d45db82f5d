// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.pem;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Reads private keys: PKCS#8 (RFC 5958), encrypted or not, PKCS#1 (RFC 8017, A.1.2) and SEC1 (RFC
 * 5915). Thread-safe: it has no state.
 */
public final class PrivateKeys {

  /** How to write a key anew in a form that every program reads. */
  private static final String CONVERT =
      "Convert it with: openssl pkcs8 -topk8 -in <file> -out <new file>";

  private static final byte[] ZERO = {Der.INTEGER, 1, 0};
  private static final byte[] NULL = {0x05, 0};
  private static final byte[] RSA_ENCRYPTION = {
    Der.OBJECT_IDENTIFIER, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1
  };
  private static final byte[] EC_PUBLIC_KEY = {
    Der.OBJECT_IDENTIFIER, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1
  };
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

  private PrivateKeys() {}

  /**
   * Reads the private keys of a file, in their order.
   *
   * @param content of a PEM file, or a key in DER
   * @param password of the encrypted keys, null for none
   * @return none if the file holds no private key
   * @throws PemException if one of them cannot be read
   */
  public static List<PrivateKey> read(byte[] content, char @Nullable [] password)
      throws PemException {
    List<PrivateKey> keys = new ArrayList<>();
    byte[] parameters = null;
    List<PemBlock> blocks = PemBlock.all(content);
    for (PemBlock block : blocks) {
      if (block.isLegacyEncrypted()) {
        throw new PemException(
            "its key is encrypted as old OpenSSL did it (DEK-Info), not as PKCS#8. " + CONVERT);
      }
      switch (block.label()) {
        case "EC PARAMETERS" -> parameters = block.der();
        case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY" ->
            keys.add(ofDer(block.der(), parameters, password));
        case "OPENSSH PRIVATE KEY" ->
            throw new PemException(
                """
                its key is one of OpenSSH. Convert a copy of it with: ssh-keygen -p -N '' -m PKCS8 \
                -f <copy>""");
        default -> {
          if (block.label().endsWith("PRIVATE KEY")) {
            throw new PemException("it holds a %s. %s".formatted(block.label(), CONVERT));
          }
        }
      }
    }
    if (blocks.isEmpty() && isKey(content)) {
      keys.add(ofDer(content, null, password));
    }
    return keys;
  }

  /** A certificate in DER is a sequence, too: of a sequence, a sequence and a bit string. */
  private static boolean isKey(byte[] content) throws PemException {
    if (content.length == 0 || content[0] != Der.SEQUENCE) {
      return false;
    }
    List<Der> fields = Der.sequence(content);
    return fields.size() > 1
        && (fields.get(0).tag() == Der.INTEGER || fields.get(1).tag() == Der.OCTET_STRING);
  }

  private static PrivateKey ofDer(
      byte[] der, byte @Nullable [] parameters, char @Nullable [] password) throws PemException {
    List<Der> fields = Der.sequence(der);
    if (fields.size() < 2) {
      throw new PemException("its private key is damaged");
    }
    if (fields.get(0).tag() == Der.SEQUENCE) {
      return key(decrypted(der, password));
    }
    return switch (fields.get(1).tag()) {
      case Der.SEQUENCE -> key(new PKCS8EncodedKeySpec(der));
      case Der.INTEGER -> key(pkcs8(der, RSA_ENCRYPTION, NULL));
      default -> key(pkcs8(der, EC_PUBLIC_KEY, curve(fields, parameters)));
    };
  }

  private static PKCS8EncodedKeySpec pkcs8(byte[] key, byte[] algorithm, byte[] parameters) {
    return new PKCS8EncodedKeySpec(
        Der.encode(
            Der.SEQUENCE,
            ZERO,
            Der.encode(Der.SEQUENCE, algorithm, parameters),
            Der.encode(Der.OCTET_STRING, key)));
  }

  private static byte[] curve(List<Der> fields, byte @Nullable [] parameters) throws PemException {
    for (Der field : fields) {
      if (field.tag() == Der.FIELD_0) {
        return field.content();
      }
    }
    if (parameters == null) {
      throw new PemException("its EC key does not name its curve. " + CONVERT);
    }
    return parameters;
  }

  private static KeySpec decrypted(byte[] der, char @Nullable [] password) throws PemException {
    if (password == null) {
      throw new PemException(
          "its private key is encrypted, but ssl.keystore.password is not given");
    }
    Cipher cipher;
    EncryptedPrivateKeyInfo info;
    try {
      info = new EncryptedPrivateKeyInfo(der);
      // Of PBES2 (RFC 8018), only the parameters name the algorithm.
      String scheme =
          info.getAlgParameters() == null ? "" : String.valueOf(info.getAlgParameters());
      String algorithm = scheme.startsWith("PBE") ? scheme : info.getAlgName();
      Key key = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password));
      cipher = Cipher.getInstance(algorithm);
      cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
    } catch (GeneralSecurityException | IOException e) {
      throw new PemException(
          """
          its private key is encrypted in a way that this JVM does not know. %s -v2 aes256"""
              .formatted(CONVERT));
    }
    try {
      return info.getKeySpec(cipher);
    } catch (GeneralSecurityException e) {
      throw new PemException("its private key cannot be decrypted: ssl.keystore.password is wrong");
    }
  }

  private static PrivateKey key(KeySpec spec) throws PemException {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // The key is of another kind: the next algorithm may fit.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK 17 knows " + algorithm, e);
      }
    }
    throw new PemException(
        "its private key is damaged, or of a kind or curve that this JVM does not know");
  }
}
