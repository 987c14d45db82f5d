// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

/**
 * For how long a receiver may speak for its partition, and who wants to know what it does.
 * Thread-safe; cheap, for it is asked at each group commit.
 */
public interface LeaseCheck {

  /**
   * Asks before a connection is made, and before anything is acknowledged.
   *
   * @throws RuntimeException when another holder may have taken over; final
   */
  void require();

  /** Whether a holder before this one may not know yet that it is none any more, and connect. */
  default boolean mayOverlap() {
    return false;
  }

  /** The partition's status is another one now. */
  void changed();

  /** Ends with the receiver itself: nobody can take over without this JVM's knowing. */
  LeaseCheck ENDLESS =
      new LeaseCheck() {
        @Override
        public void require() {}

        @Override
        public void changed() {}
      };
}
