// SPDX-License-Identifier: Apache-2.0
/**
 * What a user may set. Each option is declared once, in {@link
 * io.github.mqttpartitioned.option.Options}: name, syntax, default and meaning. Parsing, the
 * checks, every error's text and the README's table come from there.
 *
 * <p>Text goes in once, on the driver, and comes out typed: nothing behind {@link
 * io.github.mqttpartitioned.option.SourceOptions} sees a string map. All that is wrong is told at
 * once, and a value that may hold a secret is never told.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
