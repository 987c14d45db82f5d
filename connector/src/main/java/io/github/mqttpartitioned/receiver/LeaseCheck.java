// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

/**
 * Tells a receiver whether it may still act for its partition, and hears of changes of its status.
 * Thread-safe, and cheap: the receiver asks at each group commit.
 */
public interface LeaseCheck {

  /**
   * Called before a connection is made, and before anything is acknowledged.
   *
   * @throws RuntimeException if another node may host the partition by now; final
   */
  void require();

  /**
   * Whether an earlier host may connect, because it does not know yet that the partition has
   * another one.
   */
  default boolean mayOverlap() {
    return false;
  }

  /** Reports that the partition's status has changed. */
  void changed();

  /** Lasts as long as the receiver: no other node can take over without this JVM. */
  LeaseCheck ENDLESS =
      new LeaseCheck() {
        @Override
        public void require() {}

        @Override
        public void changed() {}
      };
}
