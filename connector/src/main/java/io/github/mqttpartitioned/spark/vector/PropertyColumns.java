// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.block.Block;
import java.util.function.Function;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * The six columns of MQTT 5 properties (section 3.3.2.3). The first read of any of them scans the
 * properties of all rows once and notes where each value lies, see {@link PropertyPlaces}. A
 * property that a message does not have is null. The user properties of a message without any are
 * null, too, as are the headers in Spark's Kafka source.
 */
final class PropertyColumns {

  private final Block block;
  private final BorrowedBytes bytes;
  private final int firstRow;
  private final int rows;
  private @Nullable PropertyPlaces places;

  private PropertyColumns(Block block, BorrowedBytes bytes, int firstRow, int rows) {
    this.block = block;
    this.bytes = bytes;
    this.firstRow = firstRow;
    this.rows = rows;
  }

  /** The columns of {@code rows} rows of a block from {@code firstRow} on. */
  static ColumnVector[] of(Block block, BorrowedBytes bytes, int firstRow, int rows) {
    PropertyColumns columns = new PropertyColumns(block, bytes, firstRow, rows);
    return new ColumnVector[] {
      columns.new Value(DataTypes.StringType, PropertyPlaces::contentType),
      columns.new PayloadIsUtf8(),
      columns.new Value(DataTypes.StringType, PropertyPlaces::responseTopic),
      columns.new Value(DataTypes.BinaryType, PropertyPlaces::correlationData),
      columns.new MessageExpiryInterval(),
      columns.new UserProperties()
    };
  }

  private PropertyPlaces places() {
    PropertyPlaces found = places;
    if (found == null) {
      found = PropertyPlaces.find(block, firstRow, rows);
      places = found;
    }
    return found;
  }

  /** A column that is null where the message does not have the property. */
  private abstract class Property extends NullableColumnVector {
    Property(DataType type) {
      super(type, rows);
    }
  }

  /** A property whose value is text or bytes. */
  private final class Value extends Property {
    private final Function<PropertyPlaces, long[]> which;
    private long @Nullable [] values;

    Value(DataType type, Function<PropertyPlaces, long[]> which) {
      super(type);
      this.which = which;
    }

    private long place(int row) {
      if (values == null) {
        values = which.apply(places());
      }
      return values[row];
    }

    @Override
    public boolean isNullAt(int row) {
      return place(row) == PropertyPlaces.NONE;
    }

    @Override
    public @Nullable UTF8String getUTF8String(int row) {
      long place = place(row);
      return place == PropertyPlaces.NONE
          ? null
          : bytes.text(PropertyPlaces.start(place), PropertyPlaces.length(place));
    }

    @Override
    public byte @Nullable [] getBinary(int row) {
      long place = place(row);
      return place == PropertyPlaces.NONE
          ? null
          : bytes.copy(PropertyPlaces.start(place), PropertyPlaces.length(place));
    }
  }

  private final class PayloadIsUtf8 extends Property {
    PayloadIsUtf8() {
      super(DataTypes.BooleanType);
    }

    @Override
    public boolean isNullAt(int row) {
      return places().payloadFormat()[row] == PropertyPlaces.NONE;
    }

    @Override
    public boolean getBoolean(int row) {
      return places().payloadFormat()[row] == 1;
    }
  }

  private final class MessageExpiryInterval extends Property {
    MessageExpiryInterval() {
      super(DataTypes.LongType);
    }

    @Override
    public boolean isNullAt(int row) {
      return places().messageExpiryInterval()[row] == PropertyPlaces.NONE;
    }

    @Override
    public long getLong(int row) {
      return places().messageExpiryInterval()[row];
    }
  }

  private final class UserProperties extends Property {
    private final UserProperty elements = new UserProperty();

    UserProperties() {
      super(MqttColumns.USER_PROPERTIES);
    }

    @Override
    public boolean isNullAt(int row) {
      return from(row) == until(row);
    }

    @Override
    public @Nullable ColumnarArray getArray(int row) {
      int from = from(row);
      int until = until(row);
      return from == until ? null : new ColumnarArray(elements, from, until - from);
    }

    @Override
    public ColumnVector getChild(int ordinal) {
      return elements;
    }

    private int from(int row) {
      return row == 0 ? 0 : until(row - 1);
    }

    private int until(int row) {
      return places().userPropertyEnds()[row];
    }
  }

  /** All user properties of all rows, one after the other. */
  private final class UserProperty extends BlockColumnVector {
    private final ColumnVector key = new UserPropertyText(PropertyPlaces::userPropertyKeys);
    private final ColumnVector value = new UserPropertyText(PropertyPlaces::userPropertyValues);

    UserProperty() {
      super(MqttColumns.USER_PROPERTY);
    }

    @Override
    public ColumnVector getChild(int ordinal) {
      return ordinal == 0 ? key : value;
    }
  }

  private final class UserPropertyText extends BlockColumnVector {
    private final Function<PropertyPlaces, long[]> which;

    UserPropertyText(Function<PropertyPlaces, long[]> which) {
      super(DataTypes.StringType);
      this.which = which;
    }

    @Override
    public UTF8String getUTF8String(int index) {
      long place = which.apply(places())[index];
      return bytes.text(PropertyPlaces.start(place), PropertyPlaces.length(place));
    }
  }
}
