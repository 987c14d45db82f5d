// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.factory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The factory that is simulated: halls with a gateway each, which connects all devices of its hall.
 *
 * <p>A gateway publishes for its devices by turns. So message number n of a gateway is message
 * {@code n / devices} of device {@code n % devices}, and device and sequence number of a message
 * tell which message of its gateway it is.
 */
public final class Factory {

  public static final int HALLS = 4;
  public static final int DEVICES_PER_HALL = 75;
  public static final int DEVICES = HALLS * DEVICES_PER_HALL;

  /** First level of all topics. */
  public static final String TOPIC = "factory";

  private static final int LINES = 5;
  private static final List<Device> ALL = all();
  private static final Map<String, Integer> BY_NAME = byName();

  private Factory() {}

  /** Devices of a hall, in the order of their turns. */
  public static List<Device> devices(int hall) {
    return ALL.subList((hall - 1) * DEVICES_PER_HALL, hall * DEVICES_PER_HALL);
  }

  /** Place of a device among all, or -1 for a name that the factory does not know. */
  public static int indexOf(@Nullable String name) {
    return name == null ? -1 : BY_NAME.getOrDefault(name, -1);
  }

  /**
   * Which message of its gateway, from 0, a message of a device is.
   *
   * @param index place of the device among all
   * @param sequence number of the message among the device's own, from 0
   */
  public static long numberOf(int index, long sequence) {
    return sequence * DEVICES_PER_HALL + index % DEVICES_PER_HALL;
  }

  /** Which gateway, from 0, publishes for a device. */
  public static int gatewayOf(int index) {
    return index / DEVICES_PER_HALL;
  }

  private static List<Device> all() {
    List<Device> devices = new ArrayList<>();
    for (int hall = 1; hall <= HALLS; hall++) {
      for (int number = 0; number < DEVICES_PER_HALL; number++) {
        devices.add(new Device(hall, number * LINES / DEVICES_PER_HALL + 1, number));
      }
    }
    return List.copyOf(devices);
  }

  private static Map<String, Integer> byName() {
    Map<String, Integer> places = new HashMap<>();
    for (int index = 0; index < ALL.size(); index++) {
      places.put(ALL.get(index).name(), index);
    }
    return Map.copyOf(places);
  }
}
