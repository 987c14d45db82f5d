package io.github.mqttpartitioned.source;

import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.model.OffsetRange;

/** The blocks that one task reads. Confined to the task's thread. */
interface TaskBlocks extends BlockSource, AutoCloseable {

  /** Whether the last block given came from a store of this JVM, not from another node. */
  boolean isLocal();

  /** Ends connections that were made for this task alone. */
  @Override
  void close();

  /** Those of a store in this JVM. */
  static TaskBlocks local(BlockSource store) {
    return new TaskBlocks() {
      @Override
      public BlockCursor read(OffsetRange range) {
        return store.read(range);
      }

      @Override
      public boolean isLocal() {
        return true;
      }

      @Override
      public void close() {}
    };
  }
}
