package io.github.mqttpartitioned.transport;

import io.github.mqttpartitioned.transport.Answer.Failed;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServer;

/** Listens for the requests to a node. Memory is bounded by one answer for each request. */
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
      // What goes wrong is the answer.
      Future<?> unused =
          service
              .answer(Request.decode(message))
              .whenComplete(
                  (answer, failure) ->
                      callback.onSuccess((failure == null ? answer : failed(failure)).encode()));
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
