// SPDX-License-Identifier: Apache-2.0
/**
 * The sink: rows of a batch or a streaming query become messages. The driver checks options and
 * columns before anything starts; a task borrows a {@code Sender} for its rows, and ends when the
 * broker has confirmed each of them.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.sink;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
