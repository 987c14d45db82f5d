// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.rpc.Answer;
import io.github.mqttpartitioned.cluster.rpc.Request.Advance;
import io.github.mqttpartitioned.cluster.rpc.Request.Assign;
import io.github.mqttpartitioned.cluster.rpc.Request.Fetch;
import io.github.mqttpartitioned.cluster.rpc.Request.Follow;
import io.github.mqttpartitioned.cluster.rpc.Request.Handler;
import io.github.mqttpartitioned.cluster.rpc.Request.Leave;
import io.github.mqttpartitioned.cluster.rpc.Request.ListDeadLetters;
import io.github.mqttpartitioned.cluster.rpc.Request.Poll;
import io.github.mqttpartitioned.cluster.rpc.Request.PublishLocations;
import io.github.mqttpartitioned.cluster.rpc.Request.Release;
import io.github.mqttpartitioned.cluster.rpc.Request.Scrape;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Answers the requests to a {@link NodeHost}. The calling thread takes note of a request and does
 * not wait; what remains to be done until it can be answered is done by the node's workers.
 */
final class NodeRequestHandler implements Handler<CompletableFuture<Answer>> {

  private final NodeHost host;
  private final Node node;
  private final StoreReads reads;
  private final Executor workers;
  private final LongSupplier nanoTime;

  NodeRequestHandler(NodeHost host, Node node, Executor workers, LongSupplier nanoTime) {
    this.host = host;
    this.node = node;
    this.reads =
        new StoreReads(
            node,
            (sourceId, partition) ->
                host.notHere("partition %d of source %s".formatted(partition, sourceId)));
    this.workers = workers;
    this.nanoTime = nanoTime;
  }

  @Override
  public CompletableFuture<Answer> handle(Poll poll) {
    SourceLease lease = host.find(poll.sourceId(), poll.registrationId());
    if (lease == null || !lease.renew()) {
      return CompletableFuture.completedFuture(noSource(poll.sourceId()));
    }
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    lease.await(poll.seen(), ClusterTimeouts.LONG_POLL, () -> answer.complete(report(lease)));
    return answer;
  }

  private Answer report(SourceLease lease) {
    // The version first: what changes in between is reported twice, and not never.
    long version = lease.version();
    return new Answer.Report(version, node.status(lease.settings().sourceId()));
  }

  @Override
  public CompletableFuture<Answer> handle(Assign assign) {
    return withLease(assign.sourceId(), assign.registrationId(), lease -> take(assign, lease));
  }

  private Supplier<Answer> take(Assign assign, SourceLease lease) {
    // No partition is added behind the last one that the end of the lease takes out.
    synchronized (lease) {
      if (!lease.isEnding()) {
        HostedPartition added = node.host(lease.settings(), assign.assignment(), lease);
        return () -> open(added, lease);
      }
    }
    return () -> noSource(assign.sourceId());
  }

  private Answer open(HostedPartition partition, SourceLease lease) {
    try {
      partition.openWhenFree(lease::isEnding, nanoTime);
    } catch (RuntimeException | Error e) {
      node.drop(partition);
      throw e;
    }
    if (lease.isEnding()) {
      node.drop(partition);
      return noSource(lease.settings().sourceId());
    }
    return new Answer.Done();
  }

  @Override
  public CompletableFuture<Answer> handle(Advance advance) {
    return atOnce(
        advance.sourceId(),
        advance.registrationId(),
        lease -> node.progress(advance.sourceId(), advance.partition(), advance.progress()));
  }

  @Override
  public CompletableFuture<Answer> handle(PublishLocations publish) {
    return atOnce(
        publish.sourceId(),
        publish.registrationId(),
        lease -> lease.setLocations(publish.locations()));
  }

  @Override
  public CompletableFuture<Answer> handle(Release release) {
    return withLease(
        release.sourceId(),
        release.registrationId(),
        lease -> {
          List<HostedPartition> taken = node.take(release.sourceId(), release.partition());
          return () -> {
            Node.end(taken);
            return new Answer.Done();
          };
        });
  }

  @Override
  public CompletableFuture<Answer> handle(Leave leave) {
    SourceLease lease = host.find(leave.sourceId(), leave.registrationId());
    if (lease == null) {
      return later(() -> noSource(leave.sourceId()));
    }
    // A Leave that is sent twice is answered twice, and not before the first is done.
    lease.renew();
    return later(
        () -> {
          host.release(lease, Node::endWithQuery);
          return new Answer.Done();
        });
  }

  @Override
  public CompletableFuture<Answer> handle(Fetch fetch) {
    return later(() -> reads.answer(fetch));
  }

  @Override
  public CompletableFuture<Answer> handle(Scrape scrape) {
    return later(() -> new Answer.Text(node.scrape()));
  }

  @Override
  public CompletableFuture<Answer> handle(Follow follow) {
    return reads.answer(follow, workers);
  }

  @Override
  public CompletableFuture<Answer> handle(ListDeadLetters list) {
    return later(() -> reads.answer(list));
  }

  private CompletableFuture<Answer> atOnce(
      String sourceId, long registrationId, Consumer<SourceLease> action) {
    return withLease(
        sourceId,
        registrationId,
        lease -> {
          action.accept(lease);
          return Answer.Done::new;
        });
  }

  /**
   * Takes note of a request of the driver, and renews the lease.
   *
   * @param note returns what remains to be done until the request can be answered
   */
  private CompletableFuture<Answer> withLease(
      String sourceId, long registrationId, Function<SourceLease, Supplier<Answer>> note) {
    SourceLease lease = host.find(sourceId, registrationId);
    return lease == null || !lease.renew()
        ? later(() -> noSource(sourceId))
        : later(note.apply(lease));
  }

  private CompletableFuture<Answer> later(Supplier<Answer> answer) {
    return CompletableFuture.supplyAsync(answer, workers);
  }

  private Answer noSource(String sourceId) {
    return host.notHere("source " + sourceId);
  }
}
