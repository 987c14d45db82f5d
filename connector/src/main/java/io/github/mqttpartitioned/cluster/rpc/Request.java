// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.receiver.Progress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * The requests to a node. A new kind is a record here, a line in {@link #decode}, and a method of
 * {@link Handler}.
 *
 * <p>The registration id is that of the {@link io.github.mqttpartitioned.cluster.NodeRegistration}.
 * A request with another one, or one that comes after the lease is over, is answered by an {@link
 * Answer.Failed}, and so is a request that fails.
 */
public sealed interface Request extends Frame {

  /** Has the method of {@code handler} that is for this kind of request handle it. */
  <T> T accept(Handler<T> handler);

  /** Handles a request: there is a method for each kind, so the compiler finds a forgotten one. */
  interface Handler<T> {
    T handle(Poll request);

    T handle(Assign request);

    T handle(Advance request);

    T handle(PublishLocations request);

    T handle(Release request);

    T handle(Leave request);

    T handle(Fetch request);

    T handle(Scrape request);

    T handle(Follow request);

    T handle(ListDeadLetters request);
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
          case Advance.KIND -> Advance.read(in);
          case PublishLocations.KIND -> PublishLocations.read(in);
          case Release.KIND -> Release.read(in);
          case Leave.KIND -> Leave.read(in);
          case Fetch.KIND -> Fetch.read(in);
          case Scrape.KIND -> new Scrape();
          case Follow.KIND -> Follow.read(in);
          case ListDeadLetters.KIND -> ListDeadLetters.read(in);
          default -> throw new FrameException("The kind of a request is unknown: " + kind);
        };
    in.finish();
    return request;
  }

  /**
   * Asks for the status of all partitions. Answered by an {@link Answer.Report}, at once when it
   * has changed, else after a while. Renews the lease.
   *
   * @param seen version of the last report
   */
  record Poll(String sourceId, long registrationId, long seen) implements Request {
    static final int KIND = 1;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public <T> T accept(Handler<T> handler) {
      return handler.handle(this);
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(registrationId).putLong(seen);
    }

    static Poll read(FrameReader in) {
      return new Poll(
          in.getText("source id"), in.getLong("registration id"), in.getLong("version"));
    }
  }

  /** Assigns a partition to the node. Answered by {@link Answer.Done} when its store is open. */
  record Assign(String sourceId, long registrationId, PartitionAssignment assignment)
      implements Request {
    static final int KIND = 2;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public <T> T accept(Handler<T> handler) {
      return handler.handle(this);
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(registrationId);
      out.putInt(assignment.partition())
          .putText(assignment.host())
          .putInt(assignment.generation())
          .putLong(assignment.firstOffset())
          .putBoolean(assignment.connectedBefore());
    }

    static Assign read(FrameReader in) {
      String sourceId = in.getText("source id");
      long registrationId = in.getLong("registration id");
      int partition = in.getInt("partition");
      String host = in.getText("host");
      int generation = in.getInt("generation");
      long firstOffset = in.getLong("first offset");
      boolean connectedBefore = in.getBoolean("connected before");
      return new Assign(
          sourceId,
          registrationId,
          in.valid(
              "assignment",
              () ->
                  new PartitionAssignment(
                      partition, host, generation, firstOffset, connectedBefore)));
    }
  }

  /** Tells how far Spark has come with a partition. Answered by {@link Answer.Done}. */
  record Advance(String sourceId, long registrationId, int partition, Progress progress)
      implements Request {
    static final int KIND = 3;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public <T> T accept(Handler<T> handler) {
      return handler.handle(this);
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(registrationId).putInt(partition);
      out.putLong(progress.processedBelow()).putLong(progress.trimBelow());
    }

    static Advance read(FrameReader in) {
      return new Advance(
          in.getText("source id"),
          in.getLong("registration id"),
          in.getInt("partition"),
          new Progress(in.getLong("processed below"), in.getLong("trim below")));
    }
  }

  /** Tells where the partitions are. Answered by {@link Answer.Done}. */
  record PublishLocations(String sourceId, long registrationId, PartitionLocations locations)
      implements Request {
    static final int KIND = 4;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public <T> T accept(Handler<T> handler) {
      return handler.handle(this);
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(registrationId).putInt(locations.nodes().size());
      new TreeMap<>(locations.nodes())
          .forEach(
              (partition, node) ->
                  out.putInt(partition)
                      .putText(node.name())
                      .putText(node.host())
                      .putInt(node.port()));
      out.putInt(locations.failed().size());
      new TreeMap<>(locations.failed())
          .forEach((partition, why) -> out.putInt(partition).putText(why));
    }

    static PublishLocations read(FrameReader in) {
      String sourceId = in.getText("source id");
      long registrationId = in.getLong("registration id");
      Map<Integer, NodeAddress> nodes = new TreeMap<>();
      for (int left = in.getCount("nodes"); left > 0; left--) {
        int partition = in.getInt("partition");
        nodes.put(
            partition, new NodeAddress(in.getText("node"), in.getText("host"), in.getInt("port")));
      }
      Map<Integer, String> failed = new TreeMap<>();
      for (int left = in.getCount("failed partitions"); left > 0; left--) {
        failed.put(in.getInt("failed partition"), in.getText("failure"));
      }
      return new PublishLocations(sourceId, registrationId, new PartitionLocations(nodes, failed));
    }
  }

  /** Takes a partition from the node. Answered by {@link Answer.Done} when that is done. */
  record Release(String sourceId, long registrationId, int partition) implements Request {
    static final int KIND = 5;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public <T> T accept(Handler<T> handler) {
      return handler.handle(this);
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(registrationId).putInt(partition);
    }

    static Release read(FrameReader in) {
      return new Release(
          in.getText("source id"), in.getLong("registration id"), in.getInt("partition"));
    }
  }

  /**
   * Takes all partitions of the source from the node, which forgets the source. Answered by {@link
   * Answer.Done} when that is done.
   */
  record Leave(String sourceId, long registrationId) implements Request {
    static final int KIND = 6;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public <T> T accept(Handler<T> handler) {
      return handler.handle(this);
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putLong(registrationId);
    }

    static Leave read(FrameReader in) {
      return new Leave(in.getText("source id"), in.getLong("registration id"));
    }
  }

  /**
   * Asks for the block with offset {@code from}; the task reads on to {@code until}. Answered by an
   * {@link Answer.BlockBytes}, or by an {@link Answer.LostStore} if the store began later.
   */
  record Fetch(String sourceId, int partition, long from, long until) implements Request {
    static final int KIND = 7;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public <T> T accept(Handler<T> handler) {
      return handler.handle(this);
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

  /** Asks for the node's meters. Answered by an {@link Answer.Text} in Prometheus' format. */
  record Scrape() implements Request {
    static final int KIND = 8;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public <T> T accept(Handler<T> handler) {
      return handler.handle(this);
    }

    @Override
    public void write(FrameWriter out) {}
  }

  /**
   * Asks for the block with offset {@code from} as soon as there is one. Answered by an {@link
   * Answer.BlockBytes}, by {@link Answer.Stored} if there is one that cannot be sent, by an {@link
   * Answer.LostStore}, or by {@link Answer.Done} if none comes for a while.
   */
  record Follow(String sourceId, int partition, long from) implements Request {
    static final int KIND = 9;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public <T> T accept(Handler<T> handler) {
      return handler.handle(this);
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putInt(partition).putLong(from);
    }

    static Follow read(FrameReader in) {
      return new Follow(
          in.getText("source id"), in.getInt("partition"), in.getLong("first offset"));
    }
  }

  /** Asks for the dead letters of a partition. Answered by {@link Answer.DeadLetters}. */
  record ListDeadLetters(String sourceId, int partition) implements Request {
    static final int KIND = 10;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public <T> T accept(Handler<T> handler) {
      return handler.handle(this);
    }

    @Override
    public void write(FrameWriter out) {
      out.putText(sourceId).putInt(partition);
    }

    static ListDeadLetters read(FrameReader in) {
      return new ListDeadLetters(in.getText("source id"), in.getInt("partition"));
    }
  }
}
