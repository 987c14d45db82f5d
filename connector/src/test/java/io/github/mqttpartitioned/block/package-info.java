// SPDX-License-Identifier: Apache-2.0
/** Tests of the block. */
@NullMarked
package io.github.mqttpartitioned.block;

import org.jspecify.annotations.NullMarked;
