// SPDX-License-Identifier: Apache-2.0
/** The LMDB environment of one store: its databases, its meta pages, its data file. */
@Internal
@NullMarked
package io.github.mqttpartitioned.store.lmdb;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
