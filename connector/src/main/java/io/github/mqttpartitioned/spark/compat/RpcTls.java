// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.compat;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_RPC_SETTINGS_UNREADABLE;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.ConfigProvider;

/**
 * The TLS settings of Spark's RPC. {@code SecurityManager.getRpcSSLOptions} and {@code
 * SSLOptions.createConfigProvider} exist from Spark 4.0 on.
 */
public final class RpcTls {

  private RpcTls() {}

  /**
   * The settings of {@code spark.ssl.rpc}, resolved: with namespaces, defaults, and passwords from
   * the environment. Empty on Spark 3.5, whose RPC has no TLS.
   */
  public static Optional<ConfigProvider> settings(SparkConf conf, SecurityManager security) {
    try {
      Object options = SecurityManager.class.getMethod("getRpcSSLOptions").invoke(security);
      Method provider = options.getClass().getMethod("createConfigProvider", SparkConf.class);
      return Optional.of((ConfigProvider) provider.invoke(options, conf));
    } catch (NoSuchMethodException e) {
      return Optional.empty();
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(
          MQTT_RPC_SETTINGS_UNREADABLE.message(
              """
              Cannot read Spark's settings under spark.ssl.rpc. Correct the setting that the \
              cause names."""),
          e);
    }
  }
}
