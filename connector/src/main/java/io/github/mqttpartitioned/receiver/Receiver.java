// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the member of one partition: connect, take what has arrived, append it in one write
 * transaction, then acknowledge it; connect again when the connection ends.
 *
 * <p><b>Concurrency.</b> One thread, the receiver thread, does all of this and is the store's only
 * writer. It sleeps on {@link #wishes}, which is notified of everything that it may have to do: by
 * the {@link Inbox} when messages have arrived or the connection has ended, by {@link #progress},
 * by {@link #stop}. What other threads read is volatile.
 *
 * <p><b>Nothing lost.</b> Acknowledgements go out only behind the commit that made their messages
 * durable, and only on the connection that the messages came by. When a commit fails, the
 * connection is closed: the broker then delivers again whatever was not acknowledged
 * ([MQTT-4.4.0-1]).
 *
 * <p><b>A retired partition</b> gets no new messages: its member unsubscribes, takes what the
 * broker still holds, and once nothing has come for a while and all is acknowledged, ends its
 * session. What remains to be done is to trim.
 */
public final class Receiver {

  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  /** How often a store is tried whose free pages do not lie side by side. */
  private static final Duration RETRY_ROOM = Duration.ofSeconds(15);

  /** Who takes a session over twice within this time is no former holder. */
  private static final Duration TAKEOVERS = Duration.ofMinutes(1);

  private final SourceSettings settings;
  private final int partition;
  private final PartitionStore store;
  private final LeaseCheck tenure;
  private final boolean connectedBefore;
  private final GroupCommit groupCommit;
  private final Thread thread;
  private final ReceiverSignals wishes = new ReceiverSignals();
  private final MemberContext member;
  private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
  private long mustConnectBy;
  private long takenBackAt = System.nanoTime() - TAKEOVERS.toNanos();

  /** Of a retired member: the broker holds nothing for it any more, and its session has ended. */
  private boolean emptied;

  private volatile State state = State.CONNECTING;
  private volatile @Nullable RuntimeException problem;
  private volatile @Nullable MemberConnection connection;

  /** As below, alone with its partition, and telling nobody how long its work takes. */
  public Receiver(SourceSettings settings, int partition, PartitionStore store) {
    this(settings, partition, store, CommitTimes.IGNORED);
  }

  /** As below, alone with its partition. */
  public Receiver(SourceSettings settings, int partition, PartitionStore store, CommitTimes times) {
    this(settings, partition, store, times, LeaseCheck.ENDLESS, false);
  }

  /**
   * @param store open for writing; stays the caller's to close once {@link #join} has returned true
   * @param times told how long its work takes
   * @param tenure asked whether the receiver may go on
   * @param connectedBefore whether an earlier holder has been connected: then the broker is tried
   *     for ever, else at first for {@code connectTimeout}
   */
  public Receiver(
      SourceSettings settings,
      int partition,
      PartitionStore store,
      CommitTimes times,
      LeaseCheck tenure,
      boolean connectedBefore) {
    this.settings = settings;
    this.partition = partition;
    this.store = store;
    this.tenure = tenure;
    this.connectedBefore = connectedBefore;
    this.groupCommit =
        new GroupCommit(store, times, wishes, DeadLetterFiles.of(settings, partition));
    this.thread = new Thread(this::run, "mqtt-receiver-" + partition);
    this.thread.setDaemon(true);
    this.member =
        new MemberContext(
            settings,
            partition,
            store,
            tenure,
            times,
            groupCommit,
            new PoisonMessages(),
            new MemberLog(LOG, settings, partition),
            wishes);
    this.mustConnectBy = System.nanoTime() + settings.connectTimeout().toNanos();
  }

  public void start() {
    thread.start();
  }

  /** Asks the receiver to store and acknowledge what has arrived, and to disconnect. */
  public void stop() {
    wishes.stop();
  }

  /**
   * Waits for the receiver's end after {@link #stop}.
   *
   * @return whether it has ended within {@code timeout}
   */
  public boolean join(Duration timeout) throws InterruptedException {
    thread.join(timeout.toMillis());
    return !thread.isAlive();
  }

  /**
   * Spark has come so far: the member acknowledges what it has withheld below one offset, the store
   * drops blocks below the other. Lower offsets than before change nothing.
   */
  public void progress(Progress progress) {
    wishes.progress(progress);
  }

  /** How the partition is doing. Cheap, from any thread. */
  public PartitionStatus status() {
    return new PartitionStatus(
        state, problem, store.extent(), store.liveBytes(), groupCommit.counts());
  }

  /** QoS 1 and 2 messages received whose acknowledgement is not over yet. From any thread. */
  public int inFlight() {
    MemberConnection current = connection;
    return current == null ? 0 : current.inFlight();
  }

  private void run() {
    try {
      groupCommit.requireWritable();
      while (!wishes.isStopping() && !emptied) {
        if (!store.hasRoom()) {
          awaitRoom();
          continue;
        }
        RuntimeException end = live();
        // A store that has no room is waited for; any other failure could come again at once.
        if (!wishes.isStopping() && !emptied && store.hasRoom()) {
          retryLater(end);
        }
      }
      if (emptied) {
        enter(State.RETIRED, null);
        LOG.info("Partition {} is retired: its session has been emptied and ended", partition);
        trimUntil(() -> false, State.RETIRED);
      }
      enter(State.STOPPED, null);
    } catch (InterruptedException e) {
      enter(State.STOPPED, null);
    } catch (RuntimeException | Error e) {
      RuntimeException failure =
          e instanceof RuntimeException known
              ? known
              : MemberException.broken(settings, partition, e);
      LOG.error("Partition {} has stopped for good", partition, failure);
      enter(State.FAILED, failure);
    }
  }

  /**
   * One life of a connection.
   *
   * @return why it ended
   */
  private RuntimeException live() throws InterruptedException {
    // A member that connects takes its session over from whoever has it.
    tenure.require();
    try {
      store.requireHeld();
    } catch (StoreException.Unusable e) {
      enter(State.CONNECTING, e);
      return e;
    }
    MemberConnection life = new MemberConnection(member, new Listener());
    connection = life;
    try {
      emptied = life.live();
      return life.cause();
    } catch (MemberException e) {
      return e;
    } catch (IOException e) {
      return MemberException.unreachable(settings, partition, e);
    } catch (StoreException.Full | StoreException.Unusable e) {
      enter(e instanceof StoreException.Full ? State.STORE_FULL : State.CONNECTING, e);
      return e;
    } finally {
      connection = null;
    }
  }

  private final class Listener implements MemberConnection.Listener {
    @Override
    public void connected() {
      enter(State.CONNECTED, null);
    }

    @Override
    public void stored() {
      backoff.reset();
    }
  }

  private void awaitRoom() throws InterruptedException {
    LOG.warn(
        "Partition {} is off its broker, which keeps the messages meanwhile: {}",
        partition,
        problem == null ? "its store is full" : problem.getMessage());
    trimUntil(store::hasRoom, State.STORE_FULL);
    if (!wishes.isStopping()) {
      LOG.info("Partition {} has room in its store again", partition);
      mustConnectBy = System.nanoTime() + settings.connectTimeout().toNanos();
      backoff.reset();
      enter(State.CONNECTING, null);
    }
  }

  /** Trims whenever it may, until the receiver is to stop or something else holds. */
  private void trimUntil(BooleanSupplier enough, State meanwhile) throws InterruptedException {
    long retryAt = System.nanoTime() + RETRY_ROOM.toNanos();
    while (!wishes.isStopping() && !enough.getAsBoolean()) {
      try {
        groupCommit.commit(List.of());
      } catch (StoreException.Full | StoreException.Unusable e) {
        // Readers that keep trimmed pages move on; a disk may come back.
        pause(backoff.next(), meanwhile, e);
      }
      synchronized (wishes) {
        while (!wishes.isStopping() && !enough.getAsBoolean() && !groupCommit.hasTrim()) {
          long left = retryAt - System.nanoTime();
          if (left > 0) {
            TimeUnit.NANOSECONDS.timedWait(wishes, left);
          } else {
            store.retryFragmented();
            retryAt = System.nanoTime() + RETRY_ROOM.toNanos();
          }
        }
      }
    }
  }

  /** Waits for the next attempt, or throws when there shall be none. */
  private void retryLater(RuntimeException cause) throws InterruptedException {
    Duration wait = backoff.next();
    boolean connectedOnce = connectedBefore || groupCommit.counts().connections() > 0;
    if ((cause instanceof MemberException member && member.isFinal() && !takesBack(member))
        || (!connectedOnce && System.nanoTime() + wait.toNanos() - mustConnectBy >= 0)) {
      throw cause;
    }
    pause(wait, State.CONNECTING, cause);
  }

  /**
   * Whether the member takes its session back, which another client has. A former holder that did
   * not know yet may have connected late; any other client would do so again, for ever.
   */
  private boolean takesBack(MemberException cause) {
    long now = System.nanoTime();
    if (!cause.isTakeover()
        || !tenure.mayOverlap()
        || now - takenBackAt < TAKEOVERS.toNanos()
        || !isStoreHeld()) {
      return false;
    }
    takenBackAt = now;
    return true;
  }

  private boolean isStoreHeld() {
    try {
      store.requireHeld();
      return true;
    } catch (StoreException.Unusable e) {
      LOG.info("Partition {} has another holder: {}", partition, e.getMessage());
      return false;
    }
  }

  private void pause(Duration wait, State meanwhile, RuntimeException cause)
      throws InterruptedException {
    long until = System.nanoTime() + wait.toNanos();
    enter(meanwhile, cause);
    LOG.warn("{}. Next attempt in {} ms", cause.getMessage(), wait.toMillis());
    synchronized (wishes) {
      for (long left = wait.toNanos();
          !wishes.isStopping() && left > 0;
          left = until - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(wishes, left);
      }
    }
  }

  private void enter(State next, @Nullable RuntimeException why) {
    problem = why;
    state = next;
    tenure.changed();
  }
}
