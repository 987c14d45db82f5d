// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Some members in a process with a small heap, until they have stored what they are to get. */
public final class LargeMessagesProcess {

  private LargeMessagesProcess() {}

  /**
   * Ends with 0 when each member has stored its messages.
   *
   * @param arguments folder, URL of the broker, number of members, messages of each
   */
  public static void main(String[] arguments) throws InterruptedException {
    int members = Integer.parseInt(arguments[2]);
    long messages = Long.parseLong(arguments[3]);
    List<Member> running = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      Path folder = Path.of(arguments[0]).resolve("member" + i);
      running.add(new Member(folder, arguments[1]).storeMaxBytes(1L << 30).start());
    }
    for (Member member : running) {
      while (member.store().extent().next() < messages) {
        if (member.status().state() == State.FAILED) {
          System.out.println("failed: " + member.status().problem());
          System.exit(1);
        }
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
    running.forEach(Member::close);
    System.out.println("stored, reconnects: " + reconnects(running));
    System.exit(0);
  }

  private static long reconnects(List<Member> members) {
    return members.stream().mapToLong(one -> one.status().counts().connections() - 1).sum();
  }
}
