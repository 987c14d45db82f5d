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
  void watchedDevicesExist() {
    assertThat(Board.WATCHED).allMatch(name -> Factory.indexOf(name) >= 0);
  }

  @Test
  void theMessagesOfAGatewayAreThoseOfItsDevices() {
    for (long ofGateway : new long[] {0, 1, 74, 75, 76, 1_000_000}) {
      long sum = 0;
      for (int device = 0; device < Factory.DEVICES_PER_HALL; device++) {
        sum += Factory.messagesOf(device, ofGateway);
      }
      assertThat(sum).isEqualTo(ofGateway);
    }
    assertThat(Factory.messagesOf(0, 1)).isEqualTo(1);
    assertThat(Factory.messagesOf(1, 1)).isZero();
  }
}
