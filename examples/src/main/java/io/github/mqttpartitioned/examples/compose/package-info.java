// SPDX-License-Identifier: Apache-2.0
/** The query that docker-compose.yml runs on a cluster. */
@NullMarked
package io.github.mqttpartitioned.examples.compose;

import org.jspecify.annotations.NullMarked;
