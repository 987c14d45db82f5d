// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_DEAD_LETTER_DIR_UNUSABLE;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.Batch.MalformedPublish;
import io.github.mqttpartitioned.receiver.inbound.PublishParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes each dead letter of a partition to a file of its own in {@code deadLetterDir}. A file is
 * one line of JSON, which an editor, {@code jq} and Spark's JSON source read. It is complete and
 * durable, or it is not there: until then it has another name, which begins with a dot.
 *
 * <p>The name has source, partition, time of receipt and number. If the commit behind a file fails,
 * the broker sends the message again, and it gets another file. No file is ever removed.
 *
 * <p>Confined to the receiver thread.
 */
final class DeadLetterFiles {

  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterFiles.class);
  private static final JsonFactory JSON = new JsonFactory();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final Path directory;
  private final SourceSettings settings;
  private final int partition;

  private DeadLetterFiles(Path directory, SourceSettings settings, int partition) {
    this.directory = directory;
    this.settings = settings;
    this.partition = partition;
  }

  /** Null if the settings name no directory. */
  static @Nullable DeadLetterFiles of(SourceSettings settings, int partition) {
    String directory = settings.deadLetterDir();
    return directory == null ? null : new DeadLetterFiles(Path.of(directory), settings, partition);
  }

  /**
   * Creates the directory if it is missing, and tries to write a file.
   *
   * @throws MemberException when that fails
   */
  void requireWritable() {
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, ".probe", ".tmp"));
    } catch (IOException e) {
      throw MemberException.noDeadLetterDir(settings, partition, e);
    }
  }

  /**
   * Writes a file, durably. A failure is logged and does not stop the member: the store keeps the
   * dead letter all the same, though only its first 64 KiB.
   *
   * @param number of the dead letter within its store
   */
  void write(MalformedPublish message, long number) {
    Instant received = Instant.EPOCH.plus(message.receivedMicros(), ChronoUnit.MICROS);
    String name =
        "%s-p%d-%s-%d.json"
            .formatted(settings.sourceId(), partition, TIME.format(received), number);
    Path unfinished = directory.resolve("." + name + ".tmp");
    try {
      writeJson(unfinished, message, number, received);
      Files.move(unfinished, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
        entries.force(true);
      }
    } catch (IOException e) {
      remove(unfinished, e);
      LOG.warn(
          MQTT_DEAD_LETTER_DIR_UNUSABLE.message(
              """
              Dead letter %d of partition %d has no file, because %s cannot be written. The store \
              keeps its first 64 KiB. Check that the directory can be written to and that its disk \
              has room"""
                  .formatted(number, partition, directory.resolve(name))),
          e);
    }
  }

  private static void remove(Path unfinished, IOException cause) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private void writeJson(Path file, MalformedPublish message, long number, Instant received)
      throws IOException {
    ByteBuffer body = message.body();
    try (FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        JsonGenerator json = JSON.createGenerator(Channels.newOutputStream(channel))) {
      json.writeStartObject();
      json.writeStringField("source", settings.sourceId());
      json.writeNumberField("partition", partition);
      json.writeNumberField("number", number);
      json.writeStringField("receivedAt", received.toString());
      json.writeStringField("broker", settings.broker(partition).url());
      json.writeStringField("clientId", settings.clientId(partition));
      json.writeStringField("reason", message.reason());
      json.writeStringField("topic", topic(body));
      json.writeNumberField("qos", message.header() >>> 1 & 0b11);
      json.writeBooleanField("duplicate", (message.header() & PublishParser.DUP) != 0);
      json.writeBooleanField("retained", (message.header() & PublishParser.RETAIN) != 0);
      json.writeNumberField("packetId", message.packetId());
      json.writeNumberField("length", body.limit());
      json.writeFieldName("packet");
      // In pieces: a copy of a large packet is not made.
      json.writeBinary(body.array(), body.arrayOffset(), body.limit());
      json.writeEndObject();
      json.writeRaw('\n');
      json.flush();
      channel.force(true);
    }
  }

  /** What is not well-formed UTF-8 in it becomes U+FFFD. The packet has been read up to its id. */
  private static String topic(ByteBuffer body) {
    int length = Short.toUnsignedInt(body.getShort(0));
    return new String(body.array(), body.arrayOffset() + Short.BYTES, length, UTF_8);
  }
}
