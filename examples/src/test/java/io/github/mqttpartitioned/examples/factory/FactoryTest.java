// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.factory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FactoryTest {

  @Test
  void everyDeviceIsFoundByItsName() {
    Set<Integer> places = new HashSet<>();
    for (int hall = 1; hall <= Factory.HALLS; hall++) {
      List<Device> devices = Factory.devices(hall);
      for (int turn = 0; turn < devices.size(); turn++) {
        int place = Factory.indexOf(devices.get(turn).name());
        assertThat(place % Factory.DEVICES_PER_HALL).isEqualTo(turn);
        assertThat(Factory.gatewayOf(place)).isEqualTo(hall - 1);
        places.add(place);
      }
    }
    assertThat(places).hasSize(Factory.DEVICES);
    assertThat(Factory.indexOf("no-such-device")).isEqualTo(-1);
    assertThat(Factory.indexOf(null)).isEqualTo(-1);
  }

  @Test
  void theMessagesOfAGatewayAreThoseOfItsDevicesByTurns() {
    int last = Factory.DEVICES - 1;
    assertThat(Factory.numberOf(0, 0)).isZero();
    assertThat(Factory.numberOf(1, 0)).isEqualTo(1);
    assertThat(Factory.numberOf(0, 1)).isEqualTo(Factory.DEVICES_PER_HALL);
    assertThat(Factory.numberOf(last, 9)).isEqualTo(10L * Factory.DEVICES_PER_HALL - 1);
  }
}
