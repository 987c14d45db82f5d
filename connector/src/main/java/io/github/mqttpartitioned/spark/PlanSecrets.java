// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import io.github.mqttpartitioned.spark.compat.SparkSessions;
import org.apache.spark.sql.RuntimeConfig;

/**
 * Keeps secrets in options out of Spark's plans, and so out of its UI and its event log. Spark
 * prints the options of a read or a write. It hides an option whose name or value matches a regular
 * expression of the session; the default one does not know headers, nor queries of URLs.
 */
final class PlanSecrets {

  /** What Spark hides, beside passwords and tokens. Each session has its own. */
  private static final String HIDDEN = "spark.sql.redaction.options.regex";

  /** Names of headers, and URLs with a query. */
  private static final String SECRET = "(?is:websocket[.]header[.]|wss?://.*[?])";

  private PlanSecrets() {}

  /**
   * Has the active session hide the secrets from now on; the default one, if none is active. While
   * Spark makes a plan, the plan's session is the active one.
   */
  static void hide() {
    SparkSessions.activeOrDefault().ifPresent(session -> hide(session.conf()));
  }

  private static void hide(RuntimeConfig session) {
    String hidden = session.get(HIDDEN);
    if (!hidden.contains(SECRET)) {
      session.set(HIDDEN, hidden + "|" + SECRET);
    }
  }
}
