// SPDX-License-Identifier: Apache-2.0
/** What results say beside others, in tables and plots. */
@NullMarked
package io.github.mqttpartitioned.benchmark.compare;

import org.jspecify.annotations.NullMarked;
