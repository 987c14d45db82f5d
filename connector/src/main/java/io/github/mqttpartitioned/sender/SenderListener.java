// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

/** Hears how much a sender has done. Called by several threads, once for many messages. */
public interface SenderListener {

  /** Hears nothing. */
  SenderListener NONE =
      new SenderListener() {
        @Override
        public void sent(int messages, int bytes, int unconfirmed) {}

        @Override
        public void confirmed(int messages) {}

        @Override
        public void failed(int messages) {}

        @Override
        public void delayed(long nanos) {}
      };

  /**
   * Messages have been given to the network for the first time.
   *
   * @param messages of any QoS
   * @param bytes of their packets
   * @param unconfirmed of the messages, those that the broker will confirm: QoS 1 and 2
   */
  void sent(int messages, int bytes, int unconfirmed);

  /** The broker has confirmed messages of QoS 1 and 2. */
  void confirmed(int messages);

  /** Messages of QoS 1 and 2 that were sent are given up: their task has failed. */
  void failed(int messages);

  /**
   * The last message of one write has been confirmed.
   *
   * @param nanos since that write began
   */
  void delayed(long nanos);
}
