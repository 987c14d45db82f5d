package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.model.PartitionStatus;
import io.github.mqttpartitioned.model.PartitionStatus.Counts;
import io.github.mqttpartitioned.model.PartitionStatus.State;
import io.github.mqttpartitioned.model.SourceSettings;
import io.github.mqttpartitioned.receiver.ControlPackets.ConnAck;
import io.github.mqttpartitioned.receiver.ControlPackets.Disconnect;
import io.github.mqttpartitioned.receiver.ControlPackets.SubAck;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
 */
public final class Receiver {

  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  /** After this long without a message, buffers are given back. */
  private static final Duration IDLE = Duration.ofSeconds(2);

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
  private final long mustConnectBy;

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
      while (!stopping) {
        if (!store.hasRoom()) {
          awaitRoom();
          continue;
        }
        RuntimeException end = live();
        // A store that has no room is waited for; any other failure could come again at once.
        if (!stopping && store.hasRoom()) {
          retryLater(end);
        }
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
    PublishParser parser = new PublishParser(store.inFlight(), poison);
    try (PahoSession session =
        new PahoSession(settings, partition, inbox, parser, Receiver::nowMicros)) {
      session.open();
      pump(session, inbox);
      inbox.close();
      while (inbox.hasBatches()) {
        commitAndAcknowledge(session, inbox);
      }
      if (inbox.end() == null) {
        session.disconnect(0);
        awaitEnd(inbox);
      }
      return whyEnded(inbox);
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

  /** Takes, appends, acknowledges, until the connection ends or the receiver is to stop. */
  private void pump(PahoSession session, Inbox inbox) throws InterruptedException {
    long deadline = System.nanoTime() + settings.connectTimeout().toNanos();
    boolean subscribed = false;
    while (await(inbox, subscribed, deadline)) {
      if (!subscribed) {
        subscribed = checkSubscribed(inbox, deadline);
      }
      if (commitAndAcknowledge(session, inbox)) {
        backoff.reset();
        // SUBACK stands behind what the session had in store: a broker that sends is not silent.
        deadline = System.nanoTime() + settings.connectTimeout().toNanos();
      }
    }
  }

  /**
   * Waits for something to do.
   *
   * @return false when the connection has ended or the receiver is to stop
   */
  private boolean await(Inbox inbox, boolean subscribed, long deadline)
      throws InterruptedException {
    synchronized (monitor) {
      long wakeAt = subscribed ? System.nanoTime() + IDLE.toNanos() : deadline;
      while (true) {
        if (stopping || inbox.end() != null) {
          return false;
        }
        if (inbox.hasBatches() || groupCommit.hasTrim()) {
          return true;
        }
        long wait = wakeAt - System.nanoTime();
        if (!subscribed && (inbox.subAck() != null || wait <= 0)) {
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

  private boolean commitAndAcknowledge(PahoSession session, Inbox inbox) {
    // A commit that is larger than the store would never get through.
    List<Batch> batches = inbox.take(store.maxBlockBytes());
    boolean stored = groupCommit.commit(batches);
    if (!batches.isEmpty()) {
      tenure.require();
    }
    long acknowledgements = 0;
    for (Batch batch : batches) {
      logSetAside(batch);
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
    inbox.recycle(batches);
    tenure.changed();
    return stored;
  }

  /** Whether the member is subscribed now; it has a time limit for that. */
  private boolean checkSubscribed(Inbox inbox, long deadline) {
    ConnAck connAck = inbox.connAck();
    SubAck subAck = inbox.subAck();
    if (connAck == null || subAck == null) {
      if (System.nanoTime() - deadline >= 0) {
        inbox.end(
            MemberException.silent(settings, partition, connAck == null ? "CONNECT" : "SUBSCRIBE"));
      }
      return false;
    }
    Preflight.check(connAck, settings, partition);
    Preflight.check(subAck, settings, partition);
    boolean first = groupCommit.counts().connections() == 0;
    groupCommit.count(CONNECTION);
    enter(State.CONNECTED, null);
    logConnected(connAck, first && store.extent().next() == 0);
    return true;
  }

  private void logConnected(ConnAck connAck, boolean firstEver) {
    LOG.info(
        "Partition {} connected to {} as {}, session {}",
        partition,
        settings.broker(partition),
        settings.clientId(partition),
        connAck.sessionPresent() ? "resumed" : "new");
    if (!connAck.sessionPresent() && !firstEver && settings.qos() > 0) {
      LOG.warn(
          "{} has no session of {} any more: what was published while partition {} was away may be"
              + " lost. Check the broker's persistence and session expiry",
          settings.broker(partition),
          settings.clientId(partition),
          partition);
    }
    long asked = settings.sessionExpiry().toSeconds();
    if (connAck.sessionExpiry() >= 0 && connAck.sessionExpiry() < asked) {
      LOG.warn(
          "{} keeps the session of {} for {} s only, sessionExpiry asks for {} s",
          settings.broker(partition),
          settings.clientId(partition),
          connAck.sessionExpiry(),
          asked);
    }
  }

  private void logSetAside(Batch batch) {
    for (Batch.SetAside message : batch.setAside()) {
      LOG.error(
          "Partition {} has set a malformed message aside that {} keeps sending: {}. Its {} bytes"
              + " are kept in the store, no row is made of it",
          partition,
          settings.broker(partition),
          message.reason(),
          message.packet().remaining());
    }
  }

  /** What ended a connection, the most telling cause first. */
  private RuntimeException whyEnded(Inbox inbox) {
    ConnAck connAck = inbox.connAck();
    if (connAck != null) {
      Preflight.check(connAck, settings, partition);
    }
    Disconnect disconnect = inbox.disconnect();
    if (disconnect != null) {
      if (disconnect.reasonCode() == Disconnect.SESSION_TAKEN_OVER) {
        return MemberException.takenOver(settings, partition);
      }
      if (disconnect.reasonCode() == Disconnect.NO_SHARED_SUBSCRIPTIONS) {
        return MemberException.noSharedSubscriptions(settings, partition);
      }
      return MemberException.ended(
          settings, partition, disconnect.reasonCode(), disconnect.reason());
    }
    Throwable end = inbox.end();
    if (end == null) {
      return new IllegalStateException("stopped");
    }
    if (end instanceof MalformedPacketException malformed) {
      return MemberException.malformed(settings, partition, malformed);
    }
    if (end instanceof MemberException member) {
      return member;
    }
    if (end instanceof RuntimeException || end instanceof Error) {
      return MemberException.broken(settings, partition, end);
    }
    return connAck == null
        ? MemberException.unreachable(settings, partition, end)
        : MemberException.lost(settings, partition, end);
  }

  private void awaitRoom() throws InterruptedException {
    LOG.warn(
        "Partition {} is off its broker, which keeps the messages meanwhile: {}",
        partition,
        problem == null ? "its store is full" : problem.getMessage());
    while (!stopping && !store.hasRoom()) {
      try {
        groupCommit.commit(List.of());
      } catch (StoreException.Full | StoreException.Unusable e) {
        // Readers that keep trimmed pages move on; a disk may come back.
        pause(backoff.next(), State.STORE_FULL, e);
      }
      synchronized (monitor) {
        while (!stopping && !store.hasRoom() && !groupCommit.hasTrim()) {
          monitor.wait();
        }
      }
    }
    if (!stopping) {
      LOG.info("Partition {} has room in its store again", partition);
      backoff.reset();
      enter(State.CONNECTING, null);
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
