// SPDX-License-Identifier: Apache-2.0
/** The factory that is simulated: its halls, devices and sensors, and its messages as rows. */
@NullMarked
package io.github.mqttpartitioned.examples.factory;

import org.jspecify.annotations.NullMarked;
