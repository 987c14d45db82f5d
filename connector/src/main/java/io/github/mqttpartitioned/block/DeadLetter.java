// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import java.nio.ByteBuffer;

/**
 * A malformed packet that a store keeps. The broker has sent it twice and would send it again on
 * each connection, so it is acknowledged, and makes no row.
 *
 * @param number running number within the store, from 0
 * @param reason what was wrong with it
 * @param length bytes that the packet had
 * @param bytes the packet, or its first 64 KiB
 */
public record DeadLetter(long number, String reason, long length, ByteBuffer bytes) {}
