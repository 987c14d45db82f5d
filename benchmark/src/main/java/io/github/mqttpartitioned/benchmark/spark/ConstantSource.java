// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.spark;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.execution.vectorized.ConstantColumnVector;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * A source with the columns of the connector that reads nothing: each row is the same, in one
 * micro-batch. What a query over it costs is what Spark alone costs. Its class is the name of its
 * format; its options are {@link #PARTITIONS}, {@link #ROWS} and {@link #PAYLOAD}.
 */
public final class ConstantSource implements TableProvider {

  /** Number of partitions. */
  public static final String PARTITIONS = "partitions";

  /** Rows of each partition. */
  public static final String ROWS = "rows";

  /** Bytes of each payload. */
  public static final String PAYLOAD = "payloadBytes";

  private static final StructType SCHEMA =
      new MqttColumns(PayloadType.BINARY, false, List.of()).schema();

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return SCHEMA;
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return new ConstantTable();
  }

  private static final class ConstantTable implements SupportsRead {
    @Override
    public String name() {
      return "constant";
    }

    @Override
    @SuppressWarnings("deprecation")
    public StructType schema() {
      return SCHEMA;
    }

    @Override
    public Set<TableCapability> capabilities() {
      return Set.of(TableCapability.MICRO_BATCH_READ);
    }

    @Override
    public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
      Rows rows =
          new Rows(
              options.getInt(PARTITIONS, 1), options.getLong(ROWS, 1), options.getInt(PAYLOAD, 0));
      return () -> new ConstantScan(rows);
    }
  }

  private record ConstantScan(Rows rows) implements Scan {
    @Override
    public StructType readSchema() {
      return SCHEMA;
    }

    @Override
    public MicroBatchStream toMicroBatchStream(String checkpointLocation) {
      return rows;
    }
  }

  /** The one micro-batch, from "0" to "1". */
  private record Rows(int partitions, long rows, int payload) implements MicroBatchStream {
    @Override
    public Offset initialOffset() {
      return new Position("0");
    }

    @Override
    public Offset latestOffset() {
      return new Position("1");
    }

    @Override
    public Offset deserializeOffset(String json) {
      return new Position(json);
    }

    @Override
    public InputPartition[] planInputPartitions(Offset start, Offset end) {
      return IntStream.range(0, partitions)
          .mapToObj(partition -> new Part(rows, payload))
          .toArray(InputPartition[]::new);
    }

    @Override
    public PartitionReaderFactory createReaderFactory() {
      return new Factory();
    }

    @Override
    public void commit(Offset end) {}

    @Override
    public void stop() {}
  }

  private static final class Position extends Offset {
    private final String json;

    Position(String json) {
      this.json = json;
    }

    @Override
    public String json() {
      return json;
    }
  }

  private record Part(long rows, int payload) implements InputPartition {}

  private record Factory() implements PartitionReaderFactory {
    @Override
    public boolean supportColumnarReads(InputPartition partition) {
      return true;
    }

    @Override
    public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
      Part part = (Part) partition;
      return new Reader(part.rows(), part.payload());
    }

    @Override
    public PartitionReader<InternalRow> createReader(InputPartition partition) {
      throw new UnsupportedOperationException("every read is columnar");
    }
  }

  /** Batches as large as the blocks of a backlog. */
  private static final class Reader implements PartitionReader<ColumnarBatch> {
    private static final int MOST = BlockBuilder.FULL_MESSAGES;

    private final ColumnarBatch batch;
    private final int rowsPerBatch;
    private long left;

    Reader(long rows, int payload) {
      this.left = rows;
      this.rowsPerBatch = Math.min(MOST, Math.max(1, BlockBuilder.FULL_BYTES / (payload + 1)));
      this.batch =
          new ColumnarBatch(
              Arrays.stream(SCHEMA.fields())
                  .map(field -> constant(field, payload))
                  .toArray(ColumnVector[]::new));
    }

    private static ColumnVector constant(StructField field, int payload) {
      ConstantColumnVector column = new ConstantColumnVector(MOST, field.dataType());
      DataType type = field.dataType();
      column.setNotNull();
      if (type.equals(DataTypes.StringType)) {
        column.setUtf8String(UTF8String.fromString("plant/h00/l00/d-0000"));
      } else if (type.equals(DataTypes.BinaryType)) {
        column.setBinary(new byte[payload]);
      } else if (type.equals(DataTypes.IntegerType)) {
        column.setInt(1);
      } else if (type.equals(DataTypes.BooleanType)) {
        column.setBoolean(false);
      } else {
        column.setLong(1);
      }
      return column;
    }

    @Override
    public boolean next() {
      int rows = (int) Math.min(left, rowsPerBatch);
      left -= rows;
      batch.setNumRows(rows);
      return rows > 0;
    }

    @Override
    public ColumnarBatch get() {
      return batch;
    }

    @Override
    public void close() {}
  }
}
