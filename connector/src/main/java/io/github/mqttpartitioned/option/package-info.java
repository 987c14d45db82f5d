// SPDX-License-Identifier: Apache-2.0
/**
 * The options that a user can set. Each option is declared once: name, syntax, default and meaning.
 * {@link io.github.mqttpartitioned.option.DeclaredSourceOptions} declares those of the source,
 * {@link io.github.mqttpartitioned.option.DeclaredSinkOptions} those of the sink, {@link
 * io.github.mqttpartitioned.option.DeclaredBatchOptions} those of the batch read. Parsing, errors
 * and the tables in {@code docs/options.md} use the declarations.
 *
 * <p>The text of the options is parsed once, on the driver: no code behind {@link
 * io.github.mqttpartitioned.option.SourceOptions} and its like handles a map of strings. One error
 * reports all problems. No error shows a value that may contain a secret.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
