// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import org.apache.spark.network.protocol.Message;
import org.apache.spark.network.server.RpcHandler;

/**
 * Bounds what one peer can make a node keep in memory. No block is fetched while {@link #UNSENT}
 * bytes of answers wait for the peer to read them, or while {@link #UNDER_WAY} blocks are being
 * fetched. As long as a request waits for that, no other request is read from the socket.
 *
 * <p>The bytes are counted here, where Spark hands its messages over. To Netty these messages are
 * file regions, which do not count for its own mark of writability.
 *
 * <p>Confined to the channel's event loop, but for {@link #answered}.
 */
final class FetchBackpressure extends ChannelOutboundHandlerAdapter {

  static final long UNSENT = 16L << 20;
  static final int UNDER_WAY = 8;

  private static final AttributeKey<FetchBackpressure> KEY =
      AttributeKey.valueOf(FetchBackpressure.class, "mqtt");

  private final Channel channel;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private long unsent;
  private int underWay;

  private FetchBackpressure(Channel channel) {
    this.channel = channel;
  }

  /** The peer at the other end; to be called from {@link RpcHandler#receive}. */
  static FetchBackpressure of(Channel channel) {
    FetchBackpressure peer = channel.attr(KEY).get();
    if (peer == null) {
      peer = new FetchBackpressure(channel);
      channel.attr(KEY).set(peer);
      // Last, for an answer comes here first: as Spark's message, not yet as what is sent.
      channel.pipeline().addLast(peer);
    }
    return peer;
  }

  /** Has a block fetched when its turn comes; {@link #answered} must follow. */
  void inTurn(Runnable fetch) {
    waiting.add(fetch);
    next();
  }

  /** An answer has been handed over to the channel. From any thread. */
  void answered() {
    channel
        .eventLoop()
        .execute(
            () -> {
              underWay--;
              next();
            });
  }

  private void next() {
    if (!channel.isActive()) {
      waiting.clear();
    }
    while (!waiting.isEmpty() && underWay < UNDER_WAY && unsent < UNSENT) {
      underWay++;
      waiting.remove().run();
    }
    if (channel.config().isAutoRead() != waiting.isEmpty()) {
      channel.config().setAutoRead(waiting.isEmpty());
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    long bytes = message instanceof Message known && known.body() != null ? known.body().size() : 0;
    unsent += bytes;
    Future<?> unused = context.write(message, promise.unvoid().addListener(sent -> sent(bytes)));
  }

  private void sent(long bytes) {
    unsent -= bytes;
    if (!waiting.isEmpty()) {
      // Not from here: a write that ends at once would begin the next one within itself.
      channel.eventLoop().execute(this::next);
    }
  }
}
