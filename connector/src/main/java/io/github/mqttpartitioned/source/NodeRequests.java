package io.github.mqttpartitioned.source;

import io.github.mqttpartitioned.node.NodeHost.Admission;
import java.io.Serializable;
import java.util.function.Consumer;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.ThreadSafeRpcEndpoint;
import org.apache.spark.util.RpcUtils;
import org.jspecify.annotations.Nullable;
import scala.PartialFunction;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/**
 * The driver's ear for executors whose tasks wait for a partition. When every core of an executor
 * is taken by such tasks, the job that would start its node never gets one: so the tasks ask for
 * the node themselves, over Spark's own RPC.
 */
final class NodeRequests implements ThreadSafeRpcEndpoint {

  /** An executor asks whether it shall have a node. */
  private record Wanted(String executor) implements Serializable {}

  /** The answer: what to do, or nothing. */
  private record Offer(@Nullable StartNode start) implements Serializable {}

  /** The node has been started. */
  private record Started(String executor, Admission admission) implements Serializable {}

  /** Who starts nodes. */
  interface Desk {

    /** What an executor has to do for a node of its own; null when it has one, or is to get it. */
    @Nullable StartNode offer(String executor);

    /** An executor has done it. */
    void started(String executor, Admission admission);
  }

  private final RpcEnv rpcEnv;
  private final Desk desk;

  private NodeRequests(RpcEnv rpcEnv, Desk desk) {
    this.rpcEnv = rpcEnv;
    this.desk = desk;
  }

  /**
   * Begins to listen, in the driver.
   *
   * @return to be stopped by {@link RpcEnv#stop(RpcEndpointRef)}
   */
  static RpcEndpointRef open(String sourceId, Desk desk) {
    RpcEnv rpcEnv = SparkEnv.get().rpcEnv();
    return rpcEnv.setupEndpoint(name(sourceId), new NodeRequests(rpcEnv, desk));
  }

  static void close(RpcEndpointRef endpoint) {
    SparkEnv.get().rpcEnv().stop(endpoint);
  }

  /**
   * Has the node of this executor started, if there shall be one.
   *
   * @throws RuntimeException when the driver cannot be asked, or the node not be started
   */
  static void startHere(String sourceId) {
    SparkEnv env = SparkEnv.get();
    RpcEndpointRef driver = RpcUtils.makeDriverRef(name(sourceId), env.conf(), env.rpcEnv());
    Offer offer =
        driver.askSync(new Wanted(env.executorId()), ClassTag$.MODULE$.<Offer>apply(Offer.class));
    StartNode start = offer.start;
    Admission admission = start == null ? null : start.call("");
    if (admission != null) {
      driver.send(new Started(env.executorId(), admission));
    }
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
        Wanted.class, wanted -> context.reply(new Offer(desk.offer(wanted.executor))));
  }

  @Override
  public PartialFunction<Object, BoxedUnit> receive() {
    return new Handler<>(
        Started.class, started -> desk.started(started.executor, started.admission));
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
