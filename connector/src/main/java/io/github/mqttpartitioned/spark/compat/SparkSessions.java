// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.compat;

import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/** Sessions of Spark, as Java has them. */
public final class SparkSessions {

  private SparkSessions() {}

  /** The session that is active in this thread. */
  public static Optional<SparkSession> active() {
    return of(SparkSession.getActiveSession());
  }

  /** The session that is active in this thread, else the default one. */
  public static Optional<SparkSession> activeOrDefault() {
    return active().or(() -> of(SparkSession.getDefaultSession()));
  }

  private static Optional<SparkSession> of(Option<SparkSession> session) {
    return session.isDefined() ? Optional.of(session.get()) : Optional.empty();
  }
}
