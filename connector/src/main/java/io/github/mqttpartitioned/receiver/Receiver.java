// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_FULL;

import io.github.mqttpartitioned.mqtt.Backoff;
import io.github.mqttpartitioned.mqtt.credentials.ClientCredentials;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.inbound.Inbox;
import io.github.mqttpartitioned.receiver.inbound.PoisonMessages;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the member of one partition: connects, takes what has arrived, appends it in one write
 * transaction, then acknowledges it; connects again when the connection ends.
 *
 * <p><b>Concurrency.</b> One thread, the receiver thread, does all of this and is the store's only
 * writer. It sleeps on {@link #signals}, which is notified of everything that the thread may have
 * to do: by the {@link Inbox} when messages have arrived or the connection has ended, by {@link
 * #progress}, by {@link #stop}. What other threads read is volatile.
 *
 * <p><b>No loss.</b> An acknowledgement is sent only after the commit that made its message
 * durable, and only on the connection that delivered the message. If a commit fails, the receiver
 * closes the connection: the broker then delivers again what was not acknowledged ([MQTT-4.4.0-1]).
 *
 * <p><b>A retired partition</b> gets no new messages. Its member unsubscribes and takes what the
 * broker still holds. When nothing has come for {@code drainTimeout} and everything is
 * acknowledged, the member ends its session. After that the receiver only trims.
 */
public final class Receiver {

  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  /** How often the receiver retries a store whose free pages are not adjacent. */
  private static final Duration RETRY_ROOM = Duration.ofSeconds(15);

  /** As long as the same failure comes again, one warning in this time is enough. */
  private static final Duration SAME_WARNING = Duration.ofSeconds(5);

  private final SourceSettings settings;
  private final int partition;
  private final PartitionStore store;
  private final LeaseCheck leaseCheck;
  private final GroupCommit groupCommit;
  private final Thread thread;
  private final ReceiverSignals signals = new ReceiverSignals();
  private final Backoff backoff;
  private final Reconnection reconnection;

  /** How long the last connection was usable. */
  private Duration lived = Duration.ZERO;

  /** The broker holds nothing more for a retired member, and the session has ended. */
  private boolean emptied;

  /** The last warning, and the time of it. */
  private String warning = "";

  private long warnedAt;

  private volatile State state = State.CONNECTING;
  private volatile @Nullable RuntimeException problem;
  private volatile @Nullable MemberConnection connection;

  /** A receiver whose partition has no other host, and whose work nobody measures. */
  public Receiver(SourceSettings settings, int partition, PartitionStore store) {
    this(settings, partition, store, CommitTimes.IGNORED);
  }

  /** A receiver whose partition has no other host. */
  public Receiver(SourceSettings settings, int partition, PartitionStore store, CommitTimes times) {
    this(settings, partition, store, times, LeaseCheck.ENDLESS, false);
  }

  /**
   * Prepares a receiver; {@link #start} starts it.
   *
   * @param store open for writing; the caller closes it, after {@link #join} has returned true
   * @param times told how long the receiver's work takes
   * @param leaseCheck asked whether the receiver may continue
   * @param connectedBefore whether an earlier host has been connected: then the receiver tries the
   *     broker indefinitely, else at first for {@code connectTimeout}
   */
  public Receiver(
      SourceSettings settings,
      int partition,
      PartitionStore store,
      CommitTimes times,
      LeaseCheck leaseCheck,
      boolean connectedBefore) {
    this(
        settings,
        partition,
        store,
        times,
        leaseCheck,
        connectedBefore,
        new Backoff(new SplittableRandom()));
  }

  Receiver(
      SourceSettings settings,
      int partition,
      PartitionStore store,
      CommitTimes times,
      LeaseCheck leaseCheck,
      boolean connectedBefore,
      Backoff backoff) {
    this.backoff = backoff;
    this.settings = settings;
    this.partition = partition;
    this.store = store;
    this.leaseCheck = leaseCheck;
    this.groupCommit =
        new GroupCommit(store, times, signals, DeadLetterFiles.of(settings, partition));
    this.thread = new Thread(this::run, "mqtt-receiver-" + partition);
    this.thread.setDaemon(true);
    MemberLog log = new MemberLog(LOG, settings, partition);
    boolean newcomer =
        !connectedBefore && settings.isFirstStart(partition) && store.extent().next() == 0;
    MemberContext member =
        new MemberContext(
            settings,
            partition,
            store,
            leaseCheck,
            times,
            groupCommit,
            new PoisonMessages(),
            new SubscribePackets(),
            log,
            signals,
            new ClientCredentials(
                settings.credentials(),
                settings.broker(partition),
                settings.clientId(partition),
                settings.connectTimeout()),
            newcomer,
            new FormerSession(settings, newcomer, new OwnFilters(store), signals, log));
    this.reconnection =
        new Reconnection(
            member,
            connectedBefore,
            backoff,
            settings.brokerMode().entryPoints(partition, settings.brokers()));
    // What lingers for others is due when somebody begins to wait for it.
    store.waiters().whenAny(signals::look);
  }

  /** Starts the receiver thread. */
  public void start() {
    thread.start();
  }

  /** Asks the receiver to store and acknowledge what has arrived, and to disconnect. */
  public void stop() {
    signals.stop();
  }

  /** As {@link #stop}, because the query stops: a session that is to end with it ends. */
  public void stopWithQuery() {
    signals.stopWithQuery();
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
    signals.progress(progress);
  }

  /** The partition's status. Cheap and thread-safe. */
  public PartitionStatus status() {
    return new PartitionStatus(
        state,
        problem,
        store.extent(),
        store.liveBytes(),
        groupCommit.counts(),
        store.waiters().highestAsked());
  }

  /** QoS 1 and 2 messages received whose acknowledgement is not over. Thread-safe. */
  public int inFlight() {
    MemberConnection current = connection;
    return current == null ? 0 : current.inFlight();
  }

  private void run() {
    try {
      groupCommit.requireWritable();
      while (!signals.isStopping() && !emptied) {
        if (!store.hasRoom()) {
          awaitRoom();
          continue;
        }
        RuntimeException end = live();
        // A full store has a wait of its own; any other failure could come again at once.
        if (!signals.isStopping() && !emptied && store.hasRoom()) {
          retryLater(end);
        }
      }
      if (emptied) {
        enter(State.RETIRED, null);
        LOG.info("Partition {} is retired: its session is empty and has ended", partition);
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
      LOG.error("Partition {} has failed and does not try again", partition, failure);
      enter(State.FAILED, failure);
      tellWaiters(failure);
    }
  }

  /**
   * A real-time task that waits for the next message would wait until its batch is over, and only
   * then would the query fail.
   */
  private void tellWaiters(RuntimeException failure) {
    try {
      leaseCheck.require();
    } catch (RuntimeException e) {
      // Another node has the partition by now. The tasks find it when this store is closed.
      return;
    }
    store.waiters().end(failure);
  }

  /**
   * Makes a connection and stays with it.
   *
   * @return why it ended
   */
  private RuntimeException live() throws InterruptedException {
    lived = Duration.ZERO;
    // A member that connects takes its session over from the client that has it.
    leaseCheck.require();
    try {
      store.requireHeld();
    } catch (StoreException.Unusable e) {
      enter(State.CONNECTING, e);
      return e;
    }
    MemberContext here = reconnection.here();
    MemberConnection life = new MemberConnection(here, () -> enter(State.CONNECTED, null));
    connection = life;
    try {
      emptied = life.live();
      return life.cause();
    } catch (MemberException e) {
      return e;
    } catch (IOException e) {
      return MemberException.unreachable(here.settings(), partition, e);
    } catch (StoreException.Full | StoreException.Unusable e) {
      enter(e instanceof StoreException.Full ? State.STORE_FULL : State.CONNECTING, e);
      return e;
    } finally {
      lived = life.lived();
      connection = null;
    }
  }

  private void awaitRoom() throws InterruptedException {
    LOG.warn(
        "Partition {} does not connect until its store has room, and the broker keeps the messages: {}",
        partition,
        problem == null ? MQTT_STORE_FULL.message("Its store is full") : problem.getMessage());
    trimUntil(store::hasRoom, State.STORE_FULL);
    if (!signals.isStopping()) {
      LOG.info("Partition {} has room in its store again", partition);
      reconnection.beginAgain();
      enter(State.CONNECTING, null);
    }
  }

  /** Trims when it may, until the receiver is to stop or {@code enough} is true. */
  private void trimUntil(BooleanSupplier enough, State meanwhile) throws InterruptedException {
    long retryAt = System.nanoTime() + RETRY_ROOM.toNanos();
    while (!signals.isStopping() && !enough.getAsBoolean()) {
      try {
        groupCommit.commit(List.of());
      } catch (StoreException.Full | StoreException.Unusable e) {
        // Readers release trimmed pages in time, and a disk may come back.
        pause(backoff.next(Duration.ZERO), meanwhile, e);
      }
      synchronized (signals) {
        while (!signals.isStopping() && !enough.getAsBoolean() && !groupCommit.hasTrim()) {
          long left = retryAt - System.nanoTime();
          if (left > 0) {
            TimeUnit.NANOSECONDS.timedWait(signals, left);
          } else {
            store.retryFragmented();
            retryAt = System.nanoTime() + RETRY_ROOM.toNanos();
          }
        }
      }
    }
  }

  /** Waits before the next attempt, or throws the cause if there is to be none. */
  private void retryLater(RuntimeException end) throws InterruptedException {
    RuntimeException cause = reconnection.cause(end, lived);
    boolean isSent = reconnection.follows(cause);
    if (isSent) {
      LOG.warn(
          "Partition {} goes to {}, where its broker sends it: {}",
          partition,
          reconnection.here().settings().broker(partition),
          cause.getMessage());
    }
    boolean isAnother = isSent || reconnection.triesNextUrl(cause);
    if (!isAnother || !reconnection.mayHurry(lived)) {
      pause(reconnection.waitAfter(cause, lived), State.CONNECTING, cause);
      return;
    }
    if (!isSent) {
      LOG.warn("Partition {} tries the next URL: {}", partition, cause.getMessage());
    }
    enter(State.CONNECTING, cause);
  }

  private void pause(Duration wait, State meanwhile, RuntimeException cause)
      throws InterruptedException {
    long until = System.nanoTime() + wait.toNanos();
    enter(meanwhile, cause);
    warn(wait, String.valueOf(cause.getMessage()));
    synchronized (signals) {
      for (long left = wait.toNanos();
          !signals.isStopping() && left > 0;
          left = until - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(signals, left);
      }
    }
  }

  private void warn(Duration wait, String why) {
    long now = System.nanoTime();
    if (!why.equals(warning) || now - warnedAt >= SAME_WARNING.toNanos()) {
      warning = why;
      warnedAt = now;
      LOG.warn("Partition {} tries again in {} ms: {}", partition, wait.toMillis(), why);
    }
  }

  private void enter(State next, @Nullable RuntimeException why) {
    problem = why;
    state = next;
    leaseCheck.changed();
  }
}
