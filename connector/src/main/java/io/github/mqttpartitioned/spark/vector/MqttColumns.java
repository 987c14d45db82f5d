// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that a user sees. {@link MessageColumns} and {@link PropertyColumns} have the same
 * order. All columns are nullable by their type, as in Spark's Kafka source, but the first nine
 * never hold null.
 */
public final class MqttColumns {

  static final StructType USER_PROPERTY =
      new StructType().add("key", DataTypes.StringType).add("value", DataTypes.StringType);

  static final DataType USER_PROPERTIES = DataTypes.createArrayType(USER_PROPERTY);

  private static final StructType MESSAGE =
      new StructType()
          .add("topic", DataTypes.StringType)
          .add("payload", DataTypes.BinaryType)
          .add("partition", DataTypes.IntegerType)
          .add("offset", DataTypes.LongType)
          .add("timestamp", DataTypes.TimestampType)
          .add("qos", DataTypes.IntegerType)
          .add("retained", DataTypes.BooleanType)
          .add("duplicate", DataTypes.BooleanType)
          .add("broker", DataTypes.StringType);

  private static final StructType MESSAGE_AND_PROPERTIES =
      MESSAGE
          .add("contentType", DataTypes.StringType)
          .add("payloadIsUtf8", DataTypes.BooleanType)
          .add("responseTopic", DataTypes.StringType)
          .add("correlationData", DataTypes.BinaryType)
          .add("messageExpiryInterval", DataTypes.LongType)
          .add("userProperties", USER_PROPERTIES);

  private MqttColumns() {}

  /** The schema of the source, with or without the columns of the MQTT 5 properties. */
  public static StructType schema(boolean includeProperties) {
    return includeProperties ? MESSAGE_AND_PROPERTIES : MESSAGE;
  }
}
