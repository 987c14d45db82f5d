// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import io.github.mqttpartitioned.option.syntax.Syntax;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of one option: name, syntax, default, meaning, and whether a value is secret.
 *
 * @param <T> type of the value
 */
final class Option<T> {

  /** A URL whose authority or query may contain a password. */
  private static final Predicate<String> CREDENTIALS =
      Pattern.compile("://.*[@?]", Pattern.DOTALL).asPredicate();

  private final String key;
  private final Syntax<T> syntax;
  private final @Nullable T defaultValue;
  private final String defaultText;
  private final boolean required;
  private final Predicate<String> hidden;
  private final String doc;
  private final @Nullable Function<String, Optional<String>> memberFault;

  private Option(
      String key,
      Syntax<T> syntax,
      @Nullable T defaultValue,
      String defaultText,
      boolean required,
      Predicate<String> hidden,
      String doc,
      @Nullable Function<String, Optional<String>> memberFault) {
    this.key = key;
    this.syntax = syntax;
    this.defaultValue = defaultValue;
    this.defaultText = defaultText;
    this.required = required;
    this.hidden = hidden;
    this.doc = doc;
    this.memberFault = memberFault;
  }

  static <T> Option<T> option(String key, Syntax<T> syntax, String doc) {
    return new Option<>(key, syntax, null, "none", false, CREDENTIALS, doc, null);
  }

  Option<T> required() {
    return new Option<>(key, syntax, defaultValue, "required", true, hidden, doc, memberFault);
  }

  /** The value of an option that is not given, as a user would write it. */
  Option<T> defaultsTo(String text) {
    return new Option<>(
        key, syntax, syntax.read(text), "`" + text + "`", required, hidden, doc, memberFault);
  }

  /** What applies if the option is not given, where that is no fixed value. */
  Option<T> otherwise(String description) {
    return new Option<>(key, syntax, null, description, required, hidden, doc, memberFault);
  }

  Option<T> secret() {
    return hiddenWhere(text -> true);
  }

  Option<T> hiddenWhere(Predicate<String> mayHoldSecret) {
    return new Option<>(
        key, syntax, defaultValue, defaultText, required, mayHoldSecret, doc, memberFault);
  }

  /**
   * A family of secret options: the part of the key in angle brackets is the user's to choose.
   *
   * @param fault says what is wrong with a name that the user has chosen
   */
  Option<T> family(Function<String, Optional<String>> fault) {
    return new Option<>(key, syntax, defaultValue, defaultText, required, text -> true, doc, fault);
  }

  boolean isFamily() {
    return memberFault != null;
  }

  /** What the names of a family have in common. */
  String prefix() {
    return key.substring(0, Math.max(0, key.indexOf('<')));
  }

  /**
   * @throws OptionException if a family has no such member
   */
  void requireMember(String member) {
    if (memberFault != null) {
      memberFault
          .apply(member)
          .ifPresent(
              fault -> {
                throw OptionException.noMember(this, PrintableText.of(member), fault);
              });
    }
  }

  String key() {
    return key;
  }

  /** What values are accepted, in Markdown. */
  String accepted() {
    return syntax.accepted();
  }

  /** What applies if the option is not given, in Markdown. */
  String defaultText() {
    return defaultText;
  }

  /** What the option means, in Markdown. */
  String doc() {
    return doc;
  }

  boolean isRequired() {
    return required;
  }

  Optional<T> defaultValue() {
    return Optional.ofNullable(defaultValue);
  }

  /**
   * Reads a value.
   *
   * @throws OptionException if the value is not accepted
   */
  T read(String text) {
    try {
      return syntax.read(text);
    } catch (Syntax.ElementsException e) {
      throw OptionException.all(
          e.faults().entrySet().stream()
              .map(
                  fault ->
                      OptionException.unacceptable(
                          this, show(text, fault.getKey()), fault.getValue()))
              .toList());
    } catch (IllegalArgumentException e) {
      throw OptionException.unacceptable(this, show(text), String.valueOf(e.getMessage()));
    }
  }

  /** {@code text} for a log line or an error: on one line, short, without secrets. */
  String show(String text) {
    return show(text, text);
  }

  private String show(String whole, String part) {
    return hidden.test(whole) ? "***" : PrintableText.of(part);
  }

  @Override
  public String toString() {
    return key;
  }
}
