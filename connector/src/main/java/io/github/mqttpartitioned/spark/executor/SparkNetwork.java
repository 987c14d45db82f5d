// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.rpc.Network;
import io.github.mqttpartitioned.spark.compat.RpcTls;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.util.ConfigProvider;
import org.apache.spark.network.util.MapConfigProvider;
import scala.Tuple2;

/** The network settings between the nodes of this application: those of Spark's block transfer. */
final class SparkNetwork {

  /** Defaults for few connections with little traffic. The user's own settings override them. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "io.serverThreads", "2",
          "io.clientThreads", "2",
          "io.connectionCreationTimeout", ClusterTimeouts.CONNECT.toSeconds() + "s");

  private SparkNetwork() {}

  /** The network of this JVM, driver or executor. */
  static Network current() {
    SparkEnv env = SparkEnv.get();
    return of(env.conf(), env.securityManager());
  }

  static Network of(SparkConf conf, SecurityManager security) {
    return new Network(
        config(conf, security),
        conf.getAppId(),
        security.isAuthenticationEnabled() ? security : null);
  }

  private static ConfigProvider config(SparkConf conf, SecurityManager security) {
    Map<String, String> settings = new HashMap<>();
    DEFAULTS.forEach((name, value) -> settings.put("spark." + Network.MODULE + "." + name, value));
    for (Tuple2<String, String> setting : conf.getAll()) {
      settings.put(setting._1(), setting._2());
    }
    ConfigProvider spark = new MapConfigProvider(settings);
    return RpcTls.settings(conf, security)
        .<ConfigProvider>map(tls -> new Layered(tls, spark))
        .orElse(spark);
  }

  /** Answers of one provider; for what it does not know, those of another. */
  private static final class Layered extends ConfigProvider {
    private final ConfigProvider first;
    private final ConfigProvider second;

    Layered(ConfigProvider first, ConfigProvider second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public String get(String name) {
      try {
        return first.get(name);
      } catch (NoSuchElementException e) {
        return second.get(name);
      }
    }

    @Override
    public Iterable<Map.Entry<String, String>> getAll() {
      Map<String, String> all = new HashMap<>();
      second.getAll().forEach(entry -> all.put(entry.getKey(), entry.getValue()));
      first.getAll().forEach(entry -> all.put(entry.getKey(), entry.getValue()));
      return all.entrySet();
    }
  }
}
