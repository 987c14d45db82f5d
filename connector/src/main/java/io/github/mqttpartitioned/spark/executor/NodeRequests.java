// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.node.NodeHost;
import io.github.mqttpartitioned.cluster.rpc.StartMessage;
import io.github.mqttpartitioned.cluster.rpc.StartMessage.Order;
import io.github.mqttpartitioned.cluster.rpc.StartMessage.Started;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.IsolatedThreadSafeRpcEndpoint;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.util.RpcUtils;
import org.jspecify.annotations.Nullable;
import scala.PartialFunction;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/**
 * Requests for a node, from executors whose tasks wait for a partition. If such tasks take every
 * core of an executor, the job that would start its node never gets a core. So the tasks request
 * the node themselves, over Spark's own RPC, and the driver answers here.
 *
 * <p>Strings and the bytes of {@link StartMessage}s go over it: Spark's RPC does not know the
 * classes of jars that were given to the application, and a message that it cannot read costs an
 * executor its driver.
 */
final class NodeRequests implements IsolatedThreadSafeRpcEndpoint {

  private static final byte[] NOTHING = {};

  /** One task at a time requests a node, for all tasks of this JVM that wait. */
  private static final ReentrantLock ASKING = new ReentrantLock();

  /** Decides on the requests, in the driver. */
  interface Desk {

    /** The order that starts the executor's node; null if it has a node, or is about to get one. */
    @Nullable Order offer(String executor);

    /** An executor has started its node. */
    void started(String executor, NodeRegistration registration);
  }

  private final RpcEnv rpcEnv;
  private final Desk desk;

  private NodeRequests(RpcEnv rpcEnv, Desk desk) {
    this.rpcEnv = rpcEnv;
    this.desk = desk;
  }

  /** Begins to listen, in the driver, until {@link #close}. */
  static RpcEndpointRef open(String sourceId, Desk desk) {
    RpcEnv rpcEnv = SparkEnv.get().rpcEnv();
    return rpcEnv.setupEndpoint(name(sourceId), new NodeRequests(rpcEnv, desk));
  }

  static void close(RpcEndpointRef endpoint) {
    SparkEnv.get().rpcEnv().stop(endpoint);
  }

  /**
   * Requests a node for this executor and starts it, unless it has one or is about to get one.
   *
   * @throws Exception if the driver does not answer, or the node cannot start; also checked
   *     exceptions of Spark
   */
  static void startHere(String sourceId) throws Exception {
    if (!ASKING.tryLock()) {
      return;
    }
    try {
      if (!NodeHost.ofThisJvm().has(sourceId)) {
        ask(sourceId);
      }
    } finally {
      ASKING.unlock();
    }
  }

  private static void ask(String sourceId) throws Exception {
    SparkEnv env = SparkEnv.get();
    RpcEndpointRef driver = RpcUtils.makeDriverRef(name(sourceId), env.conf(), env.rpcEnv());
    byte[] offer = driver.askSync(env.executorId(), tag(byte[].class));
    if (offer.length > 0) {
      StartNode.run(offer).ifPresent(started -> driver.send(started.toBytes()));
    }
  }

  private static <T> ClassTag<T> tag(Class<T> type) {
    return ClassTag$.MODULE$.apply(type);
  }

  private static String name(String sourceId) {
    return "mqtt-partitioned-" + sourceId;
  }

  @Override
  public RpcEnv rpcEnv() {
    return rpcEnv;
  }

  @Override
  public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext context) {
    return new Handler<>(
        String.class,
        executor -> {
          Order order = desk.offer(executor);
          context.reply(order == null ? NOTHING : order.toBytes());
        });
  }

  @Override
  public PartialFunction<Object, BoxedUnit> receive() {
    return new Handler<>(
        byte[].class,
        bytes -> {
          if (StartMessage.decode(bytes) instanceof Started started) {
            desk.started(started.executor(), started.registration());
          }
        });
  }

  private static final class Handler<T> extends AbstractPartialFunction<Object, BoxedUnit> {
    private final Class<T> type;
    private final Consumer<T> action;

    Handler(Class<T> type, Consumer<T> action) {
      this.type = type;
      this.action = action;
    }

    @Override
    public boolean isDefinedAt(Object message) {
      return type.isInstance(message);
    }

    @Override
    public BoxedUnit apply(Object message) {
      action.accept(type.cast(message));
      return BoxedUnit.UNIT;
    }
  }
}
