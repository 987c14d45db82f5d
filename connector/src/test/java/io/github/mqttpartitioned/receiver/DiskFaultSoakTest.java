// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.testkit.Soak;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The same in the long runs, where none of them may be left out. */
@Tag(Soak.TAG)
@EnabledOnOs(OS.LINUX)
class DiskFaultSoakTest extends DiskFaultTest {}
