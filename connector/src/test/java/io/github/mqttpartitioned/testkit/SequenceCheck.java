// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects the numbers of received {@link NumberedMessages}, or of rows that a sink has written,
 * and says which are missing and which came more than once. Takes one bit for each message.
 * Thread-safe.
 */
public final class SequenceCheck {

  private static final int EXAMPLES = 10;

  /** One message: its publisher and its number there. */
  public record Message(int publisher, long sequence) {}

  /**
   * What is wrong with what was received.
   *
   * @param received messages, each time counted
   * @param missing messages sent and not received
   * @param duplicated receptions of a message after its first
   * @param unexpected receptions of what was never sent
   * @param missingExamples the first of the missing
   * @param duplicatedExamples the first received twice
   * @param unexpectedExamples the first that were never sent
   */
  public record Result(
      long received,
      long missing,
      long duplicated,
      long unexpected,
      List<Message> missingExamples,
      List<Message> duplicatedExamples,
      List<Message> unexpectedExamples) {

    /** Whether every message came at least once, and nothing else did. */
    public boolean isComplete() {
      return missing == 0 && unexpected == 0;
    }

    /** Whether every message came exactly once, and nothing else did. */
    public boolean isExact() {
      return isComplete() && duplicated == 0;
    }
  }

  // All guarded by this.
  private final Map<Integer, BitSet> seen = new TreeMap<>();
  private final List<Message> duplicatedExamples = new ArrayList<>();
  private long received;
  private long duplicated;

  /** Notes a payload of {@link NumberedMessages}. */
  public void received(byte[] payload) {
    if (payload.length < NumberedMessages.NUMBER_BYTES) {
      throw new IllegalArgumentException(
          "A payload of %d bytes has no number".formatted(payload.length));
    }
    long number = ByteBuffer.wrap(payload).getLong();
    received(NumberedMessages.publisher(number), NumberedMessages.sequence(number));
  }

  /** Notes a payload that is its number in decimal digits, as a row of Spark writes it. */
  public void receivedDigits(byte[] payload) {
    received(0, Long.parseLong(new String(payload, StandardCharsets.US_ASCII)));
  }

  /** Notes a message. */
  public synchronized void received(int publisher, long sequence) {
    int bit = Math.toIntExact(sequence);
    BitSet own = seen.computeIfAbsent(publisher, none -> new BitSet());
    received++;
    if (own.get(bit)) {
      duplicated++;
      if (duplicatedExamples.size() < EXAMPLES) {
        duplicatedExamples.add(new Message(publisher, sequence));
      }
    }
    own.set(bit);
  }

  /** Messages received, each time counted. */
  public synchronized long received() {
    return received;
  }

  /** Different messages received. */
  public synchronized long distinct() {
    return seen.values().stream().mapToLong(BitSet::cardinality).sum();
  }

  /** Compares with what one publisher, number 0, has sent. */
  public Result against(long sent) {
    return against(Map.of(0, sent));
  }

  /** Compares with how many messages each publisher has sent. */
  public synchronized Result against(Map<Integer, Long> sentByPublisher) {
    long missing = 0;
    long unexpected = 0;
    List<Message> missingExamples = new ArrayList<>();
    List<Message> unexpectedExamples = new ArrayList<>();
    Map<Integer, Long> sent = new TreeMap<>(sentByPublisher);
    seen.keySet().forEach(publisher -> sent.putIfAbsent(publisher, 0L));
    for (Map.Entry<Integer, Long> entry : sent.entrySet()) {
      int publisher = entry.getKey();
      int count = Math.toIntExact(entry.getValue());
      BitSet own = seen.getOrDefault(publisher, new BitSet());
      missing += count - own.get(0, count).cardinality();
      unexpected += own.cardinality() - own.get(0, count).cardinality();
      for (int gap = own.nextClearBit(0);
          gap < count && missingExamples.size() < EXAMPLES;
          gap = own.nextClearBit(gap + 1)) {
        missingExamples.add(new Message(publisher, gap));
      }
      for (int extra = own.nextSetBit(count);
          extra >= 0 && unexpectedExamples.size() < EXAMPLES;
          extra = own.nextSetBit(extra + 1)) {
        unexpectedExamples.add(new Message(publisher, extra));
      }
    }
    return new Result(
        received,
        missing,
        duplicated,
        unexpected,
        List.copyOf(missingExamples),
        List.copyOf(duplicatedExamples),
        List.copyOf(unexpectedExamples));
  }
}
