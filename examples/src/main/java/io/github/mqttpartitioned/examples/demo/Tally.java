package io.github.mqttpartitioned.examples.demo;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Accounts for every message: seen once, seen again, or published and never seen.
 *
 * <p>It is the query's sink, and does what a sink must for "exactly once": the tally and the number
 * of the batch that it includes are saved together, as a whole or not at all, before Spark notes
 * the batch as done. A batch that Spark repeats after a crash is recognised by its number.
 * Thread-safe.
 */
final class Tally {

  /**
   * A message as it came out of the query.
   *
   * @param run of the sensors
   * @param device place among {@link Factory}'s devices, -1 when it has none of that name
   * @param sequence number within the device's messages of the run
   * @param receivedMillis when the connector received it
   */
  record Seen(String run, int device, long sequence, long receivedMillis) {}

  /**
   * The sums.
   *
   * @param published messages that this run had to process: published by it, or left over
   * @param processed messages that the query has given out in this run, each time counted
   * @param missing published, and not yet processed; in the end, lost
   * @param duplicated messages given out again
   * @param repeatedByBroker messages that a broker which was killed with an earlier run has sent
   *     again, as new ones; not counted as duplicated
   * @param foreign messages that are not from this demo's sensors
   */
  record Sums(
      long published,
      long processed,
      long missing,
      long duplicated,
      long repeatedByBroker,
      long foreign) {}

  private static final int NO_BATCH = -1;

  private final Path file;
  private final String run;
  private final Map<String, RunTally> runs;
  private final long brokerStartedMillis;
  private final long seenBefore;

  private long lastBatch;
  private long processed;
  private long duplicated;
  private long repeatedByBroker;
  private long foreign;

  private Tally(
      Path file, String run, Map<String, RunTally> runs, long brokerStartedMillis, long lastBatch) {
    this.file = file;
    this.run = run;
    this.runs = runs;
    this.brokerStartedMillis = brokerStartedMillis;
    this.lastBatch = lastBatch;
    this.seenBefore = runs.values().stream().mapToLong(RunTally::seen).sum();
  }

  /**
   * Goes on from what was saved.
   *
   * @param run that begins now
   * @param marks of this run, and of earlier ones that did not end in order
   * @param brokerStartedMillis when the embedded broker started; 0 when the broker is not ours, and
   *     has not died with an earlier run
   */
  static Tally open(
      Path file, String run, Map<String, PublishedMarks> marks, long brokerStartedMillis)
      throws IOException {
    Map<String, RunTally> runs = new TreeMap<>();
    marks.forEach((name, own) -> runs.put(name, RunTally.of(own)));
    long lastBatch = NO_BATCH;
    if (Files.exists(file)) {
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
        lastBatch = in.readLong();
        for (int left = in.readInt(); left > 0; left--) {
          String name = in.readUTF();
          RunTally saved = RunTally.readFrom(in, marks.getOrDefault(name, PublishedMarks.NONE));
          runs.replace(name, saved);
        }
      }
    }
    return new Tally(file, run, runs, brokerStartedMillis, lastBatch);
  }

  /** Notes a batch, durably; one that has been noted before changes nothing. */
  synchronized void add(long batch, List<Seen> messages) throws IOException {
    if (batch <= lastBatch) {
      return;
    }
    messages.forEach(this::add);
    processed += messages.size();
    lastBatch = batch;
    save();
  }

  private void add(Seen message) {
    RunTally own = runs.get(message.run());
    if (own == null || message.device() < 0) {
      foreign++;
      processed--;
    } else if (!own.add(message.device(), message.sequence())) {
      if (isRepeatedByBroker(message)) {
        repeatedByBroker++;
        processed--;
      } else {
        duplicated++;
      }
    }
  }

  /**
   * Whether a message seen before was received anew, after the broker had been killed with the run
   * that the message is from.
   */
  private boolean isRepeatedByBroker(Seen message) {
    return !message.run().equals(run)
        && brokerStartedMillis > 0
        && message.receivedMillis() >= brokerStartedMillis;
  }

  /** The sums as they are now. */
  synchronized Sums sums() {
    long published = 0;
    long missing = 0;
    for (RunTally own : runs.values()) {
      missing += own.missing();
      published += own.published();
    }
    return new Sums(
        published - seenBefore, processed, missing, duplicated, repeatedByBroker, foreign);
  }

  private void save() throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(draft)))) {
      out.writeLong(lastBatch);
      out.writeInt(runs.size());
      for (Map.Entry<String, RunTally> own : runs.entrySet()) {
        out.writeUTF(own.getKey());
        own.getValue().writeTo(out);
      }
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
