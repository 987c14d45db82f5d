// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import io.github.mqttpartitioned.spark.sessions.GivenUpSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * Ends what a query leaves behind when its checkpoint is given up: sessions at the broker, which
 * would take a part of the group's messages until they expire, and stores.
 */
public final class Sessions {

  private static final String USAGE =
      """
      usage: spark-submit --class io.github.mqttpartitioned.Sessions <jar> end <checkpointLocation> \
      [<option>=<value> …]
      Options are those that the query connects with, such as username and passwordFile.""";

  private Sessions() {}

  /**
   * Ends the sessions of a query's only source of this format, and removes its stores. What the
   * stores and the broker hold for it is lost. The query must not run, but a Spark application
   * must; on a cluster the stores are removed on the hosts of its executors.
   *
   * @param checkpointLocation of the query
   * @param options of the source that say how to connect: credentials, TLS, {@code brokerMode}, and
   *     {@code brokerUrl} where it has a query. The checkpoint knows the brokers and the client ids
   * @return how many sessions there were
   * @throws IllegalArgumentException if the checkpoint has no source of this format, or an option
   *     is wrong
   * @throws IllegalStateException if the query runs, a broker does not let a session end, or stores
   *     are left on hosts without an executor; the call can be repeated
   */
  public static int end(String checkpointLocation, Map<String, String> options)
      throws InterruptedException {
    return GivenUpSource.of(checkpointLocation, options).end();
  }

  /**
   * The command line: {@code end <checkpointLocation> [<option>=<value> …]}.
   *
   * @throws IllegalArgumentException if the arguments are others
   */
  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length < 2 || !arguments[0].equals("end")) {
      throw new IllegalArgumentException(USAGE);
    }
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 2; i < arguments.length; i++) {
      int at = arguments[i].indexOf('=');
      if (at < 1) {
        throw new IllegalArgumentException(USAGE);
      }
      options.put(arguments[i].substring(0, at), arguments[i].substring(at + 1));
    }
    SparkSession session =
        SparkSession.builder().appName("mqtt-partitioned sessions").getOrCreate();
    try {
      System.out.printf("%d sessions have ended%n", end(arguments[1], options));
    } finally {
      session.stop();
    }
  }
}
