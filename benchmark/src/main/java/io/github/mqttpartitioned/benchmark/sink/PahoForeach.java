// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.sink;

import java.util.Iterator;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Row;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * What users write by hand today: a client for each partition, a publish that waits for each row.
 */
record PahoForeach(String url, String topic) implements ForeachPartitionFunction<Row> {

  private static final int QOS = 1;

  @Override
  public void call(Iterator<Row> rows) throws MqttException {
    MqttClient client =
        new MqttClient(url, "paho-foreach-" + System.nanoTime(), new MemoryPersistence());
    try {
      client.connect(new MqttConnectionOptions());
      while (rows.hasNext()) {
        client.publish(topic, rows.next().<byte[]>getAs("payload"), QOS, false);
      }
      client.disconnect();
    } finally {
      client.close();
    }
  }
}
