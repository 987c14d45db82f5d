// SPDX-License-Identifier: Apache-2.0
/**
 * Values of options that the layers below know, and the settings that the driver gives to its nodes
 * and tasks. Nothing here knows how an option is written.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.option.settings;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
