// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A fenced block of code of a page of this repository, as a reader copies it. */
public record Snippet(String text) {

  /**
   * The only block of a language in a page.
   *
   * @param page from the root of the repository
   */
  public static Snippet of(String page, String language) {
    Path file = ProjectFiles.of(page);
    List<String> blocks = blocks(file, language);
    assertThat(blocks).as("blocks of %s in %s", language, page).hasSize(1);
    return new Snippet(blocks.get(0));
  }

  private static List<String> blocks(Path file, String language) {
    Pattern fence = Pattern.compile("(?ms)^```" + language + "\\R(.*?)^```$");
    try {
      return fence
          .matcher(Files.readString(file))
          .results()
          .map((MatchResult block) -> block.group(1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The block with another value in place of each {@code example}, which must be there. */
  public Snippet with(String example, Object value) {
    assertThat(text).contains(example);
    return new Snippet(text.replace(example, value.toString()));
  }
}
