// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.packet.PacketType;
import io.github.mqttpartitioned.mqtt.packet.PacketWriter;
import io.github.mqttpartitioned.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What counts as the silence of a peer that takes packets slowly, or not at all. */
class KeepAliveTest {

  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final byte[] PUBACK = {0x40, 2, 0, 1};

  private final AtomicReference<IOException> gone = new AtomicReference<>();
  private final KeepAlive keepAlive = new KeepAlive(gone::set);
  private final CountDownLatch answered = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);

  @AfterEach
  void end() {
    keepAlive.close();
    over.countDown();
  }

  @Test
  void pingThatWaitsBehindALargePacketIsNoSilence() throws Exception {
    BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
    PacketWriter writer = connected(new SlowPeer(answers), answers);
    byte[] packet = new byte[5_000_000];
    writer.send(packet, packet.length);
    assertThat(answered.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(gone).hasNullValue();
  }

  @Test
  void peerThatTakesNoMoreBytesIsGone() {
    PacketWriter writer = connected(new StuckPeer(), new LinkedBlockingQueue<>());
    daemon(() -> writer.send(PUBACK, PUBACK.length));
    Await.until("the end", DEADLINE, () -> gone.get() != null);
    assertThat(gone.get()).hasMessageContaining("nothing has come from the broker for 1 s");
  }

  @Test
  void packetsThatAreSentAfterPingreqDoNotHideTheSilence() {
    PacketWriter writer = connected(OutputStream.nullOutputStream(), new LinkedBlockingQueue<>());
    daemon(
        () -> {
          while (!over.await(100, TimeUnit.MILLISECONDS)) {
            writer.send(PUBACK, PUBACK.length);
          }
        });
    Await.until("the end", DEADLINE, () -> gone.get() != null);
  }

  /** Its answer is there before the thread that sends PINGREQ goes on. */
  @Test
  void peerThatAnswersAtOnceIsAlive() throws Exception {
    BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
    CountDownLatch pings = new CountDownLatch(3);
    PacketWriter writer =
        connected(
            new OutputStream() {
              @Override
              public void write(int value) {
                throw new UnsupportedOperationException();
              }

              @Override
              public void write(byte[] packet, int offset, int length) {
                if (length == 2) {
                  answers.add(PacketType.PINGRESP);
                  answers.add(0);
                  Await.until("the answer is read", DEADLINE, answers::isEmpty);
                  pings.countDown();
                }
              }
            },
            answers);
    daemon(
        () -> {
          while (!over.await(100, TimeUnit.MILLISECONDS)) {
            writer.send(PUBACK, PUBACK.length);
          }
        });
    assertThat(pings.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(gone).hasNullValue();
  }

  private PacketWriter connected(OutputStream out, BlockingQueue<Integer> answers) {
    PacketWriter writer = new PacketWriter(out);
    InputStream in = keepAlive.watched(new Answers(answers));
    daemon(
        () -> {
          while (in.read() >= 0) {
            answered.countDown();
          }
        });
    keepAlive.start(writer, Duration.ofSeconds(1), null);
    return writer;
  }

  private interface Task {
    void run() throws IOException, InterruptedException;
  }

  private static void daemon(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  /** Takes a megabyte in a second, and answers PINGREQ. */
  private static final class SlowPeer extends OutputStream {
    private final BlockingQueue<Integer> answers;

    SlowPeer(BlockingQueue<Integer> answers) {
      this.answers = answers;
    }

    @Override
    public void write(int value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(byte[] packet, int offset, int length) throws IOException {
      try {
        TimeUnit.MICROSECONDS.sleep(length);
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
      if (length == 2) {
        answers.add(PacketType.PINGRESP);
        answers.add(0);
      }
    }
  }

  /** Takes nothing. */
  private final class StuckPeer extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      try {
        over.await();
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
    }
  }

  private static final class Answers extends InputStream {
    private final BlockingQueue<Integer> answers;

    Answers(BlockingQueue<Integer> answers) {
      this.answers = answers;
    }

    @Override
    public int read() throws IOException {
      try {
        return answers.take();
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      target[offset] = (byte) read();
      return 1;
    }
  }
}
