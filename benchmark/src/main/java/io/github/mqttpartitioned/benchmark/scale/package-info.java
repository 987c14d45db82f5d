// SPDX-License-Identifier: Apache-2.0
/** What grows with backlog and partitions, and what does not. */
@NullMarked
package io.github.mqttpartitioned.benchmark.scale;

import org.jspecify.annotations.NullMarked;
