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
 * {@code n / devices} of device {@code n % devices}, and from how many messages of a gateway were
 * acknowledged follows how many of each device.
 */
final class Factory {

  static final int HALLS = 4;
  static final int DEVICES_PER_HALL = 75;
  static final int DEVICES = HALLS * DEVICES_PER_HALL;

  /** First level of all topics. */
  static final String TOPIC = "factory";

  private static final int LINES = 5;
  private static final List<Device> ALL = all();
  private static final Map<String, Integer> BY_NAME = byName();

  private Factory() {}

  /** Devices of a hall, in the order of their turns. */
  static List<Device> devices(int hall) {
    return ALL.subList((hall - 1) * DEVICES_PER_HALL, hall * DEVICES_PER_HALL);
  }

  /** Place of a device among all, or -1 for a name that the factory does not know. */
  static int indexOf(@Nullable String name) {
    return name == null ? -1 : BY_NAME.getOrDefault(name, -1);
  }

  /**
   * How many messages of a device are among the first {@code ofGateway} ones of its gateway.
   *
   * @param index place of the device among all
   */
  static long messagesOf(int index, long ofGateway) {
    int turn = index % DEVICES_PER_HALL;
    return (ofGateway + DEVICES_PER_HALL - 1 - turn) / DEVICES_PER_HALL;
  }

  /** Which gateway, from 0, publishes for a device. */
  static int gatewayOf(int index) {
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
