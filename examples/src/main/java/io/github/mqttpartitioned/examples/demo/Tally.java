// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.examples.demo.BatchCount.Messages;
import io.github.mqttpartitioned.examples.demo.BatchCount.Origin;
import io.github.mqttpartitioned.examples.load.PublishedMarks;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
  private final long seenBefore;

  private long lastBatch;
  private long processed;
  private long duplicated;
  private long repeatedByBroker;
  private long foreign;

  private Tally(Path file, String run, Map<String, RunTally> runs, long lastBatch) {
    this.file = file;
    this.run = run;
    this.runs = runs;
    this.lastBatch = lastBatch;
    this.seenBefore = runs.values().stream().mapToLong(RunTally::seen).sum();
  }

  /**
   * Goes on from what was saved.
   *
   * @param run that begins now
   * @param marks of this run, and of earlier ones that did not end in order
   */
  static Tally open(Path file, String run, Map<String, PublishedMarks> marks) throws IOException {
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
    return new Tally(file, run, runs, lastBatch);
  }

  /** Notes a batch, durably; one that has been noted before changes nothing. */
  synchronized void add(long batch, BatchCount count) throws IOException {
    if (batch <= lastBatch) {
      return;
    }
    foreign += count.foreign();
    for (Map.Entry<Origin, Messages> each : count.messages()) {
      add(each.getKey(), each.getValue());
    }
    lastBatch = batch;
    save();
  }

  private void add(Origin origin, Messages messages) {
    long all = messages.numbers().count() + messages.repeated();
    RunTally own = runs.get(origin.run());
    if (own == null) {
      foreign += all;
      return;
    }
    long again = messages.repeated() + own.addAll(origin.gateway(), messages.numbers());
    if (isRepeatedByBroker(origin)) {
      repeatedByBroker += again;
      processed += all - again;
    } else {
      duplicated += again;
      processed += all;
    }
  }

  /**
   * Whether messages seen before were received anew, after the broker had been killed with the run
   * that they are from.
   */
  private boolean isRepeatedByBroker(Origin origin) {
    return origin.recent() && !origin.run().equals(run);
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
