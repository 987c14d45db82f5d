// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sparkplug;

import io.github.mqttpartitioned.spark.sparkplug.Birth.Definition;
import io.github.mqttpartitioned.spark.sparkplug.SparkplugNames.Places;
import io.github.mqttpartitioned.sparkplug.SparkplugMetric;
import io.github.mqttpartitioned.sparkplug.SparkplugPayload;
import io.github.mqttpartitioned.sparkplug.SparkplugTopic;
import io.github.mqttpartitioned.sparkplug.SparkplugTopic.MessageType;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.function.FlatMapGroupsWithStateFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.streaming.GroupState;
import org.jspecify.annotations.Nullable;

/**
 * Names the metrics of one edge node's messages in one micro-batch.
 *
 * <p>The messages come from several members, in any order. They are taken by the time of their
 * payload and, within a millisecond, by their sequence number. An NDEATH is the will of its
 * session, made when the session began: its time says nothing, so it is taken last, and its bdSeq
 * says which session has ended.
 */
final class SparkplugStep implements FlatMapGroupsWithStateFunction<String, Row, Row, Row> {

  private static final long serialVersionUID = 1L;

  private static final String BD_SEQ = "bdSeq";

  private final Places places;

  SparkplugStep(Places places) {
    this.places = places;
  }

  /** One message, taken apart. */
  private record Message(
      Row row, SparkplugTopic topic, @Nullable SparkplugPayload payload, long millis) {

    MessageType type() {
      return topic.type();
    }

    String device() {
      return topic.device() == null ? "" : topic.device();
    }

    List<SparkplugMetric> metrics() {
      return payload == null ? List.of() : payload.metrics();
    }

    /** {@link Birth#NO_SEQ} for none. */
    int seq() {
      Long seq = payload == null ? null : payload.seq();
      return !type().isNumbered() || seq == null || seq < 0 || seq > BirthSession.MAX_SEQ
          ? Birth.NO_SEQ
          : seq.intValue();
    }

    @Nullable Long bdSeq() {
      for (SparkplugMetric metric : metrics()) {
        if (BD_SEQ.equals(metric.name())
            && metric.value(metric.datatype()) instanceof Long number) {
          return number;
        }
      }
      return null;
    }
  }

  @Override
  public Iterator<Row> call(String group, Iterator<Row> rows, GroupState<Row> state) {
    List<Row> named = new ArrayList<>();
    List<Message> messages = new ArrayList<>();
    rows.forEachRemaining(
        row -> {
          SparkplugTopic topic = SparkplugTopic.parse(row.getString(places.topic()));
          if (topic == null) {
            named.add(extended(row, null));
          } else {
            messages.add(message(row, topic));
          }
        });
    if (messages.isEmpty()) {
      return named.iterator();
    }
    EdgeNode node = EdgeNode.of(state.exists() ? state.get() : null);
    messages.sort(Comparator.comparingLong(Message::millis));
    for (int from = 0; from < messages.size(); ) {
      int until = endOfMillisecond(messages, from);
      List<Message> together = messages.subList(from, until);
      order(together, node.nextSeq());
      together.forEach(message -> named.add(name(message, node)));
      from = until;
    }
    if (!node.isEmpty()) {
      state.update(node.state());
    }
    return named.iterator();
  }

  /**
   * Orders the messages of one millisecond by their sequence numbers, which begin anew with an
   * NBIRTH. Before an NBIRTH is only what continues the session that comes before it.
   *
   * @param next the number that continues that session
   */
  private static void order(List<Message> together, int next) {
    if (together.stream().noneMatch(message -> message.type() == MessageType.NBIRTH)) {
      together.sort(Comparator.comparingInt(message -> following(message, next)));
      return;
    }
    BitSet numbers = new BitSet();
    together.stream().mapToInt(Message::seq).filter(seq -> seq >= 0).forEach(numbers::set);
    int begun = numbers.nextClearBit(0);
    int continued = 0;
    while (continued <= BirthSession.MAX_SEQ
        && numbers.get((next + continued) & BirthSession.MAX_SEQ)) {
      continued++;
    }
    int before = continued;
    together.sort(
        Comparator.comparingInt(
            message ->
                message.type().isBirth()
                        || message.seq() < begun
                        || following(message, next) >= before
                    ? before + (message.seq() & BirthSession.MAX_SEQ)
                    : following(message, next)));
  }

  /** How many numbers a message is behind the one that comes next. */
  private static int following(Message message, int next) {
    return (message.seq() - next) & BirthSession.MAX_SEQ;
  }

  private static int endOfMillisecond(List<Message> messages, int from) {
    int until = from + 1;
    while (until < messages.size() && messages.get(until).millis() == messages.get(from).millis()) {
      until++;
    }
    return until;
  }

