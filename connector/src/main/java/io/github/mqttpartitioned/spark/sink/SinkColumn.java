// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import static java.util.stream.Collectors.joining;

import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The columns that the sink knows, and the types that it takes. */
enum SinkColumn {
  TOPIC("topic", DataTypes.StringType),
  PAYLOAD("payload", DataTypes.BinaryType, DataTypes.StringType),
  QOS("qos", DataTypes.IntegerType, DataTypes.LongType, DataTypes.ShortType, DataTypes.ByteType),
  RETAINED("retained", DataTypes.BooleanType),
  CONTENT_TYPE("contentType", DataTypes.StringType),
  PAYLOAD_IS_UTF8("payloadIsUtf8", DataTypes.BooleanType),
  RESPONSE_TOPIC("responseTopic", DataTypes.StringType),
  CORRELATION_DATA("correlationData", DataTypes.BinaryType),
  MESSAGE_EXPIRY_INTERVAL("messageExpiryInterval", DataTypes.LongType, DataTypes.IntegerType),
  USER_PROPERTIES("userProperties", MqttColumns.USER_PROPERTIES);

  private final String key;

  @SuppressWarnings("ImmutableEnumChecker") // types of Spark, and a list that does not change
  private final List<DataType> types;

  SinkColumn(String key, DataType... types) {
    this.key = key;
    this.types = List.of(types);
  }

  /** The name of the column. Upper and lower case are the same. */
  String key() {
    return key;
  }

  static Optional<SinkColumn> of(String name) {
    return Stream.of(values()).filter(column -> column.key.equalsIgnoreCase(name)).findFirst();
  }

  /** Whether a column of this type can be written. */
  boolean accepts(DataType type) {
    return types.stream().anyMatch(accepted -> accepted.equals(plain(type)));
  }

  /** The type as this enum has it: whether a field may be null does not matter. */
  private DataType plain(DataType type) {
    if (this == USER_PROPERTIES
        && type instanceof ArrayType array
        && array.elementType() instanceof StructType struct
        && struct.length() == 2
        && Stream.of(struct.fields())
            .map(StructField::dataType)
            .allMatch(StringType.class::isInstance)
        && struct.fields()[0].name().equalsIgnoreCase("key")
        && struct.fields()[1].name().equalsIgnoreCase("value")) {
      return MqttColumns.USER_PROPERTIES;
    }
    return withoutCollation(type);
  }

  /** A string with a collation, which Spark 4 has, is written as any other. */
  static DataType withoutCollation(DataType type) {
    return type instanceof StringType ? DataTypes.StringType : type;
  }

  /** What it accepts, for errors. */
  String accepted() {
    return types.stream()
        .map(DataType::sql)
        .map(sql -> sql.toLowerCase(Locale.ROOT))
        .collect(joining(" or "));
  }
}
