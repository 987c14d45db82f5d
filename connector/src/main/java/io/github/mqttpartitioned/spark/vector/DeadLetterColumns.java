// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.block.DeadLetter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * The columns of dead letters: the packet as payload, the partition and the reason. All others are
 * null.
 */
public final class DeadLetterColumns {

  /** The column that a table with dead letters has in addition. It is null for a message. */
  public static final StructField REASON =
      new StructField("deadLetterReason", DataTypes.StringType, true, Metadata.empty());

  private DeadLetterColumns() {}

  /** Adds the column of the reason to a schema. */
  public static StructType addedTo(StructType schema) {
    return schema.add(REASON);
  }

  /** The columns of a schema, as {@link #addedTo} gives it. */
  public static ColumnVector[] of(StructType schema, List<DeadLetter> letters, int partition) {
    return Arrays.stream(schema.fields())
        .map(field -> column(field, letters, partition))
        .toArray(ColumnVector[]::new);
  }

  /** The column of the reason for messages, which have none. */
  public static ColumnVector noReason() {
    return new Nulls(REASON.dataType());
  }

  private static ColumnVector column(StructField field, List<DeadLetter> letters, int partition) {
    return switch (field.name()) {
      // A packet is no text.
      case "payload" ->
          field.dataType().equals(DataTypes.BinaryType)
              ? new Packets(letters)
              : new Nulls(field.dataType());
      case "partition" -> new MessageColumns.Partition(partition);
      case "deadLetterReason" -> new Reasons(letters);
      default -> new Nulls(field.dataType());
    };
  }

  private static final class Nulls extends BlockColumnVector {
    Nulls(DataType type) {
      super(type);
    }

    @Override
    public boolean hasNull() {
      return true;
    }

    @Override
    public int numNulls() {
      return Integer.MAX_VALUE;
    }

    @Override
    public boolean isNullAt(int row) {
      return true;
    }

    /** Spark asks a struct's or an array's column for it before it asks for a value. */
    @Override
    public ColumnVector getChild(int ordinal) {
      return this;
    }
  }

  private static final class Packets extends BlockColumnVector {
    private final List<DeadLetter> letters;

    Packets(List<DeadLetter> letters) {
      super(DataTypes.BinaryType);
      this.letters = letters;
    }

    @Override
    public byte[] getBinary(int row) {
      ByteBuffer packet = letters.get(row).bytes().duplicate();
      byte[] bytes = new byte[packet.remaining()];
      packet.get(bytes);
      return bytes;
    }
  }

  private static final class Reasons extends BlockColumnVector {
    private final List<DeadLetter> letters;

    Reasons(List<DeadLetter> letters) {
      super(DataTypes.StringType);
      this.letters = letters;
    }

    @Override
    public @Nullable UTF8String getUTF8String(int row) {
      return UTF8String.fromString(letters.get(row).reason());
    }
  }
}