  private Message message(Row row, SparkplugTopic topic) {
    byte[] bytes = (byte[]) row.get(places.payload());
    SparkplugPayload payload = bytes == null ? null : SparkplugPayload.parse(bytes);
    if (topic.type() == MessageType.NDEATH) {
      return new Message(row, topic, payload, Long.MAX_VALUE);
    }
    Long sent = payload == null ? null : payload.timestamp();
    return new Message(row, topic, payload, sent == null ? received(row) : sent);
  }

  private long received(Row row) {
    if (places.time() < 0 || row.isNullAt(places.time())) {
      return 0;
    }
    Object time = row.get(places.time());
    return time instanceof Instant instant ? instant.toEpochMilli() : ((Timestamp) time).getTime();
  }

  private Row name(Message message, EdgeNode node) {
    BirthSession session = session(message, node);
    Long bdSeq = session == null ? message.bdSeq() : session.bdSeq();
    Integer gap = null;
    boolean isNewest = session != null && session.isBehind(message.millis());
    if (session != null && message.seq() >= 0) {
      gap =
          message.type() == MessageType.NBIRTH
              ? (Integer) 0
              : session.arrived(message.seq(), message.millis());
    }
    Birth birth =
        session == null ? null : session.before(message.device(), message.millis(), message.seq());
    boolean[] complete = {true};
    Object[] metrics =
        message.metrics().stream().map(metric -> row(metric, birth, complete)).toArray();
    SparkplugPayload payload = message.payload();
    SparkplugTopic topic = message.topic();
    return extended(
        message.row(),
        RowFactory.create(
            topic.group(),
            topic.type().name(),
            topic.edgeNode(),
            topic.device(),
            payload == null ? null : time(payload.timestamp()),
            payload == null ? null : payload.seq(),
            payload == null ? null : payload.uuid(),
            bdSeq,
            gap,
            payload == null
                ? null
                : birth(message, session, complete[0], isNewest && gap != null && gap < 0),
            payload == null ? null : metrics));
  }

  /** The session of a message, after the message has had its effect on the edge node's sessions. */
  private static @Nullable BirthSession session(Message message, EdgeNode node) {
    switch (message.type()) {
      case NBIRTH, DBIRTH -> {
        if (message.payload() == null) {
          return node.at(message.millis());
        }
        BirthSession session =
            message.type() == MessageType.NBIRTH
                ? node.born(message.bdSeq(), message.millis(), message.seq())
                : node.bornDevice(message.millis());
        session.add(
            new Birth(message.device(), message.millis(), message.seq(), message.metrics()));
        return session;
      }
      case NDEATH -> {
        List<BirthSession> ended = node.numbered(message.bdSeq());
        ended.forEach(BirthSession::end);
        return ended.isEmpty() ? null : ended.get(0);
      }
      default -> {
        return node.at(message.millis());
      }
    }
  }

  /**
   * @param turnsBack whether the number goes back while time goes on: it is late, or of a session
   *     whose NBIRTH has not come
   */
  private static String birth(
      Message message, @Nullable BirthSession session, boolean complete, boolean turnsBack) {
    if (message.type().isBirth() || message.type() == MessageType.NDEATH) {
      return "known";
    }
    if (!complete || session == null) {
      return "missing";
    }
    if (turnsBack || session.isIncomplete()) {
      return "uncertain";
    }
    return session.isEnded() ? "ended" : "known";
  }

  private Row row(SparkplugMetric metric, @Nullable Birth birth, boolean[] complete) {
    Definition definition = birth == null ? null : birth.find(metric);
    String name = metric.name();
    if (name == null) {
      name = definition == null ? null : definition.name();
      complete[0] &= name != null;
    }
    return RowFactory.create(
        SparkplugColumns.metric(
            metric,
            name,
            metric.datatype() != null || definition == null
                ? metric.datatype()
                : definition.datatype(),
            external()));
  }

  private SparkplugColumns.Types external() {
    return new SparkplugColumns.Types() {
      @Override
      public @Nullable Object text(@Nullable String text) {
        return text;
      }

      @Override
      public @Nullable Object time(@Nullable Long millis) {
        return SparkplugStep.this.time(millis);
      }
    };
  }

  private @Nullable Object time(@Nullable Long millis) {
    if (SparkplugColumns.micros(millis) == null) {
      return null;
    }
    long known = Objects.requireNonNull(millis);
    return places.java8Times() ? Instant.ofEpochMilli(known) : new Timestamp(known);
  }

  private static Row extended(Row row, @Nullable Row decoded) {
    @Nullable Object[] values = new @Nullable Object[row.size() + 1];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    values[row.size()] = decoded;
    return RowFactory.create(values);
  }
}
