// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

/**
 * Gives the credentials for each connection to a broker. Implement it where the options {@code
 * username}, {@code password}, {@code passwordFile} and {@code oauth.…} do not suffice, and name
 * the class in the option {@code credentialsProvider}:
 *
 * <pre>{@code
 * public final class VaultCredentials implements CredentialsProvider {
 *   @Override
 *   public Credentials credentials(Request request) throws Exception {
 *     Lease lease = vault.read("mqtt/creds/spark");
 *     return Credentials.of(lease.user(), lease.password()).endingAt(lease.end());
 *   }
 * }
 * }</pre>
 *
 * <p>The class has a public constructor without parameters, and is on the class path of the driver
 * and of each executor (such as by {@code --jars}). Each JVM makes one instance for all members of
 * a source.
 *
 * <p><b>Threads.</b> Several threads may call at a time. A call that takes longer than {@code
 * connectTimeout} is interrupted and counts as failed.
 */
public interface CredentialsProvider {

  /**
   * The connection that credentials are needed for.
   *
   * @param brokerUrl where the member connects to, such as {@code ssl://broker:8883}
   * @param clientId the member's Client Identifier
   */
  record Request(String brokerUrl, String clientId) {}

  /**
   * Gives credentials that are valid now. Called before each connect, and before credentials end if
   * the option {@code authenticationMethod} is given. When the query starts, the driver asks once
   * for the first member. A provider may return what it has returned before.
   *
   * @return never null
   * @throws Exception if there are none now. Its message goes into logs and errors, so it must hold
   *     no secret. At the first start the member asks again for {@code connectTimeout}, then the
   *     query fails; later the member asks again with growing pauses
   */
  Credentials credentials(Request request) throws Exception;

  /**
   * The broker has refused these credentials. A provider that keeps credentials for later requests
   * drops them here. The default does nothing.
   *
   * @param credentials what {@link #credentials} has returned
   */
  default void refused(Credentials credentials) {}
}
