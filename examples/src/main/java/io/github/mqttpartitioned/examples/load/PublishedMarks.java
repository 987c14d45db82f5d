// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.load;

import io.github.mqttpartitioned.examples.factory.Factory;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * How many messages of each gateway the broker has acknowledged in one run: what must not be lost.
 *
 * <p>A mapped file: what is put into it is there for the next run even when this one is killed.
 * Thread-safe.
 */
public final class PublishedMarks {

  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int LENGTH = Factory.HALLS * Long.BYTES;

  /** Nothing published. */
  public static final PublishedMarks NONE = inMemory();

  private final ByteBuffer marks;

  private PublishedMarks(ByteBuffer marks) {
    this.marks = marks;
  }

  /** Marks that are gone with the process. */
  public static PublishedMarks inMemory() {
    return new PublishedMarks(ByteBuffer.allocateDirect(LENGTH));
  }

  /** Opens the marks of a run, or makes them, all 0. */
  public static PublishedMarks open(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new PublishedMarks(channel.map(MapMode.READ_WRITE, 0, LENGTH));
    }
  }

  /** Sets how many a gateway, from 0, has had acknowledged. */
  public void set(int gateway, long acknowledged) {
    LONGS.setVolatile(marks, gateway * Long.BYTES, acknowledged);
  }

  /** How many a gateway, from 0, has had acknowledged. */
  public long get(int gateway) {
    return (long) LONGS.getVolatile(marks, gateway * Long.BYTES);
  }

  /** Acknowledged messages of all gateways. */
  public long total() {
    long total = 0;
    for (int gateway = 0; gateway < Factory.HALLS; gateway++) {
      total += get(gateway);
    }
    return total;
  }
}
