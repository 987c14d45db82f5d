// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.packet.ReasonCode.Passes;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReasonCodeTest {

  /** The failures of table 2-6 in section 2.4: 0x80 to 0xA2 without a gap. */
  @Test
  void knowsEveryFailureOfTheSpecification() {
    assertThat(Arrays.stream(ReasonCode.values()).map(ReasonCode::code))
        .containsExactlyElementsOf(codes(0x80, 0xA2));
  }

  private static List<Integer> codes(int first, int last) {
    return IntStream.rangeClosed(first, last).boxed().toList();
  }

  @Test
  void failuresBeginAt0x80() {
    assertThat(ReasonCode.isFailure(ReasonCode.SUCCESS)).isFalse();
    assertThat(ReasonCode.isFailure(0x7F)).isFalse();
    assertThat(ReasonCode.isFailure(0x80)).isTrue();
  }

  @Test
  void busyOrRestartingBrokerPassesByItself() {
    assertThat(passing(Passes.BY_ITSELF))
        .containsExactly(
            ReasonCode.UNSPECIFIED_ERROR,
            ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
            ReasonCode.SERVER_UNAVAILABLE,
            ReasonCode.SERVER_BUSY,
            ReasonCode.SERVER_SHUTTING_DOWN,
            ReasonCode.KEEP_ALIVE_TIMEOUT,
            ReasonCode.PACKET_IDENTIFIER_IN_USE,
            ReasonCode.MESSAGE_RATE_TOO_HIGH,
            ReasonCode.QUOTA_EXCEEDED,
            ReasonCode.USE_ANOTHER_SERVER,
            ReasonCode.SERVER_MOVED,
            ReasonCode.CONNECTION_RATE_EXCEEDED,
            ReasonCode.MAXIMUM_CONNECT_TIME);
  }

  @Test
  void whatDependsOnOthersPassesOnceItHasWorked() {
    assertThat(passing(Passes.AFTER_A_GOOD_SESSION))
        .containsExactly(
            ReasonCode.BAD_USER_NAME_OR_PASSWORD,
            ReasonCode.NOT_AUTHORIZED,
            ReasonCode.BANNED,
            ReasonCode.BAD_AUTHENTICATION_METHOD,
            ReasonCode.ADMINISTRATIVE_ACTION);
    assertThat(ReasonCode.passes(0xF0)).isEqualTo(Passes.AFTER_A_GOOD_SESSION);
  }

  private static List<ReasonCode> passing(Passes passes) {
    return Arrays.stream(ReasonCode.values())
        .filter(one -> ReasonCode.passes(one.code()) == passes)
        .toList();
  }

  @Test
  void descriptionHasNameNumberReasonStringAndAdvice() {
    assertThat(ReasonCode.describe(0x87, "ask the admin"))
        .isEqualTo(
            """
            not authorized (0x87): "ask the admin". Check username, password and the broker's \
            access rules.""");
    assertThat(ReasonCode.describe(0x89, "")).isEqualTo("server busy (0x89).");
    assertThat(ReasonCode.describe(0x9C, "", "b2:1883"))
        .startsWith("use another server (0x9C), and named the server \"b2:1883\". Give the server");
    assertThat(ReasonCode.describe(0xF0, "")).isEqualTo("reason code (0xF0).");
  }
}
