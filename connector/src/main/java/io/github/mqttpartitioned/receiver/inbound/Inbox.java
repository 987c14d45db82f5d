// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Disconnect;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All that the wire thread and the receiver thread of one connection share.
 *
 * <p>The wire thread checks a batch out for each piece of the stream that it reads, and checks it
 * in before it reads again. So the lock is taken twice per read, never per message, and what has
 * been received can be taken while the wire thread waits for more. A batch that is full stays.
 * Otherwise it is checked out again and grows, as long as the receiver thread is busy or {@link
 * Linger} makes it wait.
 *
 * <p>When {@link #QUEUED_BATCHES} full batches wait, the wire thread waits, too. TCP's flow control
 * then stops the broker. Where memory is {@linkplain MemberMemory#isScarce scarce}, the wire thread
 * waits until all that it has handed over is committed.
 *
 * <p>Thread-safe: everything happens under the receiver's monitor, which is notified of every
 * change that the receiver thread has to know of.
 */
public final class Inbox {

  /** Most full batches that wait for the receiver thread. */
  static final int QUEUED_BATCHES = 8;

  /** What {@link #nanosUntilDue} returns when only a notification will change anything. */
  static final long NOT_DUE = Long.MAX_VALUE;

  private final Object monitor;
  private final String broker;
  private final MemberMemory memory;
  private final BooleanSupplier awaited;
  private final Deque<Batch> full = new ArrayDeque<>();
  private final Deque<Batch> free = new ArrayDeque<>();
  private final Linger linger;
  private final SubscriptionAnswers answers;
  private @Nullable Batch open;

  /** When the open batch, also while it is checked out, first had something in it; 0 for never. */
  private long openSince;

  private volatile boolean inPacket;
  private boolean closed;

  /** Batches taken and not given back. */
  private int taken;

  /** Acknowledgements owed for what has been taken. */
  private int takenOwed;

  /** Those of the batch that is checked out, when it was. */
  private int checkedOutOwed;

  private int idsInFlight;
  private @Nullable ConnAck connAck;
  private @Nullable Disconnect disconnect;
  private @Nullable Throwable end;

  /**
   * @param monitor the receiver thread sleeps on it
   * @param broker URL of the broker that the messages come from
   * @param memory what the connection's batches take is counted there
   * @param linger maximum time that a message waits for others
   * @param awaited whether somebody waits for the next message, so that it does not wait for others
   */
  public Inbox(
      Object monitor,
      String broker,
      MemberMemory memory,
      Duration linger,
      BooleanSupplier awaited) {
    this.monitor = monitor;
    this.broker = broker;
    this.memory = memory;
    this.linger = new Linger(linger);
    this.awaited = awaited;
    this.answers = new SubscriptionAnswers(monitor);
  }

  /** The connection's share of memory. */
  public MemberMemory memory() {
    return memory;
  }

  // Called by the wire thread, or another one of the connection's.

  /**
   * Takes the batch that is to grow, and waits when too many are full or memory is scarce.
   *
   * @return null when nothing more will be taken
   */
  @Nullable Batch checkOut() throws IOException {
    synchronized (monitor) {
      try {
        while (!closed && mustWait()) {
          monitor.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while the store was behind");
      }
      if (closed) {
        return null;
      }
      Batch batch = open != null ? open : free.poll();
      open = null;
      checkedOutOwed = batch == null ? 0 : owed(batch);
      return batch != null ? batch : new Batch(broker);
    }
  }

  private boolean mustWait() {
    return full.size() >= QUEUED_BATCHES || ((taken > 0 || !full.isEmpty()) && memory.isScarce());
  }

  /**
   * Gives a batch back for the receiver thread to take; it may grow until then.
   *
   * @param ids QoS 2 packet ids that the broker has not released yet
   */
  void checkIn(Batch batch, int ids) {
    batch.markReceived();
    synchronized (monitor) {
      idsInFlight = ids;
      open = batch;
      batch.count(memory);
      checkedOutOwed = 0;
      boolean first = openSince == 0;
      openSince = batch.receivedNanos();
      linger.arrived(owed());
      // Not for each piece of the stream: a receiver thread that lingers would wake up for nothing.
      if (first || nanosUntilDue(System.nanoTime()) == 0) {
        monitor.notifyAll();
      }
    }
  }

  /** Gives a batch back that is not to grow any more. */
  void checkInFull(Batch batch, int ids) {
    batch.markReceived();
    synchronized (monitor) {
      idsInFlight = ids;
      full.add(batch);
      batch.count(memory);
      checkedOutOwed = 0;
      openSince = 0;
      linger.arrived(owed());
      monitor.notifyAll();
    }
  }

  void connected(ConnAck packet) {
    synchronized (monitor) {
      connAck = packet;
      monitor.notifyAll();
    }
  }

  void disconnected(Disconnect packet) {
    synchronized (monitor) {
      disconnect = packet;
      monitor.notifyAll();
    }
  }

  /** Tells why the connection is over. The first cause counts. */
  public void end(Throwable cause) {
    synchronized (monitor) {
      if (end == null) {
        end = cause;
      }
      monitor.notifyAll();
    }
  }

  // Called by the receiver thread.

  /**
   * How long what has been received is to wait for more.
   *
   * @return 0 when it is to be taken now, {@link #NOT_DUE} when a notification will tell
   */
  public long nanosUntilDue(long now) {
    synchronized (monitor) {
      if (!full.isEmpty()) {
        return 0;
      }
      if (openSince == 0) {
        return NOT_DUE;
      }
      if (open != null) {
        // What is only to be acknowledged lingers all the same: nobody waits for it here.
        boolean isAwaited = !open.block().isEmpty() && awaited.getAsBoolean();
        return isAwaited ? 0 : Math.max(0, linger.nanosLeft(open, owed(), now));
      }
      // It is checked out. The wire thread sees whether it is due when it checks it in.
      long left = linger.dueAt(openSince) - now;
      return left > 0 ? left : NOT_DUE;
    }
  }

  /** Takes note whether a part of a packet has arrived, and the rest of it has not. */
  void inPacket(boolean now) {
    inPacket = now;
  }

  /**
   * Whether a part of a packet has arrived, and the rest has not. The rest may be on its way, or
   * waits until the members of this JVM have memory for it. Thread-safe.
   */
  public boolean isInPacket() {
    return inPacket;
  }

  /** Whether something was checked in and not taken, even if it is checked out again. */
  public boolean holdsSomething() {
    synchronized (monitor) {
      return !full.isEmpty() || openSince != 0;
    }
  }

  /** Whether {@link #take} would return something. */
  public boolean hasBatches() {
    synchronized (monitor) {
      return peek() != null;
    }
  }

  /**
   * Takes what has been received, in order of receipt; does not wait.
   *
   * @param mostBytes stops before the batches taken make more than this, but takes one at least
   */
  public List<Batch> take(long mostBytes) {
    synchronized (monitor) {
      if (full.isEmpty() && open != null && !open.isEmpty()) {
        linger.taken(open, owed(), System.nanoTime());
      }
      List<Batch> batches = new ArrayList<>(full.size() + 1);
      long bytes = 0;
      for (Batch next = peek(); next != null; next = peek()) {
        bytes += next.block().encodedLength();
        if (!batches.isEmpty() && bytes > mostBytes) {
          break;
        }
        batches.add(next);
        if (full.poll() == null) {
          open = null;
          openSince = 0;
        }
      }
      batches.forEach(batch -> takenOwed += owed(batch));
      taken += batches.size();
      monitor.notifyAll();
      return batches;
    }
  }

  private @Nullable Batch peek() {
    return !full.isEmpty() ? full.peek() : open != null && !open.isEmpty() ? open : null;
  }

  /**
   * Says how many acknowledgements are still owed for what has been taken, before others are sent:
   * the broker may answer those at once.
   */
  public void stillOwed(int acknowledgements) {
    synchronized (monitor) {
      takenOwed = acknowledgements;
    }
  }

  /**
   * Gives batches back whose content has been dealt with. They are kept for the next messages,
   * unless they are large or memory is scarce.
   */
  public void recycle(List<Batch> batches) {
    synchronized (monitor) {
      taken -= batches.size();
      for (Batch batch : batches) {
        batch.clear();
        if (MemberMemory.isLarge(batch.memoryBytes())) {
          batch.uncount(memory);
        } else {
          batch.count(memory);
          free.add(batch);
        }
      }
      if (memory.isScarce()) {
        dropFree();
      }
      monitor.notifyAll();
    }
  }

  /** Drops the batches that no message needs now. */
  public void shrink() {
    synchronized (monitor) {
      dropFree();
      if (open != null && open.isEmpty()) {
        open.uncount(memory);
        open = null;
      }
    }
  }

  private void dropFree() {
    free.forEach(batch -> batch.uncount(memory));
    free.clear();
  }

  /** From now on the wire thread gets no batch; those that it has checked in can be taken. */
  public void close() {
    synchronized (monitor) {
      closed = true;
      memory.refuse();
      monitor.notifyAll();
    }
  }

  /**
   * QoS 1 and 2 messages received whose exchange of acknowledgements is not over, but for those of
   * the piece that the wire thread has just read. At QoS 2 that is all that the broker has not
   * released, or is still to hear that it has. From any thread.
   */
  public int inFlight() {
    synchronized (monitor) {
      return end != null ? 0 : Math.max(owed(), idsInFlight);
    }
  }

  /** Acknowledgements that the broker waits for. */
  private int owed() {
    int owed = takenOwed + checkedOutOwed + (open == null ? 0 : owed(open));
    for (Batch batch : full) {
      owed += owed(batch);
    }
    return owed;
  }

  private static int owed(Batch batch) {
    return batch.acknowledgementsCount() + batch.withheldCount();
  }

  public @Nullable ConnAck connAck() {
    synchronized (monitor) {
      return connAck;
    }
  }

  /** SUBSCRIBE and UNSUBSCRIBE packets with their answers. */
  public SubscriptionAnswers answers() {
    return answers;
  }

  public @Nullable Disconnect disconnect() {
    synchronized (monitor) {
      return disconnect;
    }
  }

  /** Why the connection is over; null while it is not. */
  public @Nullable Throwable end() {
    synchronized (monitor) {
      return end;
    }
  }
}
