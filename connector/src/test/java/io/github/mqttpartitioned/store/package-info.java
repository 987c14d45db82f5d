/** Tests of the store. */
@NullMarked
package io.github.mqttpartitioned.store;

import org.jspecify.annotations.NullMarked;
