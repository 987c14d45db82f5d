// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Samples of bytes in a text file beside a test class: a line each, "name: hex", spaces within the
 * hex as one likes, "#" for comments.
 */
public final class Corpus {

  private Corpus() {}

  /** The samples of a file, by name. */
  public static Map<String, byte[]> of(Class<?> test, String file) {
    Map<String, byte[]> samples = new LinkedHashMap<>();
    try (InputStream in = test.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("no " + file + " beside " + test);
      }
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .forEach(line -> add(line, samples));
      return samples;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void add(String line, Map<String, byte[]> samples) {
    int colon = line.indexOf(':');
    byte[] bytes = HexFormat.of().parseHex(line.substring(colon + 1).replace(" ", ""));
    if (samples.put(line.substring(0, colon), bytes) != null) {
      throw new IllegalArgumentException("twice in the corpus: " + line.substring(0, colon));
    }
  }
}
