package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.model.PartitionStatus;
import io.github.mqttpartitioned.model.PartitionStatus.Counts;
import io.github.mqttpartitioned.model.PartitionStatus.State;
import io.github.mqttpartitioned.model.SourceSettings;
import io.github.mqttpartitioned.receiver.ControlPackets.ConnAck;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
 * writer. It sleeps on {@link #monitor}, which is notified of everything that it may have to do: by
 * the {@link Inbox} when messages have arrived or the connection has ended, by {@link #trim}, by
 * {@link #stop}. What other threads read is volatile.
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

  /** After this long without a message, buffers are given back. */
  private static final Duration IDLE = Duration.ofSeconds(2);

  /** How often a store is tried whose free pages do not lie side by side. */
  private static final Duration RETRY_ROOM = Duration.ofSeconds(15);

  /** How long a broker may take to end a connection after DISCONNECT. */
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private static final Counts CONNECTION = new Counts(0, 0, 0, 0, 0, 0, 1, 0);

  private final SourceSettings settings;
  private final int partition;
  private final PartitionStore store;
  private final Tenure tenure;
  private final CommitTimes times;
  private final GroupCommit groupCommit;
  private final Thread thread;
  private final Object monitor = new Object();
  private final PoisonMessages poison = new PoisonMessages();
  private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
  private final MemberLog memberLog;
  private final boolean retired;
  private long mustConnectBy;

  /** Of a retired member: the broker holds nothing for it any more, and its session has ended. */
  private boolean emptied;

  /** Spark is done with everything below. */
  private volatile long processed;

  private volatile boolean stopping;
  private volatile State state = State.CONNECTING;
  private volatile @Nullable RuntimeException problem;

  /** What the present connection has brought, while there is one. */
  private volatile @Nullable Inbox connection;

  /**
   * @param store open for writing; stays the caller's to close once {@link #join} has returned true
   */
  public Receiver(SourceSettings settings, int partition, PartitionStore store) {
    this(settings, partition, store, CommitTimes.IGNORED, Tenure.ENDLESS);
  }

  /** As above, and tells how long its work takes. */
  public Receiver(SourceSettings settings, int partition, PartitionStore store, CommitTimes times) {
    this(settings, partition, store, times, Tenure.ENDLESS);
  }

  /**
   * As above, for as long as {@code tenure} allows.
   *
   * @param tenure asked whether the receiver may go on
   */
  public Receiver(
      SourceSettings settings,
      int partition,
      PartitionStore store,
      CommitTimes times,
      Tenure tenure) {
    this.settings = settings;
    this.partition = partition;
    this.store = store;
    this.times = times;
    this.tenure = tenure;
    this.groupCommit = new GroupCommit(store, times);
    this.thread = new Thread(this::run, "mqtt-receiver-" + partition);
    this.thread.setDaemon(true);
    this.memberLog = new MemberLog(LOG, settings, partition);
    this.retired = settings.isRetired(partition);
    this.mustConnectBy = System.nanoTime() + settings.connectTimeout().toNanos();
  }

  public void start() {
    thread.start();
  }

  /** Asks the receiver to store and acknowledge what has arrived, and to disconnect. */
  public void stop() {
    synchronized (monitor) {
      stopping = true;
      monitor.notifyAll();
    }
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

  /** Allows the store to drop blocks wholly below {@code before}. An older wish changes nothing. */
  public void trim(long before) {
    synchronized (monitor) {
      groupCommit.requestTrim(before);
      monitor.notifyAll();
    }
  }

  /**
   * Has what lies below {@code before} acknowledged, if it was not when it was stored. A lower
   * offset than before changes nothing.
   */
  public void processed(long before) {
    synchronized (monitor) {
      if (before > processed) {
        processed = before;
        monitor.notifyAll();
      }
    }
  }

  /** How the partition is doing. Cheap, from any thread. */
  public PartitionStatus status() {
    return new PartitionStatus(
        state, problem, store.extent(), store.liveBytes(), groupCommit.counts());
  }

  /** QoS 1 and 2 messages received whose acknowledgement is not over yet. From any thread. */
  public int inFlight() {
    Inbox current = connection;
    return current == null ? 0 : current.inFlight();
  }

  private void run() {
    try {
      while (!stopping && !emptied) {
        if (!store.hasRoom()) {
          awaitRoom();
          continue;
        }
        RuntimeException end = live();
        // A store that has no room is waited for; any other failure could come again at once.
        if (!stopping && !emptied && store.hasRoom()) {
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
    Inbox inbox = new Inbox(monitor, settings.broker(partition).url());
    connection = inbox;
    WithheldAcknowledgements withheld = new WithheldAcknowledgements();
    PublishParser parser = new PublishParser(settings.ackMode(), store.inFlight(), poison);
    try (PahoSession session =
        new PahoSession(settings, partition, inbox, parser, Receiver::nowMicros)) {
      session.open();
      boolean empty = takeAll(session, inbox, withheld);
      if (inbox.end() == null && empty) {
        session.endSession();
        emptied = true;
        awaitEnd(inbox);
      } else {
        leave(session, inbox);
      }
      return ConnectionEnd.cause(inbox, settings, partition);
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

  /** Pumps, and takes what has arrived when that is over. */
  private boolean takeAll(PahoSession session, Inbox inbox, WithheldAcknowledgements withheld)
      throws InterruptedException {
    try {
      boolean empty = pump(session, inbox, withheld);
      inbox.close();
      do {
        commitAndAcknowledge(session, inbox, withheld);
      } while (inbox.hasBatches());
      return empty;
    } catch (StoreException.Full e) {
      inbox.close();
      leave(session, inbox);
      throw e;
    }
  }

  private void leave(PahoSession session, Inbox inbox) throws InterruptedException {
    if (inbox.end() == null) {
      session.disconnect(0);
      awaitEnd(inbox);
    }
  }

  /**
   * Takes, appends, acknowledges, until the connection ends or the receiver is to stop.
   *
   * @return true when it is over because the session of a retired member is empty
   */
  private boolean pump(PahoSession session, Inbox inbox, WithheldAcknowledgements withheld)
      throws InterruptedException {
    long deadline = System.nanoTime() + settings.connectTimeout().toNanos();
    boolean subscribed = false;
    while (await(inbox, withheld, subscribed, deadline)) {
      boolean busy = inbox.hasBatches() || !withheld.isEmpty();
      if (!subscribed) {
        subscribed = checkSubscribed(inbox, deadline);
        busy |= subscribed;
      }
      if (commitAndAcknowledge(session, inbox, withheld)) {
        backoff.reset();
      }
      if (busy) {
        // SUBACK stands behind what the session had in store: a broker that sends is not silent.
        deadline = System.nanoTime() + patience(subscribed).toNanos();
      } else if (retired && subscribed && deadline - System.nanoTime() <= 0) {
        return true;
      }
    }
    return false;
  }

  private Duration patience(boolean subscribed) {
    return subscribed ? settings.drainTimeout() : settings.connectTimeout();
  }

  /**
   * Waits for something to do.
   *
   * @return false when the connection has ended or the receiver is to stop
   */
  private boolean await(
      Inbox inbox, WithheldAcknowledgements withheld, boolean subscribed, long deadline)
      throws InterruptedException {
    synchronized (monitor) {
      boolean mustWake = !subscribed || (retired && withheld.isEmpty());
      long wakeAt = mustWake ? deadline : System.nanoTime() + IDLE.toNanos();
      while (true) {
        if (stopping || inbox.end() != null) {
          return false;
        }
        if (inbox.hasBatches() || groupCommit.hasTrim() || withheld.isDue(processed)) {
          return true;
        }
        long wait = wakeAt - System.nanoTime();
        if ((!subscribed && Preflight.isAnswered(inbox, settings, partition))
            || (mustWake && wait <= 0)) {
          return true;
        }
        if (wait > 0) {
          TimeUnit.NANOSECONDS.timedWait(monitor, wait);
        } else {
          inbox.shrink();
          monitor.wait();
        }
      }
    }
  }

  /**
   * Lets the broker end the connection that it was told to. A socket that is closed with data
   * unread resets the connection, and the broker might never see the last acknowledgements.
   */
  private void awaitEnd(Inbox inbox) throws InterruptedException {
    synchronized (monitor) {
      long until = System.nanoTime() + GOODBYE.toNanos();
      for (long left = GOODBYE.toNanos();
          inbox.end() == null && left > 0;
          left = until - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(monitor, left);
      }
    }
  }

  private boolean commitAndAcknowledge(
      PahoSession session, Inbox inbox, WithheldAcknowledgements withheld) {
    // A commit that is larger than the store would never get through.
    List<Batch> arrived = inbox.take(store.maxBlockBytes());
    List<Batch> batches = new ArrayList<>(arrived);
    if (withheld.isDue(processed)) {
      Batch due = new Batch(settings.broker(partition).url());
      withheld.takeDue(processed, due);
      batches.add(0, due);
    }
    long offset = store.extent().next();
    boolean stored = groupCommit.commit(batches);
    if (!batches.isEmpty()) {
      tenure.require();
    }
    long acknowledgements = 0;
    for (Batch batch : batches) {
      memberLog.setAside(batch);
      withheld.add(batch, offset);
      offset += batch.block().count();
      if (batch.acknowledgementsLength() > 0) {
        try {
          session.send(batch.acknowledgements(), batch.acknowledgementsLength());
          acknowledgements += batch.acknowledgementsCount();
          times.acknowledged(System.nanoTime() - batch.receivedNanos());
        } catch (IOException e) {
          inbox.end(e);
        }
      }
    }
    if (acknowledgements > 0) {
      groupCommit.count(new Counts(0, 0, 0, 0, acknowledgements, 0, 0, 0));
    }
    inbox.recycle(arrived, withheld.size());
    tenure.changed();
    return stored;
  }

  /** Whether the member is subscribed now, or retired; it has a time limit for that. */
  private boolean checkSubscribed(Inbox inbox, long deadline) {
    ConnAck connAck = inbox.connAck();
    if (connAck == null || !Preflight.isAnswered(inbox, settings, partition)) {
      if (System.nanoTime() - deadline >= 0) {
        inbox.end(
            MemberException.silent(
                settings, partition, connAck == null ? "CONNECT" : "SUBSCRIBE or UNSUBSCRIBE"));
      }
      return false;
    }
    Preflight.check(connAck, settings, partition);
    Preflight.checkAnswers(inbox, settings, partition);
    boolean first = groupCommit.counts().connections() == 0;
    groupCommit.count(CONNECTION);
    enter(State.CONNECTED, null);
    memberLog.connected(connAck, first && store.extent().next() == 0);
    return true;
  }

  private void awaitRoom() throws InterruptedException {
    LOG.warn(
        "Partition {} is off its broker, which keeps the messages meanwhile: {}",
        partition,
        problem == null ? "its store is full" : problem.getMessage());
    trimUntil(store::hasRoom, State.STORE_FULL);
    if (!stopping) {
      LOG.info("Partition {} has room in its store again", partition);
      mustConnectBy = System.nanoTime() + settings.connectTimeout().toNanos();
      backoff.reset();
      enter(State.CONNECTING, null);
    }
  }

  /** Trims whenever it may, until the receiver is to stop or something else holds. */
  private void trimUntil(BooleanSupplier enough, State meanwhile) throws InterruptedException {
    long retryAt = System.nanoTime() + RETRY_ROOM.toNanos();
    while (!stopping && !enough.getAsBoolean()) {
      try {
        groupCommit.commit(List.of());
      } catch (StoreException.Full | StoreException.Unusable e) {
        // Readers that keep trimmed pages move on; a disk may come back.
        pause(backoff.next(), meanwhile, e);
      }
      synchronized (monitor) {
        while (!stopping && !enough.getAsBoolean() && !groupCommit.hasTrim()) {
          long left = retryAt - System.nanoTime();
          if (left > 0) {
            TimeUnit.NANOSECONDS.timedWait(monitor, left);
          } else {
            store.retryScattered();
            retryAt = System.nanoTime() + RETRY_ROOM.toNanos();
          }
        }
      }
    }
  }

  /** Waits for the next attempt, or throws when there shall be none. */
  private void retryLater(RuntimeException cause) throws InterruptedException {
    Duration wait = backoff.next();
    boolean connectedOnce = groupCommit.counts().connections() > 0;
    if ((cause instanceof MemberException member && member.isFinal())
        || (!connectedOnce && System.nanoTime() + wait.toNanos() - mustConnectBy >= 0)) {
      throw cause;
    }
    pause(wait, State.CONNECTING, cause);
  }

  private void pause(Duration wait, State meanwhile, RuntimeException cause)
      throws InterruptedException {
    long until = System.nanoTime() + wait.toNanos();
    enter(meanwhile, cause);
    LOG.warn("{}. Next attempt in {} ms", cause.getMessage(), wait.toMillis());
    synchronized (monitor) {
      for (long left = wait.toNanos(); !stopping && left > 0; left = until - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(monitor, left);
      }
    }
  }

  private void enter(State next, @Nullable RuntimeException why) {
    problem = why;
    state = next;
    tenure.changed();
  }

  private static long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }
}
