// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the demo is to run; {@link DemoCommand} has the options.
 *
 * @param seconds how long the sensors publish; until Ctrl-C when empty
 * @param broker URL of a broker to use; an embedded one is started when empty
 * @param directory where the demo keeps what must survive it
 * @param rate messages per second, all sensors together
 * @param qos at which sensors publish and the connector subscribes
 */
record DemoSettings(
    OptionalInt seconds, Optional<String> broker, Path directory, int rate, int qos) {}
