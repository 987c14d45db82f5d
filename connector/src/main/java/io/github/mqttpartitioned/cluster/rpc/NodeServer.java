// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.cluster.rpc.Answer.Failed;
import io.github.mqttpartitioned.cluster.rpc.Request.Fetch;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServer;

/**
 * Listens for the requests to a node. {@link FetchBackpressure} bounds what a peer can make it
 * keep.
 */
public final class NodeServer implements AutoCloseable {

  private final TransportContext context;
  private final TransportServer server;

  /**
   * Listens on a free port.
   *
   * @param host address of this machine to listen on
   * @throws RuntimeException when that is not possible
   */
  public NodeServer(Network network, String host, NodeService service) {
    this.context = network.context(new Handler(service));
    this.server = context.createServer(host, 0, network.serverBootstraps());
  }

  public int port() {
    return server.getPort();
  }

  /** Ends all connections. Closing twice is fine. */
  @Override
  public void close() {
    server.close();
    context.close();
  }

  private static final class Handler extends RpcHandler {
    private final NodeService service;
    private final StreamManager noStreams = new OneForOneStreamManager();

    Handler(NodeService service) {
      this.service = service;
    }

    @Override
    public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
      Request request = Request.decode(message);
      if (request instanceof Fetch) {
        FetchBackpressure peer = FetchBackpressure.of(client.getChannel());
        peer.inTurn(() -> answer(request, callback, peer::answered));
      } else {
        answer(request, callback, () -> {});
      }
    }

    private void answer(Request request, RpcResponseCallback callback, Runnable answered) {
      Future<?> unused =
          ask(request)
              .whenComplete(
                  (answer, failure) -> {
                    try {
                      callback.onSuccess((failure == null ? answer : failed(failure)).encode());
                    } finally {
                      answered.run();
                    }
                  });
    }

    /** A failure becomes the answer. */
    private CompletableFuture<Answer> ask(Request request) {
      try {
        return service.answer(request);
      } catch (RuntimeException e) {
        return CompletableFuture.failedFuture(e);
      }
    }

    private static Answer failed(Throwable failure) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      return new Failed(Failed.Reason.ERROR, String.valueOf(cause.getMessage()));
    }

    @Override
    public StreamManager getStreamManager() {
      return noStreams;
    }
  }
}
