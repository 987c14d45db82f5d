// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.cluster.NodeAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/**
 * Sends requests to one node, in the order in which they are given. A thread of its own connects
 * and sends, because to connect may take as long as Spark's network settings allow: the threads
 * that give requests hold locks, or run the query. Thread-safe.
 */
final class RequestSender implements AutoCloseable {

  private final NodeAddress node;
  private final NodeClients clients;
  private final ExecutorService thread;

  /** Answers that have not come yet. */
  private final Set<Pending> open = ConcurrentHashMap.newKeySet();

  /**
   * @param clients closed together with the sender
   */
  RequestSender(NodeAddress node, NodeClients clients) {
    this.node = node;
    this.clients = clients;
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread sender = new Thread(task, "mqtt-node-" + node.name() + "-send");
              sender.setDaemon(true);
              return sender;
            });
  }

  /**
   * Sends a request, once. Does not wait.
   *
   * @return fails with {@link UnreachableException} when the node cannot be reached, or when the
   *     connection is lost before the answer: then it is not known whether the node has read it
   */
  CompletableFuture<Answer> send(Request request) {
    return queue(request, false);
  }

  /**
   * Sends a request and waits for the answer. The request is sent once more on a new connection if
   * the connection is lost meanwhile, so it must be one that may come twice.
   *
   * @throws UnreachableException when no answer comes in time, or when interrupted
   */
  Answer ask(Request request, Duration limit) {
    CompletableFuture<Answer> answer = queue(request, true);
    try {
      return NodeClient.await(node, answer, limit);
    } finally {
      // Nothing is sent any more for a caller that has given up.
      answer.cancel(false);
    }
  }

  private CompletableFuture<Answer> queue(Request request, boolean twice) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Pending pending = new Pending(answer);
    open.add(pending);
    Future<?> unused = answer.whenComplete((answered, failure) -> open.remove(pending));
    queue(request, twice, answer);
    return answer;
  }

  private void queue(Request request, boolean twice, CompletableFuture<Answer> answer) {
    try {
      thread.execute(() -> attempt(request, twice, answer));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(closed());
    }
  }

  private UnreachableException closed() {
    return new UnreachableException("The link to node %s is closed".formatted(node), null);
  }

  private void attempt(Request request, boolean twice, CompletableFuture<Answer> answer) {
    if (answer.isDone()) {
      return;
    }
    try {
      NodeClient client = clients.connect(node);
      Future<?> unused =
          client
              .ask(request)
              .whenComplete(
                  (answered, failure) -> {
                    if (failure == null) {
                      answer.complete(answered);
                    } else if (twice && !client.isActive()) {
                      queue(request, false, answer);
                    } else {
                      answer.completeExceptionally(failure);
                    }
                  });
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  /** An answer that has not come yet; equal to itself alone. */
  private static final class Pending {
    private final CompletableFuture<Answer> answer;

    Pending(CompletableFuture<Answer> answer) {
      this.answer = answer;
    }
  }

  /** Ends the connection and the thread; what has no answer yet fails. Closing twice is fine. */
  @Override
  public void close() {
    thread.shutdownNow();
    clients.close();
    List.copyOf(open).forEach(pending -> pending.answer.completeExceptionally(closed()));
  }
}
