// SPDX-License-Identifier: Apache-2.0
/**
 * The LMDB environment of one store: its databases, its meta pages, its data file. Errors are
 * {@link org.lmdbjava.LmdbException}s and do not name the store. The package {@code store}
 * translates them.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.store.lmdb;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
