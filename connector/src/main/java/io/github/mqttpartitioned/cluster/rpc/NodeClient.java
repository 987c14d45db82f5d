// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.cluster.NodeAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;

/** A connection to one node, which may be shared. Thread-safe. */
public final class NodeClient {

  private final NodeAddress node;
  private final TransportClient client;

  NodeClient(NodeAddress node, TransportClient client) {
    this.node = node;
    this.client = client;
  }

  /** Asks; the future fails with {@link UnreachableException} when the connection is lost. */
  public CompletableFuture<Answer> ask(Request request) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    client.sendRpc(
        request.encode(),
        new RpcResponseCallback() {
          @Override
          public void onSuccess(ByteBuffer response) {
            try {
              answer.complete(Answer.decode(response));
            } catch (RuntimeException e) {
              answer.completeExceptionally(e);
            }
          }

          @Override
          public void onFailure(Throwable e) {
            answer.completeExceptionally(
                new UnreachableException("No answer from node " + node + ": " + e.getMessage(), e));
          }
        });
    return answer;
  }

  /**
   * Waits for an answer.
   *
   * @throws UnreachableException when the connection is lost, or none comes in time, or when
   *     interrupted
   */
  public Answer await(Future<Answer> answer, Duration limit) {
    return await(node, answer, limit);
  }

  static Answer await(NodeAddress node, Future<Answer> answer, Duration limit) {
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnreachableException("Interrupted while asking node " + node, e);
    } catch (TimeoutException e) {
      throw new UnreachableException("No answer from node " + node + " within " + limit, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new UnreachableException("No answer from node " + node, e);
    }
  }

  public boolean isActive() {
    return client.isActive();
  }

  public NodeAddress node() {
    return node;
  }
}
