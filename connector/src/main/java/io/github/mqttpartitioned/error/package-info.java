// SPDX-License-Identifier: Apache-2.0
/**
 * The conditions that the connector reports: what a user reads in brackets at the beginning of each
 * error. Every other package may use this one; it knows the JDK alone.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.error;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
