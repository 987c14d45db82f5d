// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import io.github.mqttpartitioned.spark.compat.ScalarFunctions;
import io.github.mqttpartitioned.spark.sparkplug.SparkplugDecode;
import org.apache.spark.sql.SparkSessionExtensions;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Gives each session the connector's SQL functions: {@code
 * spark.sql.extensions=io.github.mqttpartitioned.MqttExtensions}. With Spark Connect it is set
 * where the server starts.
 *
 * <p>{@code sparkplug_decode(payload)} gives a struct for a Sparkplug B payload and null for
 * anything else, see {@code docs/topics.md}.
 */
public final class MqttExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {

  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    ScalarFunctions.inject(extensions, new SparkplugDecode(), SparkplugDecode.USAGE);
    return BoxedUnit.UNIT;
  }
}
