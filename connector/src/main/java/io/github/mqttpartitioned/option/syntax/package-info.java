// SPDX-License-Identifier: Apache-2.0
/**
 * How the text of an option becomes a value: numbers, durations, sizes, lists, and what stands in
 * an error when it does not.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.option.syntax;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
