// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.factory;

/**
 * A machine with a sensor of each kind, which takes turns. Its place in the factory is fixed, so
 * that two runs mean the same device by the same name.
 *
 * @param hall 1 to {@link Factory#HALLS}
 * @param line within the hall, from 1
 * @param number of the device in its hall, from 0
 */
public record Device(int hall, int line, int number) {

  private static final String[] MACHINES = {"press", "mill", "lathe", "oven", "robot"};

  /** Unique in the factory. */
  public String name() {
    String digits = number < 10 ? "0" + number : Integer.toString(number);
    return MACHINES[number % MACHINES.length] + "-" + hall + digits;
  }

  String hallName() {
    return "hall-" + hall;
  }

  /** {@code factory/<hall>/<line>/<device>/<kind>}. */
  public String topic(Kind kind) {
    return "%s/%s/line-%d/%s/%s".formatted(Factory.TOPIC, hallName(), line, name(), kind.level());
  }
}
