// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.node.NodeHost;
import io.github.mqttpartitioned.option.SourceSettings;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The task that has an executor take a source on. Spark may run it elsewhere than it was asked to:
 * then it does nothing.
 *
 * @param executor that is meant
 */
record StartNode(SourceSettings settings, long epoch, String executor)
    implements Function<String, @Nullable NodeRegistration> {

  private static final long serialVersionUID = 1L;

  @Override
  public @Nullable NodeRegistration call(String ignored) {
    SparkEnv env = SparkEnv.get();
    return Optional.of(env.executorId())
        .filter(executor::equals)
        .map(
            here ->
                NodeHost.ofThisJvm()
                    .register(
                        settings,
                        epoch,
                        here,
                        env.blockManager().blockManagerId().host(),
                        SparkNetwork::current))
        .orElse(null);
  }
}
