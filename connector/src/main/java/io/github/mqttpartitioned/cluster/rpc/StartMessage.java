// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What starts a node in an executor. No node listens yet, so Spark's jobs and Spark's RPC carry
 * these frames. A new kind is a record here, and a line in {@link #decode}.
 */
public sealed interface StartMessage extends Frame {

  /**
   * Reads a frame.
   *
   * @throws FrameException when the bytes are anything else
   */
  static StartMessage decode(byte[] bytes) {
    FrameReader in = new FrameReader(ByteBuffer.wrap(bytes));
    int kind = in.getByte("kind");
    StartMessage message =
        switch (kind) {
          case Order.KIND -> Order.read(in);
          case Started.KIND -> Started.read(in);
          default -> throw new FrameException("The kind of a start message is unknown: " + kind);
        };
    in.finish();
    return message;
  }

  /**
   * Tells an executor to take a source on. Answered by {@link Started}.
   *
   * @param epoch number of the run
   * @param executor that has to take it on; another executor ignores the order
   */
  record Order(SourceSettings settings, long epoch, String executor) implements StartMessage {
    static final int KIND = 1;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      SettingsFields.write(settings, out);
      out.putLong(epoch).putText(executor);
    }

    static Order read(FrameReader in) {
      return new Order(SettingsFields.read(in), in.getLong("epoch"), in.getText("executor"));
    }
  }

  /** An executor has taken a source on. */
  record Started(String executor, NodeRegistration registration) implements StartMessage {
    static final int KIND = 2;

    @Override
    public int kind() {
      return KIND;
    }

    @Override
    public void write(FrameWriter out) {
      NodeAddress address = registration.address();
      out.putText(executor)
          .putText(address.name())
          .putText(address.host())
          .putInt(address.port())
          .putLong(registration.id())
          .putInt(registration.stores().size());
      new TreeSet<>(registration.stores()).forEach(out::putText);
    }

    static Started read(FrameReader in) {
      String executor = in.getText("executor");
      NodeAddress address =
          new NodeAddress(in.getText("node"), in.getText("host"), in.getInt("port"));
      long id = in.getLong("registration id");
      Set<String> stores = new HashSet<>();
      for (int left = in.getCount("stores"); left > 0; left--) {
        stores.add(in.getText("store"));
      }
      return new Started(executor, new NodeRegistration(address, id, stores));
    }
  }
}
