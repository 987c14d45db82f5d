// SPDX-License-Identifier: Apache-2.0
/**
 * The connector at work.
 *
 * <ul>
 *   <li>{@code factory} is what all examples are about.
 *   <li>{@code load} publishes what its sensors measure.
 *   <li>{@code demo} is what {@code mvn -q -Pdemo} runs.
 *   <li>{@code compose} is the query of docker-compose.yml.
 *   <li>{@link io.github.mqttpartitioned.examples.Main} is the jar's command line: the load, or the
 *       demo's broker.
 * </ul>
 */
@NullMarked
package io.github.mqttpartitioned.examples;

import org.jspecify.annotations.NullMarked;
