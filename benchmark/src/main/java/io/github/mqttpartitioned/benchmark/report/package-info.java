// SPDX-License-Identifier: Apache-2.0
/** How figures are gathered and shown. */
@NullMarked
package io.github.mqttpartitioned.benchmark.report;

import org.jspecify.annotations.NullMarked;
