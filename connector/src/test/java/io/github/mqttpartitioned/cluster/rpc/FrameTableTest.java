// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import static java.util.stream.Collectors.joining;

import io.github.mqttpartitioned.testkit.GeneratedPart;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables of docs/formats.md are the records that a {@link Frame} can be. */
class FrameTableTest {

  @ParameterizedTest
  @CsvSource({"requests, Request", "answers, Answer", "start-messages, StartMessage"})
  void pageHasTheTableOfTheRecords(String part, String sort) throws IOException {
    Class<?> frames =
        Stream.of(Frame.class.getPermittedSubclasses())
            .filter(each -> each.getSimpleName().equals(sort))
            .findAny()
            .orElseThrow();
    GeneratedPart.of("docs/formats.md", part).requireOrUpdate(table(frames));
  }

  private static String table(Class<?> frames) {
    return Stream.of(frames.getPermittedSubclasses())
        .sorted(Comparator.comparing(FrameTableTest::kind))
        .map(
            frame ->
                "| `%s` | %d | %s |".formatted(frame.getSimpleName(), kind(frame), fields(frame)))
        .collect(
            joining(
                "\n",
                "| %s | kind | fields |\n| --- | --- | --- |\n".formatted(frames.getSimpleName()),
                ""));
  }

  private static int kind(Class<?> frame) {
    try {
      return frame.getDeclaredField("KIND").getInt(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("%s has no constant KIND".formatted(frame), e);
    }
  }

  private static String fields(Class<?> frame) {
    RecordComponent[] fields = frame.getRecordComponents();
    return fields.length == 0
        ? "none"
        : Stream.of(fields).map(FrameTableTest::field).collect(joining(", "));
  }

  private static String field(RecordComponent field) {
    String type = field.getGenericType().getTypeName().replaceAll("\\w+\\.|\\w+\\$", "");
    return "`%s` (%s)".formatted(field.getName(), type.replace("<", " of ").replace(">", ""));
  }
}
