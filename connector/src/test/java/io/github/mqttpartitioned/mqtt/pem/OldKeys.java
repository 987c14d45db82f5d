// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.pem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Private keys as PEM, in the forms that other programs write. */
public final class OldKeys {

  private static final byte[] PBES2 = {
    Der.OBJECT_IDENTIFIER, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 5, 13
  };

  private OldKeys() {}

  /** A block of PEM. */
  public static String pem(String label, byte[] der) {
    String lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, lines, label);
  }

  /** PKCS#8, as OpenSSL writes today. */
  public static String pkcs8(PrivateKey key) {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  /** PKCS#1, as AWS IoT gives out RSA keys. */
  public static String pkcs1(PrivateKey rsa) throws PemException {
    return pem("RSA PRIVATE KEY", inner(rsa));
  }

  /** SEC1, as {@code openssl ecparam -genkey} writes it: the curve before the key and in it. */
  public static String sec1(PrivateKey ec) throws PemException {
    byte[] curve = curve(ec);
    List<Der> fields = Der.sequence(inner(ec));
    byte[] key =
        Der.encode(
            Der.SEQUENCE,
            Der.encode(Der.INTEGER, fields.get(0).content()),
            Der.encode(Der.OCTET_STRING, fields.get(1).content()),
            Der.encode(Der.FIELD_0, curve));
    return pem("EC PARAMETERS", curve) + pem("EC PRIVATE KEY", key);
  }

  /** SEC1 whose curve stands before the key alone. */
  public static String sec1WithoutCurve(PrivateKey ec) throws PemException {
    return pem("EC PARAMETERS", curve(ec)) + pem("EC PRIVATE KEY", inner(ec));
  }

  /** PKCS#8, encrypted. */
  public static String encrypted(PrivateKey key, String password) throws GeneralSecurityException {
    String algorithm = "PBEWithHmacSHA256AndAES_256";
    SecretKey secret =
        SecretKeyFactory.getInstance(algorithm)
            .generateSecret(new PBEKeySpec(password.toCharArray()));
    Cipher cipher = Cipher.getInstance(algorithm);
    cipher.init(Cipher.ENCRYPT_MODE, secret);
    try {
      return pem(
          "ENCRYPTED PRIVATE KEY",
          Der.encode(
              Der.SEQUENCE,
              Der.encode(Der.SEQUENCE, PBES2, cipher.getParameters().getEncoded()),
              Der.encode(Der.OCTET_STRING, cipher.doFinal(key.getEncoded()))));
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static byte[] inner(PrivateKey key) throws PemException {
    return Der.sequence(key.getEncoded()).get(2).content();
  }

  private static byte[] curve(PrivateKey ec) throws PemException {
    return Der.encode(
        Der.OBJECT_IDENTIFIER, Der.sequence(ec.getEncoded()).get(1).elements().get(1).content());
  }
}
