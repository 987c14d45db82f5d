// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.node.NodeHost;
import io.github.mqttpartitioned.cluster.rpc.StartMessage;
import io.github.mqttpartitioned.cluster.rpc.StartMessage.Order;
import io.github.mqttpartitioned.cluster.rpc.StartMessage.Started;
import io.github.mqttpartitioned.mqtt.credentials.ProviderClass;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function;

/**
 * The task that starts the node of a source in an executor: it takes an {@link Order} and answers
 * {@link Started}. If Spark runs it in another executor, it does nothing and answers nothing.
 */
final class StartNode implements Function<String, byte[]> {

  private static final long serialVersionUID = 1L;
  private static final byte[] NOTHING = {};

  private final byte[] order;

  StartNode(Order order) {
    this.order = order.toBytes();
  }

  @Override
  public byte[] call(String ignored) {
    return run(order).map(Started::toBytes).orElse(NOTHING);
  }

  /** Follows an order in this JVM; empty when it is for another executor. */
  static Optional<Started> run(byte[] order) {
    if (!(StartMessage.decode(order) instanceof Order start)) {
      throw new IllegalArgumentException("a start message that is no order");
    }
    SparkEnv env = SparkEnv.get();
    if (!start.executor().equals(env.executorId())) {
      return Optional.empty();
    }
    ProviderClass.rememberLoader();
    NodeRegistration registration =
        NodeHost.ofThisJvm()
            .register(
                start.settings(),
                start.epoch(),
                start.executor(),
                env.blockManager().blockManagerId().host(),
                SparkNetwork::current);
    return Optional.of(new Started(start.executor(), registration));
  }

  /** What {@link #call} has answered; empty when the task ran elsewhere. */
  static Optional<NodeRegistration> result(byte[] answer) {
    return answer.length > 0 && StartMessage.decode(answer) instanceof Started started
        ? Optional.of(started.registration())
        : Optional.empty();
  }
}
