// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads a text in Prometheus' format, for tests that look for values in it. Immutable. */
public final class Samples {

  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");

  private record Sample(String name, String labels, double value) {}

  private final List<Sample> samples = new ArrayList<>();

  public Samples(String text) {
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              Matcher sample = SAMPLE.matcher(line);
              if (!sample.matches()) {
                throw new AssertionError("not a sample: " + line);
              }
              samples.add(
                  new Sample(
                      sample.group(1),
                      sample.group(2) == null ? "" : sample.group(2),
                      Double.parseDouble(sample.group(3))));
            });
  }

  /**
   * The sum of all series of a name.
   *
   * @param labels each as {@code name="value"}; a series must have all of them
   * @return NaN when there is none
   */
  public double sum(String name, String... labels) {
    List<Sample> found = matching(name, labels).toList();
    return found.isEmpty() ? Double.NaN : found.stream().mapToDouble(Sample::value).sum();
  }

  /** How many series of a name there are. */
  public long count(String name, String... labels) {
    return matching(name, labels).count();
  }

  /** The names of all series, each once. */
  public List<String> names() {
    return samples.stream().map(Sample::name).distinct().toList();
  }

  private Stream<Sample> matching(String name, String... labels) {
    return samples.stream()
        .filter(sample -> sample.name().equals(name))
        .filter(sample -> Stream.of(labels).allMatch(sample.labels()::contains));
  }

  @Override
  public String toString() {
    return String.join("\n", samples.stream().map(Sample::toString).toList());
  }
}
