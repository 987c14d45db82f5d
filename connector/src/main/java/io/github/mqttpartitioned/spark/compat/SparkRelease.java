// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.compat;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SPARK_VERSION;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The release of Spark that this JVM runs. */
public final class SparkRelease {

  private static final Pattern MAJOR_AND_MINOR = Pattern.compile("(\\d+)\\.(\\d+)");
  private static final int OLDEST_MAJOR = 3;
  private static final int OLDEST_MINOR = 5;

  private SparkRelease() {}

  /**
   * Checks that the connector runs on this Spark.
   *
   * @throws UnsupportedOperationException if Spark is older than 3.5
   */
  public static void requireSupported() {
    requireSupported(org.apache.spark.package$.MODULE$.SPARK_VERSION());
  }

  static void requireSupported(String release) {
    Matcher version = MAJOR_AND_MINOR.matcher(release);
    // A vendor's release with a name of its own is not refused for its name.
    if (!version.lookingAt()) {
      return;
    }
    int major = Integer.parseInt(version.group(1));
    int minor = Integer.parseInt(version.group(2));
    if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR)) {
      throw new UnsupportedOperationException(
          MQTT_SPARK_VERSION.message(
              """
              The connector runs on Spark 3.5 and later, but this is Spark %s. \
              Run the query on Spark 3.5 or later."""
                  .formatted(release)));
    }
  }
}
