// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

/** Hears how long a receiver's work took. Called by the receiver thread, never per message. */
public interface CommitTimes {

  /** Nobody listens. */
  CommitTimes IGNORED =
      new CommitTimes() {
        @Override
        public void appended(long nanos) {}

        @Override
        public void acknowledged(long nanos) {}
      };

  /** A group commit has made messages durable. */
  void appended(long nanos);

  /** A batch's acknowledgements have been sent, so long after its first message was received. */
  void acknowledged(long nanos);
}
