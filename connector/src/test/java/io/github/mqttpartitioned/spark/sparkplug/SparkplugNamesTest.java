// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.Sparkplug;
import io.github.mqttpartitioned.sparkplug.TahuPayload;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Spark;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.eclipse.tahu.message.model.MetricDataType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkplugNamesTest {

  private static final StructType MESSAGES =
      new StructType()
          .add("topic", DataTypes.StringType)
          .add("payload", DataTypes.BinaryType)
          .add("offset", DataTypes.LongType);

  private static SparkSession spark;

  @TempDir Path temp;

  @BeforeAll
  static void startSpark() {
    spark = Spark.session().newSession();
    spark.conf().set("spark.sql.shuffle.partitions", 1);
  }

  private static Row nodeMessage(String type, String node, byte[] payload) {
    return RowFactory.create("spBv1.0/plant/" + type + "/" + node, payload, 0L);
  }

  private static Row deviceMessage(String type, String device, byte[] payload) {
    return RowFactory.create("spBv1.0/plant/" + type + "/n/" + device, payload, 0L);
  }

  private static byte[] birth(long millis, int bdSeq, Object... namesAndAliases) throws Exception {
    TahuPayload payload =
        new TahuPayload(millis, 0).named("bdSeq", MetricDataType.Int64, (long) bdSeq);
    for (int i = 0; i < namesAndAliases.length; i += 2) {
      payload.born(
          (String) namesAndAliases[i], (Integer) namesAndAliases[i + 1], MetricDataType.Int32, 0);
    }
    return payload.birth();
  }

  private static byte[] data(long millis, int seq, int alias, int value) throws Exception {
    return new TahuPayload(millis, seq).aliased(alias, MetricDataType.Int32, value).data();
  }

  private static byte[] death(int bdSeq) throws Exception {
    return new TahuPayload(1, -1).named("bdSeq", MetricDataType.Int64, (long) bdSeq).birth();
  }

  /** Runs a query over these messages: one micro-batch, on the checkpoint of the runs before. */
  private List<String> run(Row... messages) throws Exception {
    Path input = temp.resolve("input");
    Files.createDirectories(input);
    spark
        .createDataFrame(List.of(messages), MESSAGES)
        .coalesce(1)
        .write()
        .mode("append")
        .parquet(input.toString());
    List<String> rows = new ArrayList<>();
    Dataset<Row> named =
        Sparkplug.withNames(spark.readStream().schema(MESSAGES).parquet(input.toString()));
    StreamingQuery query =
        named
            .writeStream()
            .option("checkpointLocation", temp.resolve("checkpoint").toString())
            .trigger(Trigger.AvailableNow())
            .foreachBatch(
                (VoidFunction2<Dataset<Row>, Long>)
                    (batch, id) ->
                        batch
                            .selectExpr(
                                """
                                concat_ws(' ', sparkplug.message_type, sparkplug.birth,
                                  concat('seq_gap=', sparkplug.seq_gap),
                                  concat('bd_seq=', sparkplug.bd_seq),
                                  array_join(transform(
                                    filter(sparkplug.metrics, m -> coalesce(m.name, '') <> 'bdSeq'),
                                    m -> concat(coalesce(m.name, '?'), ':',
                                      coalesce(m.datatype, '?'), '=', m.long_value)), ','))""")
                            .collectAsList()
                            .forEach(row -> rows.add(row.getString(0))))
            .start();
    query.awaitTermination();
    return rows;
  }

  @Test
  void dataGetsTheNamesAndTypesOfItsBirth() throws Exception {
    assertThat(
            run(
                nodeMessage("NDATA", "n", data(12, 2, 1, -7)),
                deviceMessage("DDATA", "d", data(13, 3, 1, -8)),
                nodeMessage("NBIRTH", "n", birth(10, 4, "temp", 1, "rpm", 2)),
                deviceMessage(
                    "DBIRTH",
                    "d",
                    new TahuPayload(11, 1).born("volt", 1, MetricDataType.Int8, (byte) 1).birth())))
        .containsExactly(
            "NBIRTH known seq_gap=0 bd_seq=4 temp:Int32=0,rpm:Int32=0",
            "DBIRTH known seq_gap=0 bd_seq=4 volt:Int8=1",
            "NDATA known seq_gap=0 bd_seq=4 temp:Int32=-7",
            "DDATA known seq_gap=0 bd_seq=4 volt:Int8=-8");
    // Another run of the query, from the state in its checkpoint.
    assertThat(
            run(
                nodeMessage("NDATA", "n", data(15, 5, 2, 9)),
                nodeMessage("NDATA", "n", data(14, 4, 1, 8))))
        .containsExactly(
            "NDATA known seq_gap=0 bd_seq=4 temp:Int32=8",
            "NDATA known seq_gap=0 bd_seq=4 rpm:Int32=9");
  }

  @Test
  void rowsBeforeTheirBirthAreMarked() throws Exception {
    assertThat(run(nodeMessage("NDATA", "n", data(9, 3, 1, 7))))
        .containsExactly("NDATA missing ?:?=7");
    assertThat(run(nodeMessage("NBIRTH", "n", birth(10, 0, "temp", 1))))
        .containsExactly("NBIRTH known seq_gap=0 bd_seq=0 temp:Int32=0");
    assertThat(
            run(
                nodeMessage("NDATA", "n", data(9, 4, 1, 7)),
                nodeMessage("NDATA", "n", data(11, 1, 5, 7))))
        .containsExactly("NDATA missing ?:?=7", "NDATA missing seq_gap=0 bd_seq=0 ?:?=7");
  }

  @Test
  void gapsAndLateMessagesAreShown() throws Exception {
    assertThat(
            run(
                nodeMessage("NBIRTH", "n", birth(10, 0, "temp", 1)),
                nodeMessage("NDATA", "n", data(12, 3, 1, 1))))
        .endsWith("NDATA uncertain seq_gap=2 bd_seq=0 temp:Int32=1");
    assertThat(
            run(
                nodeMessage("NDATA", "n", data(11, 2, 1, 2)),
                nodeMessage("NDATA", "n", data(11, 1, 1, 3))))
        .containsExactly(
            "NDATA uncertain seq_gap=-3 bd_seq=0 temp:Int32=3",
            "NDATA known seq_gap=-2 bd_seq=0 temp:Int32=2");
    assertThat(run(nodeMessage("NDATA", "n", data(13, 4, 1, 4))))
        .containsExactly("NDATA known seq_gap=0 bd_seq=0 temp:Int32=4");
  }

  @Test
  void rebirthChangesAliasesAndLateDataKeepsTheFormerOnes() throws Exception {
    run(nodeMessage("NBIRTH", "n", birth(10, 0, "temp", 1)));
    assertThat(
            run(
                nodeMessage("NDATA", "n", data(11, 1, 1, 1)),
                nodeMessage("NBIRTH", "n", birth(20, 1, "rpm", 1)),
                nodeMessage("NDATA", "n", data(21, 1, 1, 2))))
        .containsExactly(
            "NDATA known seq_gap=0 bd_seq=0 temp:Int32=1",
            "NBIRTH known seq_gap=0 bd_seq=1 rpm:Int32=0",
            "NDATA known seq_gap=0 bd_seq=1 rpm:Int32=2");
    assertThat(run(nodeMessage("NDATA", "n", data(12, 2, 1, 3))))
        .containsExactly("NDATA known seq_gap=0 bd_seq=0 temp:Int32=3");
  }

  @Test
  void deathEndsItsOwnSessionAlone() throws Exception {
    assertThat(
            run(
                nodeMessage("NDEATH", "n", death(0)),
                nodeMessage("NBIRTH", "n", birth(10, 0, "temp", 1))))
        .containsExactly("NBIRTH known seq_gap=0 bd_seq=0 temp:Int32=0", "NDEATH known bd_seq=0 ");
    assertThat(run(nodeMessage("NDATA", "n", data(11, 1, 1, 1))))
        .containsExactly("NDATA ended seq_gap=0 bd_seq=0 temp:Int32=1");
    run(nodeMessage("NBIRTH", "n", birth(20, 1, "temp", 1)));
    assertThat(
            run(nodeMessage("NDEATH", "n", death(0)), nodeMessage("NDATA", "n", data(21, 1, 1, 1))))
        .contains("NDATA known seq_gap=0 bd_seq=1 temp:Int32=1");
  }

  @Test
  void aBirthThatComesTwiceChangesNothing() throws Exception {
    byte[] birth = birth(10, 0, "temp", 1);
    run(
        nodeMessage("NBIRTH", "n", birth),
        deviceMessage(
            "DBIRTH",
            "d",
            new TahuPayload(11, 1).born("volt", 1, MetricDataType.Int8, (byte) 1).birth()));
    run(nodeMessage("NBIRTH", "n", birth));
    assertThat(run(deviceMessage("DDATA", "d", data(13, 2, 1, 8))))
        .hasSize(1)
        .allMatch(row -> row.endsWith("volt:Int8=8"));
  }

  @Test
  void aDeviceMayBeBornBeforeItsEdgeNode() throws Exception {
    run(
        nodeMessage("NBIRTH", "n", birth(10, 0, "temp", 1)),
        deviceMessage("DBIRTH", "d", device(11, "volt")));
    run(deviceMessage("DBIRTH", "d", device(21, "amp")));
    run(nodeMessage("NBIRTH", "n", birth(20, 1, "temp", 1)));
    assertThat(
            run(
                deviceMessage("DDATA", "d", data(22, 2, 1, 7)),
                deviceMessage("DDATA", "d", data(12, 2, 1, 6))))
        .containsExactly(
            "DDATA uncertain seq_gap=0 bd_seq=0 volt:Int8=6",
            "DDATA known seq_gap=0 bd_seq=1 amp:Int8=7");
  }

  private static byte[] device(long millis, String name) throws Exception {
    return new TahuPayload(millis, 1).born(name, 1, MetricDataType.Int8, (byte) 1).birth();
  }

  @Test
  void extremeNumbersDoNotEndTheQuery() throws Exception {
    long[] times = {Long.MAX_VALUE, Long.MAX_VALUE / 1000, Long.MIN_VALUE, -1, 0};
    List<Row> messages = new ArrayList<>();
    for (long time : times) {
      for (long seq : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 256, 255}) {
        byte[] payload =
            bytes("08", time, "18", seq, "12", bytes("10", -1L, "18", time, "58", Long.MIN_VALUE));
        messages.add(nodeMessage("NBIRTH", "n", payload));
        messages.add(deviceMessage("DBIRTH", "d", payload));
        messages.add(deviceMessage("DDATA", "d", payload));
        messages.add(nodeMessage("NDEATH", "n", payload));
      }
    }
    assertThat(run(messages.toArray(Row[]::new))).hasSameSizeAs(messages);
    assertThat(run(messages.toArray(Row[]::new))).hasSameSizeAs(messages);
  }

  /** Tags in hexadecimal, each with a number or with a message behind it. */
  private static byte[] bytes(Object... fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Object field : fields) {
      if (field instanceof String tag) {
        bytes.writeBytes(HexFormat.of().parseHex(tag));
      } else if (field instanceof byte[] message) {
        bytes.write(message.length);
        bytes.writeBytes(message);
      } else {
        long rest = (Long) field;
        for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
          bytes.write((int) (rest & 0x7F) | 0x80);
        }
        bytes.write((int) rest);
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void otherMessagesPassUnchanged() throws Exception {
    Dataset<Row> named =
        Sparkplug.withNames(
            spark.createDataFrame(
                List.of(
                    RowFactory.create("spBv1.0/STATE/host", new byte[] {'{'}, 7L),
                    RowFactory.create("factory/a", null, 8L),
                    RowFactory.create("spBv1.0/g/DBIRTH/n/", new byte[] {8, 1}, 10L),
                    RowFactory.create(null, null, 11L),
                    RowFactory.create("spBv1.0/g/NDATA/n", new byte[] {'{'}, 9L)),
                MESSAGES));
    assertThat(named.schema().fieldNames())
        .containsExactly("topic", "payload", "offset", "sparkplug");
    assertThat(
            named
                .selectExpr(
                    "concat_ws(' ', offset, sparkplug.message_type, sparkplug.birth,"
                        + " sparkplug is null)")
                .collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactlyInAnyOrder("7 true", "8 true", "9 NDATA false", "10 true", "11 true");
  }

  @Test
  void missingColumnsAreAnError() {
    Dataset<Row> text = spark.sql("select 'a' as topic, 'b' as payload");
    assertThatThrownBy(() -> Sparkplug.withNames(text))
        .hasMessageStartingWith("[MQTT_SPARKPLUG_COLUMNS]")
        .hasMessageContaining("needs a column payload of type BINARY");
    Dataset<Row> there = spark.sql("select 'a' as topic, X'00' as payload, 1 as SparkPlug");
    assertThatThrownBy(() -> Sparkplug.withNames(there)).hasMessageContaining("Rename it");
  }

  @Test
  void manyNodesInAnyOrderWithinBatchesAreNamedRightly() throws Exception {
    Seeded.run(1, this::manyNodes);
  }

  private void manyNodes(Random random) throws Exception {
    int nodes = 40;
    for (int session = 0; session < 3; session++) {
      List<Row> messages = new ArrayList<>();
      int expected = 0;
      for (int node = 0; node < nodes; node++) {
        long begin = session * 1_000L + 1;
        // An alias means another metric in each session.
        messages.add(
            nodeMessage(
                "NBIRTH", "n" + node, birth(begin, session, "m" + session + "-" + node, 1)));
        for (int i = 1; i <= 300; i++) {
          messages.add(
              nodeMessage(
                  "NDATA", "n" + node, data(begin + i / 3, i & 255, 1, session * 1000 + node)));
          expected++;
        }
      }
      Collections.shuffle(messages, random);
      List<String> rows = run(messages.toArray(Row[]::new));
      int number = session;
      assertThat(rows).hasSize(messages.size());
      List<String> data = rows.stream().filter(row -> row.startsWith("NDATA")).toList();
      assertThat(data).hasSize(expected);
      for (int node = 0; node < nodes; node++) {
        String name = "m" + session + "-" + node;
        String row =
            "NDATA known seq_gap=0 bd_seq=%d %s:Int32=%d"
                .formatted(number, name, number * 1000 + node);
        assertThat(data.stream().filter(row::equals)).hasSize(300);
      }
    }
  }
}
