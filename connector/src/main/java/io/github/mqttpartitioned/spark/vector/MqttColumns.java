// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.mqtt.topic.TopicPattern;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern.Field;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern.FieldType;
import io.github.mqttpartitioned.option.BatchOptions;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.option.settings.PayloadType;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Which columns a user sees: first those that every message has, then those of the MQTT 5
 * properties, then those of the topic's levels. {@link BlockVectors} gives their values in the same
 * order. All columns are nullable by their type, as in Spark's Kafka source. Of the first nine,
 * only a payload that is to be text can be null.
 *
 * @param payloadType type of the column payload
 * @param includeProperties whether there are columns of the MQTT 5 properties
 * @param topicPatterns the first one that matches a topic gives the columns of its levels
 */
public record MqttColumns(
    PayloadType payloadType, boolean includeProperties, List<TopicPattern> topicPatterns)
    implements Serializable {

  static final StructType USER_PROPERTY =
      new StructType().add("key", DataTypes.StringType).add("value", DataTypes.StringType);

  /** Type of the column {@code userProperties}. */
  public static final DataType USER_PROPERTIES = DataTypes.createArrayType(USER_PROPERTY);

  public MqttColumns {
    topicPatterns = List.copyOf(topicPatterns);
  }

  public static MqttColumns of(SourceOptions options) {
    return new MqttColumns(
        options.payloadType(), options.includeProperties(), options.topicColumns());
  }

  public static MqttColumns of(BatchOptions options) {
    return new MqttColumns(
        options.payloadType(), options.includeProperties(), options.topicColumns());
  }

  /** The schema of the source. */
  public StructType schema() {
    StructType schema =
        new StructType()
            .add("topic", DataTypes.StringType)
            .add(
                "payload",
                payloadType == PayloadType.STRING ? DataTypes.StringType : DataTypes.BinaryType)
            .add("partition", DataTypes.IntegerType)
            .add("offset", DataTypes.LongType)
            .add("timestamp", DataTypes.TimestampType)
            .add("qos", DataTypes.IntegerType)
            .add("retained", DataTypes.BooleanType)
            .add("duplicate", DataTypes.BooleanType)
            .add("broker", DataTypes.StringType);
    if (includeProperties) {
      schema =
          schema
              .add("contentType", DataTypes.StringType)
              .add("payloadIsUtf8", DataTypes.BooleanType)
              .add("responseTopic", DataTypes.StringType)
              .add("correlationData", DataTypes.BinaryType)
              .add("messageExpiryInterval", DataTypes.LongType)
              .add("userProperties", USER_PROPERTIES);
    }
    for (Map.Entry<String, FieldType> column : topicColumns().entrySet()) {
      schema = schema.add(column.getKey(), typeOf(column.getValue()));
    }
    return schema;
  }

  /** The columns of the topic's levels, by name, in the order in which the patterns name them. */
  Map<String, FieldType> topicColumns() {
    Map<String, FieldType> columns = new LinkedHashMap<>();
    for (TopicPattern pattern : topicPatterns) {
      for (Field field : pattern.fields()) {
        columns.putIfAbsent(field.name(), field.type());
      }
    }
    return columns;
  }

  static DataType typeOf(FieldType type) {
    return switch (type) {
      case STRING -> DataTypes.StringType;
      case INT -> DataTypes.IntegerType;
      case LONG -> DataTypes.LongType;
      case DOUBLE -> DataTypes.DoubleType;
      case BOOLEAN -> DataTypes.BooleanType;
    };
  }
}
