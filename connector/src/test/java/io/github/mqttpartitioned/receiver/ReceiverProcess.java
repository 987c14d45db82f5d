// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.store.KillAt;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A member in a process of its own, to be killed. */
public final class ReceiverProcess {

  static final long STORE_BYTES = 16L << 20;

  private ReceiverProcess() {}

  static Member member(Path folder, String url, int qos) {
    return new Member(folder, url).qos(qos).storeMaxBytes(STORE_BYTES);
  }

  /**
   * Runs a member until the process is ended.
   *
   * @param arguments folder of the member, URL of the broker, QoS, offset to trim to, and where to
   *     stop: a fault point and how often it is to be reached, or "-"
   */
  public static void main(String[] arguments) {
    long trimTo = Long.parseLong(arguments[3]);
    String point = arguments[4];
    int times = Integer.parseInt(arguments[5]);
    if (!point.equals("-") && !point.equals("REOPENING")) {
      KillAt.install(point, times);
    }
    Member member =
        member(Path.of(arguments[0]), arguments[1], Integer.parseInt(arguments[2])).start();
    if (point.equals("REOPENING")) {
      KillAt.installReopening(member.store(), times);
    }
    member.receiver().progress(Progress.ofTrim(trimTo));
    System.out.println("started");
    while (true) {
      LockSupport.park();
    }
  }
}
