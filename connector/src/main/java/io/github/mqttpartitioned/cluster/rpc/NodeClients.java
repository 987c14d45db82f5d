// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.cluster.NodeAddress;
import java.io.IOException;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;

/** Connects to nodes. Thread-safe. */
public final class NodeClients implements AutoCloseable {

  private final TransportContext context;
  private final TransportClientFactory factory;

  public NodeClients(Network network) {
    this.context = network.context(new NoOpRpcHandler());
    this.factory = context.createClientFactory(network.clientBootstraps());
  }

  /**
   * Returns a connection to a node: an open one, or a new one. May wait as long as Spark's network
   * settings allow.
   *
   * @throws UnreachableException when the node does not answer, or refuses the secret
   */
  public NodeClient connect(NodeAddress node) {
    try {
      return new NodeClient(node, factory.createClient(node.host(), node.port()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnreachableException("Interrupted while connecting to node " + node, e);
    } catch (IOException | RuntimeException e) {
      throw new UnreachableException("Cannot connect to node " + node + ": " + e.getMessage(), e);
    }
  }

  /** Ends all connections. Closing twice is fine. */
  @Override
  public void close() {
    factory.close();
    context.close();
  }
}
