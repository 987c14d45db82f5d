/** Benchmarks of steps that only the package itself can reach. */
@NullMarked
package io.github.mqttpartitioned.source;

import org.jspecify.annotations.NullMarked;
