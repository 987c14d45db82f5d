// SPDX-License-Identifier: Apache-2.0
/** The sensors of the factory, and the gateways that publish what they measure. */
@NullMarked
package io.github.mqttpartitioned.examples.load;

import org.jspecify.annotations.NullMarked;
