// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_JAR_OF_ONE_SESSION;

import java.net.URL;
import java.security.CodeSource;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the connector's classes are from. Nodes serve all sessions of an application and outlive
 * each of them. So they cannot be from a jar of one session, whose class loader ends with it.
 */
final class JarOrigin {

  /** The directory of a session's artifacts: the root, the session's id, {@code jars}. */
  private static final Pattern ARTIFACT =
      Pattern.compile(".*/artifacts[^/]*/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/jars/.*");

  private JarOrigin() {}

  /**
   * Checks the jar of this class.
   *
   * @throws UnsupportedOperationException if it came through {@code addArtifacts}
   */
  static void check() {
    @Nullable CodeSource source = JarOrigin.class.getProtectionDomain().getCodeSource();
    if (source != null && source.getLocation() != null) {
      check(source.getLocation());
    }
  }

  static void check(URL jar) {
    if (ARTIFACT.matcher(jar.getPath()).matches()) {
      throw new UnsupportedOperationException(
          MQTT_JAR_OF_ONE_SESSION.message(
              """
              The connector's jar came with addArtifacts, for one Spark Connect session. Its \
              receivers outlive sessions: start the Connect server with --jars and this jar, and \
              leave addArtifacts out. The jar: %s"""
                  .formatted(jar)));
    }
  }
}
