// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.spark.MqttTable;
import io.github.mqttpartitioned.spark.MqttTableProvider;
import io.github.mqttpartitioned.spark.executor.CurrentBatch;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.stream.FakeNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The source as users have it, but for its node: a {@link FakeNode}, found by the option {@code
 * group}.
 */
public final class FakeSource implements TableProvider {

  private static final Map<String, FakeNode> NODES = new ConcurrentHashMap<>();

  public static FakeNode node(String group) {
    return NODES.computeIfAbsent(group, name -> new FakeNode());
  }

  private static BlockSource blocks(String group, int partition) {
    return node(group).blocks(partition);
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return new MqttTableProvider().inferSchema(options);
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    String group = properties.get("group");
    FakeNode node = node(group);
    return new MqttTable(
        schema,
        properties,
        () ->
            new SparkHost(
                2,
                new Configuration(),
                List.of(),
                node.host(2).nodes(),
                input -> blocks(group, input.partition()),
                needed -> 2,
                CurrentBatch::id));
  }
}
