// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.NumberedMessages;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.spark.sql.ForeachWriter;
import org.apache.spark.sql.Row;

/**
 * A {@code foreach} sink that is idempotent by partition and offset: each task appends its rows to
 * a file of its own, one write for each row, and who reads takes each offset once. A row that was
 * written survives the kill of its process.
 */
final class RowFiles extends ForeachWriter<Row> {

  private static final long serialVersionUID = 1L;

  private static final int RECORD = Integer.BYTES + 2 * Long.BYTES;

  private final String folder;
  private transient FileChannel file;
  private transient ByteBuffer row;

  RowFiles(Path folder) {
    this.folder = folder.toString();
  }

  @Override
  public boolean open(long partition, long batch) {
    try {
      Path directory = Files.createDirectories(Path.of(folder));
      file =
          FileChannel.open(
              directory.resolve(batch + "-" + partition + "-" + UUID.randomUUID()),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE);
      row = ByteBuffer.allocate(RECORD);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void process(Row each) {
    row.clear();
    row.putInt(each.<Integer>getAs("partition"));
    row.putLong(each.<Long>getAs("offset"));
    row.putLong(ByteBuffer.wrap(each.<byte[]>getAs("payload")).getLong());
    row.flip();
    try {
      file.write(row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close(Throwable error) {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What a sink has got.
   *
   * @param numbers of the messages, by partition and offset
   * @param written rows, each time counted
   */
  record Content(Map<List<Long>, Long> numbers, long written) {

    /** Compares the messages with what was sent: each offset counts once. */
    SequenceCheck.Result against(Map<Integer, Long> sent) {
      SequenceCheck check = new SequenceCheck();
      numbers
          .values()
          .forEach(
              number ->
                  check.received(
                      NumberedMessages.publisher(number), NumberedMessages.sequence(number)));
      return check.against(sent);
    }

    /** Checks that the offsets of each partition have no gap. */
    void checkDense(int partitions) {
      Map<Long, Long> highest = new HashMap<>();
      Map<Long, Long> count = new HashMap<>();
      numbers
          .keySet()
          .forEach(
              place -> {
                highest.merge(place.get(0), place.get(1), Math::max);
                count.merge(place.get(0), 1L, Long::sum);
              });
      assertThat(count).hasSize(partitions);
      count.forEach(
          (partition, rows) ->
              assertThat(rows).as("rows of %d", partition).isEqualTo(highest.get(partition) + 1));
    }
  }

  /**
   * Reads the sink.
   *
   * @throws AssertionError if an offset was given with two messages
   */
  static Content read(Path folder) throws IOException {
    Map<List<Long>, Long> numbers = new HashMap<>();
    long written = 0;
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    }
    for (Path each : files) {
      byte[] content = Files.readAllBytes(each);
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
      for (int record = 0; record < content.length / RECORD; record++) {
        List<Long> place = List.of((long) in.readInt(), in.readLong());
        long number = in.readLong();
        Long known = numbers.putIfAbsent(place, number);
        assertThat(known == null || known == number).as("%s has one message", place).isTrue();
        written++;
      }
    }
    return new Content(numbers, written);
  }
}
