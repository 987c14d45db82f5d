/**
 * The connector at work.
 *
 * <ul>
 *   <li>{@code demo} is what {@code mvn -q -Pdemo} runs.
 *   <li>{@link io.github.mqttpartitioned.examples.Main} is the jar's command line: the sensors
 *       alone.
 * </ul>
 */
@NullMarked
package io.github.mqttpartitioned.examples;

import org.jspecify.annotations.NullMarked;
