// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import java.nio.ByteBuffer;

/** What driver and nodes send each other: a byte that tells the kind, then its fields. */
public sealed interface Frame permits Request, Answer, StartMessage {

  /** Kind of the frame: its first byte. */
  int kind();

  /** Writes the fields. */
  void write(FrameWriter out);

  /** The frame. */
  default ByteBuffer encode() {
    FrameWriter out = new FrameWriter().putByte(kind());
    write(out);
    return out.finish();
  }

  /** The frame, as what Spark's jobs and its RPC carry. */
  default byte[] toBytes() {
    ByteBuffer frame = encode();
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return bytes;
  }
}
