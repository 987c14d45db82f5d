// SPDX-License-Identifier: Apache-2.0
/**
 * The options that a user can set. Each option is declared once, in {@link
 * io.github.mqttpartitioned.option.Options}: name, syntax, default and meaning. Parsing, errors and
 * the table in {@code docs/options.md} use the declaration.
 *
 * <p>The text of the options is parsed once, on the driver: no code behind {@link
 * io.github.mqttpartitioned.option.SourceOptions} handles a map of strings. One error reports all
 * problems. No error shows a value that may contain a secret.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
