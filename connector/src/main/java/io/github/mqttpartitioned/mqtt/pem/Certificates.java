// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.pem;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads certificates, and puts a chain in order. Thread-safe: it has no state. */
public final class Certificates {

  private static final byte[] ANY = {1, 2, 3};

  private Certificates() {}

  /**
   * Reads all certificates of a file, in their order. Keys are skipped.
   *
   * @param content of a PEM file, or certificates in DER
   * @throws PemException if there is none
   */
  public static List<X509Certificate> read(byte[] content) throws PemException {
    List<X509Certificate> certificates = new ArrayList<>();
    List<PemBlock> blocks = PemBlock.all(content);
    for (PemBlock block : blocks) {
      switch (block.label()) {
        case "CERTIFICATE", "X509 CERTIFICATE" -> certificates.addAll(ofDer(block.der()));
        case "TRUSTED CERTIFICATE" ->
            throw new PemException(
                """
                it holds a TRUSTED CERTIFICATE, which only OpenSSL reads. Convert it with: openssl \
                x509 -in <file> -out <new file>""");
        case "PKCS7", "PKCS #7 SIGNED DATA", "CMS" ->
            throw new PemException(
                """
                it holds PKCS7. Convert it with: openssl pkcs7 -print_certs -in <file> -out <new \
                file>""");
        default -> {
          // A key, its parameters, or a request: none of them is a certificate.
        }
      }
    }
    if (blocks.isEmpty()) {
      certificates.addAll(ofFile(content));
    }
    if (certificates.isEmpty()) {
      throw new PemException("it holds no certificate");
    }
    return certificates;
  }

  /** Whether a file is PEM, and not DER or a key store. */
  public static boolean isPem(byte[] content) {
    return PemBlock.isIn(content);
  }

  private static List<X509Certificate> ofFile(byte[] content) throws PemException {
    if (content.length == 0) {
      throw new PemException("it is empty");
    }
    if (content[0] != Der.SEQUENCE) {
      throw new PemException("it is neither PEM nor DER: no line begins with -----BEGIN");
    }
    List<Der> fields = Der.sequence(content);
    if (!fields.isEmpty() && fields.get(0).tag() == Der.INTEGER) {
      // A key, or a PKCS12 store.
      throw new PemException("it is DER and holds no certificate, or is a PKCS12 store");
    }
    return ofDer(content);
  }

  private static List<X509Certificate> ofDer(byte[] der) throws PemException {
    try {
      List<X509Certificate> certificates = new ArrayList<>();
      for (Certificate one :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(der))) {
        certificates.add((X509Certificate) one);
      }
      return certificates;
    } catch (CertificateException e) {
      throw new PemException("one of its certificates is damaged");
    }
  }

  /**
   * The chain of a key: first the certificate of the key, then of each one its issuer's. What does
   * not belong to it is left out.
   *
   * @return empty if none of the certificates is the key's
   */
  public static Optional<List<X509Certificate>> chain(
      PrivateKey key, List<X509Certificate> certificates) {
    Optional<X509Certificate> own =
        certificates.stream().filter(one -> isPair(key, one)).findFirst();
    return own.map(
        first -> {
          List<X509Certificate> chain = new ArrayList<>(List.of(first));
          for (Optional<X509Certificate> next = issuer(first, certificates);
              next.isPresent() && !chain.contains(next.get());
              next = issuer(next.get(), certificates)) {
            chain.add(next.get());
          }
          return chain;
        });
  }

  private static Optional<X509Certificate> issuer(
      X509Certificate of, List<X509Certificate> certificates) {
    return certificates.stream()
        .filter(one -> one.getSubjectX500Principal().equals(of.getIssuerX500Principal()))
        .filter(one -> hasSigned(one, of))
        .findFirst();
  }

  private static boolean hasSigned(X509Certificate issuer, X509Certificate one) {
    try {
      one.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean isPair(PrivateKey key, X509Certificate certificate) {
    if (key instanceof RSAKey own && certificate.getPublicKey() instanceof RSAKey other) {
      return own.getModulus().equals(other.getModulus());
    }
    try {
      Signature signature =
          Signature.getInstance(key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "EdDSA");
      signature.initSign(key);
      signature.update(ANY);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(ANY);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      // The two are of different kinds.
      return false;
    }
  }
}
