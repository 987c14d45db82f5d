// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Connect;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The server's part in SCRAM (RFC 5802), with a password in plain text. It knows nothing of string
 * preparation. Confined to one thread.
 */
public final class ScramServer {

  private static final int CONTINUE = 0x18;
  private static final byte[] SALT = "salt of a test".getBytes(UTF_8);

  private final String hash;
  private final int bits;
  private final String username;
  private final String password;
  private final int iterations;

  private String clientFirstBare = "";
  private String serverFirst = "";

  /**
   * A server for one user.
   *
   * @param method {@code SCRAM-SHA-256} or {@code SCRAM-SHA-512}
   */
  public ScramServer(String method, String username, String password, int iterations) {
    this.bits = Integer.parseInt(method.substring(method.lastIndexOf('-') + 1));
    this.hash = "SHA" + bits;
    this.username = username;
    this.password = password;
    this.iterations = iterations;
  }

  /** The answer to the client's first message. */
  public byte[] first(byte[] client) {
    String message = new String(client, UTF_8);
    if (!message.startsWith("n,,")) {
      throw new AssertionError("no client-first-message: " + message);
    }
    clientFirstBare = message.substring("n,,".length());
    Map<String, String> fields = fields(clientFirstBare);
    if (!username.equals(fields.get("n"))) {
      throw new AssertionError("another user: " + message);
    }
    serverFirst = "r=%sserver,s=%s,i=%d".formatted(fields.get("r"), base64(SALT), iterations);
    return serverFirst.getBytes(UTF_8);
  }

  /**
   * The answer to the client's final message: the server's signature.
   *
   * @throws SecurityException if the client does not know the password
   */
  public byte[] last(byte[] client) throws GeneralSecurityException {
    String message = new String(client, UTF_8);
    int proofAt = message.lastIndexOf(",p=");
    String auth = clientFirstBare + "," + serverFirst + "," + message.substring(0, proofAt);
    byte[] salted =
        SecretKeyFactory.getInstance("PBKDF2WithHmac" + hash)
            .generateSecret(new PBEKeySpec(password.toCharArray(), SALT, iterations, bits))
            .getEncoded();
    byte[] storedKey = MessageDigest.getInstance("SHA-" + bits).digest(hmac(salted, "Client Key"));
    byte[] clientKey = Base64.getDecoder().decode(message.substring(proofAt + 3));
    byte[] signature = hmac(storedKey, auth);
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= signature[i];
    }
    if (!MessageDigest.isEqual(
        storedKey, MessageDigest.getInstance("SHA-" + bits).digest(clientKey))) {
      throw new SecurityException("the client does not know the password");
    }
    return ("v=" + base64(hmac(hmac(salted, "Server Key"), auth))).getBytes(UTF_8);
  }

  /**
   * Plays the broker's part on a connection, from CONNECT to CONNACK.
   *
   * @throws SecurityException if the client does not know the password
   */
  public Connect accept(ScriptedConnection connection) throws GeneralSecurityException {
    Connect connect = connection.expect(PacketType.CONNECT).connect();
    String method = connect.properties().string(Property.AUTHENTICATION_METHOD).orElseThrow();
    MqttProperties named = MqttProperties.NONE.with(Property.AUTHENTICATION_METHOD, method);
    byte[] challenge = first(data(connect.properties()));
    connection.send(Packets.auth(CONTINUE, named.with(Property.AUTHENTICATION_DATA, challenge)));
    Packet.Auth answer = connection.expect(PacketType.AUTH).auth();
    if (answer.reason() != CONTINUE
        || !answer
            .properties()
            .string(Property.AUTHENTICATION_METHOD)
            .equals(Optional.of(method))) {
      throw new AssertionError("not an answer: " + answer);
    }
    byte[] signature = last(data(answer.properties()));
    connection.send(Packets.connack(false, 0, named.with(Property.AUTHENTICATION_DATA, signature)));
    return connect;
  }

  private static byte[] data(MqttProperties properties) {
    return properties.binary(Property.AUTHENTICATION_DATA).orElseThrow();
  }

  private byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("Hmac" + hash);
    mac.init(new SecretKeySpec(key, "Hmac" + hash));
    return mac.doFinal(text.getBytes(UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static Map<String, String> fields(String message) {
    Map<String, String> fields = new HashMap<>();
    for (String field : message.split(",", -1)) {
      fields.put(field.substring(0, 1), field.substring(2));
    }
    return fields;
  }
}
