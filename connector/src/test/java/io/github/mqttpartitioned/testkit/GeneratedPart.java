// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The part of a page that is made from declarations. It lies between the markers {@code <!--
 * name:begin -->} and {@code <!-- name:end -->}.
 *
 * <p>To write all of them anew: {@code mvn -q -pl connector test -Dtest='*TableTest'
 * -Ddocs.update=true}.
 */
public final class GeneratedPart {

  private final Path page;
  private final String begin;
  private final String end;

  private GeneratedPart(Path page, String name) {
    this.page = page;
    this.begin = "<!-- " + name + ":begin -->\n";
    this.end = "\n<!-- " + name + ":end -->";
  }

  /**
   * The part called {@code name} of a page.
   *
   * @param page path below the project's root
   */
  public static GeneratedPart of(String page, String name) {
    return new GeneratedPart(ProjectFiles.of(page), name);
  }

  /** As {@link #of}, of a file anywhere. */
  static GeneratedPart in(Path file, String name) {
    return new GeneratedPart(file, name);
  }

  /** Requires that the page holds {@code content}; with {@code -Ddocs.update=true} writes it. */
  public void requireOrUpdate(String content) throws IOException {
    if (Boolean.getBoolean("docs.update")) {
      write(content);
    }
    assertThat(read())
        .as(
            "%s is out of date: run mvn -q -pl connector test -Dtest='*TableTest' -Ddocs.update=true",
            page)
        .isEqualTo(content);
  }

  /** What lies between the markers. */
  String read() throws IOException {
    String text = Files.readString(page);
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    assertThat(from).as("%s has no marker %s", page, begin.strip()).isNotNegative();
    assertThat(to)
        .as("%s has no marker %s behind it", page, end.strip())
        .isGreaterThanOrEqualTo(from);
    return to < from + begin.length() ? "" : text.substring(from + begin.length(), to);
  }

  /** Replaces what lies between the markers; the rest of the page stays as it is. */
  void write(String content) throws IOException {
    read();
    String text = Files.readString(page);
    Files.writeString(
        page,
        text.substring(0, text.indexOf(begin) + begin.length())
            + content
            + text.substring(text.indexOf(end)));
  }
}
