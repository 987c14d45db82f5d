// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.syntax;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How a user writes a list: elements with commas between them, or a JSON list of texts. In the
 * first form an element may stand in double quotes, and must if it holds a comma, or if the list
 * would otherwise look like one of another form; a quote within is written twice. The second form
 * may have single quotes: it is what Python makes of a list. Thread-safe: it has no state.
 */
final class ListText {

  /** What {@code toString} of other languages' collections gives, such as {@code List(a, b)}. */
  private static final Pattern COLLECTION =
      Pattern.compile("\\w*\\(.*\\)|\\{.*\\}", Pattern.DOTALL);

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
          .build();

  private ListText() {}

  /**
   * The elements, without the spaces around them.
   *
   * @throws IllegalArgumentException if {@code text} is no list; the message is the predicate of a
   *     sentence about it
   */
  static List<String> elements(String text) {
    return elements(text, false);
  }

  /**
   * As {@link #elements(String)}.
   *
   * @param braces whether an element may begin and end with a brace
   */
  static List<String> elements(String text, boolean braces) {
    String list = text.strip();
    if (list.startsWith("[")) {
      return ofJson(list);
    }
    if (COLLECTION.matcher(list).matches() && !(braces && list.startsWith("{"))) {
      throw new IllegalArgumentException(
          """
          looks like a collection of a programming language. Write a,b or ["a","b"], and put an \
          element that begins like this in double quotes""");
    }
    return ofCommas(list);
  }

  private static List<String> ofJson(String list) {
    List<String> elements = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(list)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.VALUE_STRING) {
        elements.add(parser.getText());
      }
      if (parser.currentToken() == JsonToken.END_ARRAY && parser.nextToken() == null) {
        return elements;
      }
    } catch (JsonProcessingException e) {
      // Its message quotes the text, which may hold a secret.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalArgumentException(
        """
        begins with [ and is no JSON list of texts. Write a,b or ["a","b"], and put an element that \
        begins with [ in double quotes""");
  }

  private static List<String> ofCommas(String list) {
    List<String> elements = new ArrayList<>();
    int start = 0;
    while (start <= list.length()) {
      int at = start;
      while (at < list.length() && Character.isWhitespace(list.charAt(at))) {
        at++;
      }
      int comma;
      if (at < list.length() && list.charAt(at) == '"') {
        StringBuilder quoted = new StringBuilder();
        int end = unquote(list, at, quoted);
        comma = comma(list, end);
        if (!list.substring(end, comma).isBlank()) {
          throw new IllegalArgumentException("has text between a closing quote and the next comma");
        }
        elements.add(quoted.toString());
      } else {
        comma = comma(list, start);
        String element = list.substring(start, comma).strip();
        if (element.startsWith("'")) {
          throw new IllegalArgumentException(
              """
              has an element that begins with a single quote. Write a,b or "a","b"; a single quote \
              of its own stands in double quotes: "'a'\"""");
        }
        elements.add(element);
      }
      start = comma + 1;
    }
    return elements;
  }

  private static int comma(String list, int from) {
    int comma = list.indexOf(',', from);
    return comma < 0 ? list.length() : comma;
  }

  /** Reads from the opening quote, and returns the index behind the closing one. */
  private static int unquote(String list, int opening, StringBuilder into) {
    int at = opening + 1;
    while (at < list.length()) {
      char next = list.charAt(at++);
      if (next != '"') {
        into.append(next);
      } else if (at < list.length() && list.charAt(at) == '"') {
        into.append('"');
        at++;
      } else {
        return at;
      }
    }
    throw new IllegalArgumentException(
        "has an element that begins with a double quote and does not end with one");
  }
}
