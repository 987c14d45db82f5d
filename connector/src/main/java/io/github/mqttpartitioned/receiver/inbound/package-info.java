// SPDX-License-Identifier: Apache-2.0
/**
 * From the wire to batches: the thread that reads a connection parses PUBLISH and PUBREL packets
 * into a {@link io.github.mqttpartitioned.receiver.inbound.Batch}, within the memory that the
 * members of this JVM may take, and puts it into the {@link
 * io.github.mqttpartitioned.receiver.inbound.Inbox}. The receiver thread takes it from there. This
 * package knows neither the store nor the acknowledgements' way back.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
