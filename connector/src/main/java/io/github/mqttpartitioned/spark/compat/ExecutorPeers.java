// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.compat;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BlockManagerId;
import scala.collection.Iterator;

/**
 * The block managers of an application's executors. {@code BlockManagerMaster.getPeers} returns
 * {@code scala.collection.immutable.Seq} on Scala 2.13 and {@code scala.collection.Seq} on 2.12;
 * the map of their memory is the same type on both.
 */
public final class ExecutorPeers {

  private ExecutorPeers() {}

  /**
   * The executors that are registered now. Each call is an RPC to the block manager master.
   *
   * @param driver block manager of the driver
   */
  public static List<BlockManagerId> of(BlockManager driver) {
    List<BlockManagerId> executors = new ArrayList<>();
    Iterator<BlockManagerId> registered = driver.master().getMemoryStatus().keysIterator();
    while (registered.hasNext()) {
      BlockManagerId one = registered.next();
      if (!one.isDriver()) {
        executors.add(one);
      }
    }
    return List.copyOf(executors);
  }
}
