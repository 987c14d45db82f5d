// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a node is asked. A new kind is a record here, and a line in {@link #decode}.
 *
 * <p>A <i>ticket</i> is what the driver was given when the node took the source on; a node that has
 * let the source go since, or has taken it on anew, does not know it any more.
 */
public sealed interface Request {

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

  /**
   * Reads a frame.
   *
   * @throws FrameException when the bytes are anything else
   */
  static Request decode(ByteBuffer bytes) {
    FrameReader in = new FrameReader(bytes);
    int kind = in.getByte("kind");
    Request request =
        switch (kind) {
          case Poll.KIND -> Poll.read(in);
          case Assign.KIND -> Assign.read(in);
          case Trim.KIND -> Trim.read(in);
          case Announce.KIND -> Announce.read(in);
          case Release.KIND -> Release.read(in);
          case Leave.KIND -> Leave.read(in);
          case Fetch.KIND -> Fetch.read(in);
          case Scrape.KIND -> new Scrape();
          case Processed.KIND -> Processed.read(in);
          default -> throw new FrameException("Unknown kind of request: " + kind);
        };
    in.finish();
    return request;
  }

  /**
   * How is each partition? Answered by a {@link Answer.Report}: at once when something is new, else
   * after a while. Renews the lease.
   *
   * @param seen version of the last report
   */
  record Poll(String sourceId, long ticket, long seen) implements Request {
    static final int KIND = 1;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(ticket).putLong(seen);
    }

    static Poll read(FrameReader in) {
      return new Poll(in.getText("source id"), in.getLong("ticket"), in.getLong("version"));
    }
  }

  /** Hold a partition; see {@link io.github.mqttpartitioned.cluster.Assignment}. */
  record Assign(
      String sourceId,
      long ticket,
      int partition,
      int generation,
      long firstOffset,
      boolean connectedBefore)
      implements Request {
    static final int KIND = 2;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(ticket);
      out.putInt(partition).putInt(generation).putLong(firstOffset);
      out.putByte(connectedBefore ? 1 : 0);
    }

    static Assign read(FrameReader in) {
      return new Assign(
          in.getText("source id"),
          in.getLong("ticket"),
          in.getInt("partition"),
          in.getInt("generation"),
          in.getLong("first offset"),
          in.getByte("connected before") != 0);
    }
  }

  /** Drop what lies wholly below an offset. */
  record Trim(String sourceId, long ticket, int partition, long before) implements Request {
    static final int KIND = 3;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(ticket).putInt(partition).putLong(before);
    }

    static Trim read(FrameReader in) {
      return new Trim(
          in.getText("source id"),
          in.getLong("ticket"),
          in.getInt("partition"),
          in.getLong("offset"));
    }
  }

  /** Spark is done with what lies below an offset. */
  record Processed(String sourceId, long ticket, int partition, long before) implements Request {
    static final int KIND = 9;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(ticket).putInt(partition).putLong(before);
    }

    static Processed read(FrameReader in) {
      return new Processed(
          in.getText("source id"),
          in.getLong("ticket"),
          in.getInt("partition"),
          in.getLong("offset"));
    }
  }

  /** Where the partitions are. */
  record Announce(String sourceId, long ticket, PartitionLocations whereabouts) implements Request {
    static final int KIND = 4;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(ticket).putInt(whereabouts.holders().size());
      new TreeMap<>(whereabouts.holders())
          .forEach(
              (partition, node) ->
                  out.putInt(partition)
                      .putText(node.name())
                      .putText(node.host())
                      .putInt(node.port()));
      out.putInt(whereabouts.failed().size());
      new TreeMap<>(whereabouts.failed())
          .forEach((partition, why) -> out.putInt(partition).putText(why));
    }

    static Announce read(FrameReader in) {
      String sourceId = in.getText("source id");
      long ticket = in.getLong("ticket");
      Map<Integer, NodeAddress> holders = new TreeMap<>();
      for (int left = in.getInt("number of holders"); left > 0; left--) {
        int partition = in.getInt("partition");
        holders.put(
            partition, new NodeAddress(in.getText("node"), in.getText("host"), in.getInt("port")));
      }
      Map<Integer, String> failed = new TreeMap<>();
      for (int left = in.getInt("number of failed partitions"); left > 0; left--) {
        failed.put(in.getInt("failed partition"), in.getText("failure"));
      }
      return new Announce(sourceId, ticket, new PartitionLocations(holders, failed));
    }
  }

  /** Stop to hold a partition. Answered when that is done. */
  record Release(String sourceId, long ticket, int partition) implements Request {
    static final int KIND = 5;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(ticket).putInt(partition);
    }

    static Release read(FrameReader in) {
      return new Release(in.getText("source id"), in.getLong("ticket"), in.getInt("partition"));
    }
  }

  /** Stop to hold anything of the source, and forget it. Answered when that is done. */
  record Leave(String sourceId, long ticket) implements Request {
    static final int KIND = 6;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(ticket);
    }

    static Leave read(FrameReader in) {
      return new Leave(in.getText("source id"), in.getLong("ticket"));
    }
  }

  /** The block that holds offset {@code from}, of a partition that is read up to {@code until}. */
  record Fetch(String sourceId, int partition, long from, long until) implements Request {
    static final int KIND = 7;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putInt(partition).putLong(from).putLong(until);
    }

    static Fetch read(FrameReader in) {
      return new Fetch(
          in.getText("source id"),
          in.getInt("partition"),
          in.getLong("first offset"),
          in.getLong("end offset"));
    }
  }

  /** What has the node measured? Answered by an {@link Answer.Text} in Prometheus' format. */
  record Scrape() implements Request {
    static final int KIND = 8;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {}
  }
}
