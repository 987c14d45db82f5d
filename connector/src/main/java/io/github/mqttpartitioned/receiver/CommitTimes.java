// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

/** Hears how long a receiver's work takes. Called by the receiver thread, never per message. */
public interface CommitTimes {

  /** Ignores everything. */
  CommitTimes IGNORED =
      new CommitTimes() {
        @Override
        public void appended(long nanos) {}

        @Override
        public void acknowledged(long nanos) {}
      };

  /**
   * A group commit has made messages durable.
   *
   * @param nanos how long the commit took
   */
  void appended(long nanos);

  /**
   * A batch's acknowledgements have been sent.
   *
   * @param nanos how long after the receipt of the batch's first message
   */
  void acknowledged(long nanos);
}
