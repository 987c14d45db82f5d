// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The answers of a node. A new kind is a record here, and a line in {@link #decode}. */
public sealed interface Answer extends Frame {

  /**
   * Reads a frame.
   *
   * @throws FrameException when the bytes are anything else
   */
  static Answer decode(ByteBuffer bytes) {
    FrameReader in = new FrameReader(bytes);
    int kind = in.getByte("kind");
    Answer answer =
        switch (kind) {
          case Done.KIND -> new Done();
          case Report.KIND -> Report.read(in);
          case BlockBytes.KIND -> new BlockBytes(in.getBytes("block"));
          case Text.KIND -> new Text(in.getText("text"));
          case Failed.KIND -> Failed.read(in);
          case DeadLetters.KIND -> DeadLetters.read(in);
          case Stored.KIND -> new Stored(in.getLong("next offset"));
          case LostStore.KIND -> new LostStore(in.getLong("first offset"), in.getText("message"));
          default -> throw new FrameException("The kind of an answer is unknown: " + kind);
        };
    in.finish();
    return answer;
  }

  /** The request is carried out, or will be in the node's own time. */
  record Done() implements Answer {
    static final int KIND = 1;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {}
  }

  /**
   * Status of the partitions that the node hosts for the source.
   *
   * @param version grows with each change
   */
  record Report(long version, Map<Integer, PartitionStatus> partitions) implements Answer {
    static final int KIND = 2;

    public Report {
      partitions = Map.copyOf(partitions);
    }

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putLong(version).putInt(partitions.size());
      new TreeMap<>(partitions).forEach((partition, status) -> write(out, partition, status));
    }

    private static void write(FrameWriter out, int partition, PartitionStatus status) {
      RuntimeException problem = status.problem();
      Counts counts = status.counts();
      out.putInt(partition)
          .putText(status.state().name())
          .putOptional(problem, present -> out.putText(String.valueOf(present.getMessage())))
          .putLong(status.extent().first())
          .putLong(status.extent().earliest())
          .putLong(status.extent().next())
          .putLong(status.storeBytes())
          .putLong(counts.received())
          .putLong(counts.receivedBytes())
          .putLong(counts.stored())
          .putLong(counts.duplicates())
          .putLong(counts.acknowledgements())
          .putLong(counts.trimmed())
          .putLong(counts.connections())
          .putLong(counts.deadLetters())
          .putLong(counts.refusals())
          .putLong(counts.breaches())
          .putLong(status.followed());
    }

    static Report read(FrameReader in) {
      long version = in.getLong("version");
      Map<Integer, PartitionStatus> partitions = new TreeMap<>();
      for (int left = in.getCount("partitions"); left > 0; left--) {
        int partition = in.getInt("partition");
        partitions.put(partition, readStatus(in));
      }
      return new Report(version, partitions);
    }

    private static PartitionStatus readStatus(FrameReader in) {
      return new PartitionStatus(
          in.getEnum("state", State.class),
          in.getOptional("problem", () -> new RemoteException(in.getText("problem"))),
          readExtent(in),
          in.getLong("store bytes"),
          new Counts(
              in.getLong("received"),
              in.getLong("received bytes"),
              in.getLong("stored"),
              in.getLong("duplicates"),
              in.getLong("acknowledgements"),
              in.getLong("trimmed"),
              in.getLong("connections"),
              in.getLong("dead letters"),
              in.getLong("refusals"),
              in.getLong("breaches")),
          in.getLong("followed"));
    }

    private static LogExtent readExtent(FrameReader in) {
      long first = in.getLong("first offset");
      long earliest = in.getLong("earliest offset");
      long next = in.getLong("next offset");
      return in.valid("extent", () -> new LogExtent(first, earliest, next));
    }
  }

  /** One block, with the bytes that lie on disk. */
  record BlockBytes(ByteBuffer bytes) implements Answer {
    static final int KIND = 3;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putBytes(bytes);
    }
  }

  /** A text, such as the meters. */
  record Text(String text) implements Answer {
    static final int KIND = 4;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(text);
    }
  }

  /** The request failed. */
  record Failed(Reason reason, String message) implements Answer {
    static final int KIND = 5;

    /** What the failure means for the sender of the request. */
    public enum Reason {
      /** The node does not host this, or does not know the registration id: ask another node. */
      NOT_HERE,
      /** No node can read this: it is damaged, or no store holds it. */
      UNREADABLE,
      /** Anything else. */
      ERROR
    }

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(reason.name()).putText(message);
    }

    static Failed read(FrameReader in) {
      return new Failed(in.getEnum("reason", Reason.class), in.getText("message"));
    }
  }

  /**
   * The blocks of the request were in a store that is lost.
   *
   * @param first the first offset of the present store
   */
  record LostStore(long first, String message) implements Answer {
    static final int KIND = 6;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putLong(first).putText(message);
    }
  }

  /**
   * There are messages now, but the block of the first one cannot be sent, or is large: a request
   * for the block itself takes its time.
   *
   * @param next offset behind the last message
   */
  record Stored(long next) implements Answer {
    static final int KIND = 8;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putLong(next);
    }
  }

  /** The dead letters of a partition, oldest first. */
  record DeadLetters(List<DeadLetter> letters) implements Answer {
    static final int KIND = 7;

    public DeadLetters {
      letters = List.copyOf(letters);
    }

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putInt(letters.size());
      for (DeadLetter letter : letters) {
        out.putLong(letter.number())
            .putText(letter.reason())
            .putLong(letter.length())
            .putBytes(letter.bytes());
      }
    }

    static DeadLetters read(FrameReader in) {
      List<DeadLetter> letters = new ArrayList<>();
      for (int left = in.getCount("dead letters"); left > 0; left--) {
        letters.add(
            new DeadLetter(
                in.getLong("number"),
                in.getText("reason"),
                in.getLong("length"),
                in.getBytes("packet")));
      }
      return new DeadLetters(letters);
    }
  }
}
