// SPDX-License-Identifier: Apache-2.0
/** The LMDB environment of one store: its databases, its meta pages, its data file. */
@NullMarked
package io.github.mqttpartitioned.store.lmdb;

import org.jspecify.annotations.NullMarked;
