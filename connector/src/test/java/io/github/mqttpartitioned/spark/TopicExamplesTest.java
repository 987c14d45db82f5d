// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.Sparkplug;
import io.github.mqttpartitioned.spark.read.TestMessage;
import io.github.mqttpartitioned.spark.read.TestMessage.Properties;
import io.github.mqttpartitioned.testkit.ProjectFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of docs/topics.md give the rows that it prints. */
class TopicExamplesTest extends SourceSparkFixture {

  private static final Pattern OPTION = Pattern.compile("`([a-zA-Z]+)=([^`]+)`");
  private static final Pattern MESSAGE = Pattern.compile("\\| `([^`]+)` \\| `([^`]+)` \\|");
  private static final Pattern BLOCKS =
      Pattern.compile("```sql\n(.*?)```\n\n```\n(.*?)```", Pattern.DOTALL);

  static Stream<String> examples() throws Exception {
    String page = Files.readString(ProjectFiles.of("docs/topics.md"));
    String section = page.substring(page.indexOf("\n## Examples"));
    return Arrays.stream(section.split("\n### ")).skip(1);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void exampleGivesItsRows(String example) throws Exception {
    List<String> options = new ArrayList<>();
    String given = example.lines().filter(line -> line.startsWith("Options: ")).findFirst().get();
    for (Matcher option = OPTION.matcher(given); option.find(); ) {
      options.addAll(List.of(option.group(1), option.group(2)));
    }
    assertThat(options).contains("topics", "topicColumns", "payloadType");
    List<TestMessage> messages = new ArrayList<>();
    for (Matcher message = MESSAGE.matcher(example); message.find(); ) {
      messages.add(
          new TestMessage(
              1, 1, false, false, message.group(1), bytes(message.group(2)), Properties.NONE));
    }
    Matcher blocks = BLOCKS.matcher(example);
    assertThat(blocks.find()).isTrue();
    node.append(0, messages);
    Dataset<Row> rows = messages(options.toArray(String[]::new));
    if (example.contains("FROM named")) {
      Sparkplug.withNames(rows).createOrReplaceTempView("named");
    } else {
      rows.createOrReplaceTempView("messages");
    }
    StreamingQuery query = start(spark.sql(blocks.group(1)), "example", "append");
    try {
      query.processAllAvailable();
    } finally {
      query.stop();
    }
    assertThat(spark.table("example").collectAsList())
        .extracting(TopicExamplesTest::text)
        .containsExactlyInAnyOrderElementsOf(blocks.group(2).lines().toList());
  }

  private static byte[] bytes(String payload) {
    return payload.startsWith("0x")
        ? HexFormat.of().parseHex(payload.substring(2))
        : payload.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Row row) {
    return row.mkString(", ");
  }
}
