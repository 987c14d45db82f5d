// SPDX-License-Identifier: Apache-2.0
/** Tests of the store. */
@NullMarked
package io.github.mqttpartitioned.store;

import org.jspecify.annotations.NullMarked;
