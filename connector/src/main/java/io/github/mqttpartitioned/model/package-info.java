/** Values that every part of the connector speaks in. JDK only. */
@NullMarked
package io.github.mqttpartitioned.model;

import org.jspecify.annotations.NullMarked;
