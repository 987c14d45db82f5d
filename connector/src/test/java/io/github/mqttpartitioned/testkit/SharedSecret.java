// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import org.apache.spark.network.sasl.SecretKeyHolder;

/**
 * What Spark's processes know of each other with {@code spark.authenticate}.
 *
 * @param secret the same for everyone who asks
 */
public record SharedSecret(String secret) implements SecretKeyHolder {

  @Override
  public String getSaslUser(String appId) {
    return "sparkSaslUser";
  }

  @Override
  public String getSecretKey(String appId) {
    return secret;
  }
}
