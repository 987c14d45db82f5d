// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Versions of what is measured, as the build knew them. */
public final class Versions {

  private static final Properties KNOWN = load();

  private Versions() {}

  /** Name and version of this project. */
  public static String connector() {
    return "mqtt-partitioned " + KNOWN.getProperty("project");
  }

  public static String spark() {
    return KNOWN.getProperty("spark");
  }

  public static String paho() {
    return KNOWN.getProperty("paho");
  }

  public static String jmh() {
    return KNOWN.getProperty("jmh");
  }

  public static String hivemq() {
    return KNOWN.getProperty("hivemq");
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
