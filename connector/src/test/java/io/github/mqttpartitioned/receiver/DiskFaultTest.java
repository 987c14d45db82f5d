// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.store.StoreException;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.FailingDisk;
import io.github.mqttpartitioned.testkit.FailingDisk.Fault;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.SessionBroker;
import io.github.mqttpartitioned.testkit.Soak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a disk can do to a running member: nothing is acknowledged that it has not taken. */
@EnabledOnOs(OS.LINUX)
@Tag(Full.TAG)
class DiskFaultTest {

  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final int PAYLOAD_BYTES = 1_000;

  @TempDir Path folder;

  @Test
  void diskThatIsFullIsWaitedForAndTheBrokerKeepsTheMessages() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Soak.require(
        succeeds("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString()),
        "no right to mount a small disk");
    try (SessionBroker broker = new SessionBroker(2, 500, PAYLOAD_BYTES)) {
      Path filler = Files.write(disk.resolve("filler"), new byte[3 << 20]);
      try (Member member = new Member(disk, broker.url()).qos(2).startConnected()) {
        broker.publish(4_000);
        Await.until(
            "an error of the disk",
            DEADLINE,
            () -> member.status().problem() instanceof StoreException.Unusable);
        assertThat(member.status().problem()).hasMessageContaining("has room");
        assertHolds(member.store(), broker.acknowledged());
        Files.delete(filler);
        member.receiver().progress(Progress.ofTrim(1_000));
        // What is to be stored fits only as far as the disk goes: 4,000 messages take 4.5 MB.
        broker.awaitDone(DEADLINE);
        assertThat(member.store().extent().next()).isEqualTo(4_000);
        assertThat(broker.violations()).isEmpty();
      }
    } finally {
      assertThat(succeeds("umount", disk.toString())).isTrue();
    }
  }

  @Test
  void whatCouldNotBeSyncedIsNotAcknowledged() throws Exception {
    Optional<FailingDisk> compiled = FailingDisk.in(folder);
    Soak.require(compiled.isPresent(), "no C compiler");
    FailingDisk disk = compiled.orElseThrow();
    try (SessionBroker broker = new SessionBroker(2, 500, PAYLOAD_BYTES)) {
      broker.publish(1_000);
      try (ChildJvm child =
          disk.under(
                  ChildJvm.of(
                      ReceiverProcess.class, folder.toString(), broker.url(), "2", "0", "-", "0"))
              .start()) {
        broker.awaitDone(DEADLINE);
        disk.fail(Fault.SYNC);
        int connections = broker.connections();
        broker.publish(1_000);
        // Each failed commit costs the connection, and everything is delivered again.
        Await.until("two more tries", DEADLINE, () -> broker.connections() >= connections + 2);
        assertThat(broker.acknowledged().cardinality()).as(child.describe()).isEqualTo(1_000);
        disk.recover();
        broker.awaitDone(DEADLINE);
        child.kill9();
      }
      try (PartitionStore store =
          PartitionStore.open(
              new StoreConfig(folder.resolve("p0"), "5eed", 0, ReceiverProcess.STORE_BYTES, 0))) {
        assertHolds(store, broker.acknowledged());
        assertThat(store.extent().next()).isEqualTo(2_000);
      }
      assertThat(broker.violations()).isEmpty();
    }
  }

  @Test
  void storeThatIsRemovedEndsTheMemberAndNothingMoreIsAcknowledged() throws Exception {
    try (SessionBroker broker = new SessionBroker(1, 500, PAYLOAD_BYTES);
        Member member = new Member(folder, broker.url()).startConnected()) {
      broker.publish(1_000);
      broker.awaitDone(DEADLINE);
      delete(folder.resolve("p0"));
      broker.publish(1_000);
      member.await(State.FAILED);
      assertThat(member.status().problem())
          .isInstanceOf(StoreException.Damaged.class)
          .hasMessageContaining("was removed while it was in use");
      assertThat(broker.acknowledged().cardinality()).isEqualTo(1_000);
    }
  }

  private static void assertHolds(PartitionStore store, BitSet acknowledged) {
    StoredNumbers stored = new StoredNumbers();
    stored.follow(store);
    stored.assertHolds(acknowledged);
    assertThat(stored.duplicates()).isZero();
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(List.of(command)).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
