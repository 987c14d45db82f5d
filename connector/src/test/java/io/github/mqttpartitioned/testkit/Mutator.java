// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes bytes that are nearly right: a few random changes of a sample. Confined to one thread. */
public final class Mutator {

  private static final int[] TELLING = {0, 1, 2, 3, 0x7F, 0x80, 0xC0, 0xED, 0xFE, 0xFF};
  private static final int MOST_CHANGES = 4;
  private static final int MOST_BYTES = 1 << 16;

  private final Random random;

  public Mutator(Random random) {
    this.random = random;
  }

  /** One of the samples, changed in one to four places. */
  public byte[] next(List<byte[]> samples) {
    byte[] bytes = samples.get(random.nextInt(samples.size())).clone();
    for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
      bytes = change(bytes, samples);
    }
    return bytes.length > MOST_BYTES ? Arrays.copyOf(bytes, MOST_BYTES) : bytes;
  }

  private byte[] change(byte[] bytes, List<byte[]> samples) {
    if (bytes.length == 0) {
      return samples.get(random.nextInt(samples.size())).clone();
    }
    int at = random.nextInt(bytes.length);
    int length = Math.min(bytes.length - at, 1 + random.nextInt(16));
    switch (random.nextInt(8)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> bytes[at] = (byte) TELLING[random.nextInt(TELLING.length)];
      case 3 ->
          Arrays.fill(
              bytes, at, at + Math.min(length, 4), (byte) TELLING[random.nextInt(TELLING.length)]);
      case 4 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 5 -> {
        return joined(bytes, at, at + length, new byte[0]);
      }
      case 6 -> {
        return joined(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
      }
      default -> {
        byte[] other = samples.get(random.nextInt(samples.size()));
        int from = random.nextInt(other.length + 1);
        int until = Math.min(other.length, from + random.nextInt(64));
        return joined(bytes, at, at + length, Arrays.copyOfRange(other, from, until));
      }
    }
    return bytes;
  }

  /** {@code bytes} with {@code [from, until)} replaced. */
  private static byte[] joined(byte[] bytes, int from, int until, byte[] between) {
    byte[] joined = new byte[bytes.length - (until - from) + between.length];
    System.arraycopy(bytes, 0, joined, 0, from);
    System.arraycopy(between, 0, joined, from, between.length);
    System.arraycopy(bytes, until, joined, from + between.length, bytes.length - until);
    return joined;
  }
}
