// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import java.util.List;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.ConfigProvider;
import org.apache.spark.network.util.TransportConf;
import org.jspecify.annotations.Nullable;

/**
 * How the nodes of one Spark application talk to each other: with Spark's settings, and with its
 * secret if it has one. With {@code spark.authenticate} a peer that does not know the secret fails
 * in the handshake. Encryption follows {@code spark.network.crypto.enabled} and {@code
 * spark.ssl.rpc.enabled}.
 */
public final class Network {

  /** Name of Spark's settings for this module: {@code spark.mqtt.io.…}. */
  public static final String MODULE = "mqtt";

  private final TransportConf conf;
  private final String applicationId;
  private final @Nullable SecretKeyHolder secret;

  /**
   * @param config Spark's settings
   * @param applicationId whose secret it is
   * @param secret null where Spark does not authenticate
   */
  public Network(ConfigProvider config, String applicationId, @Nullable SecretKeyHolder secret) {
    this.conf = new TransportConf(MODULE, config);
    this.applicationId = applicationId;
    this.secret = secret;
  }

  TransportContext context(RpcHandler handler) {
    return new TransportContext(conf, handler);
  }

  List<TransportClientBootstrap> clientBootstraps() {
    return secret == null
        ? List.of()
        : List.of(new AuthClientBootstrap(conf, applicationId, secret));
  }

  List<TransportServerBootstrap> serverBootstraps() {
    return secret == null ? List.of() : List.of(new AuthServerBootstrap(conf, secret));
  }
}
