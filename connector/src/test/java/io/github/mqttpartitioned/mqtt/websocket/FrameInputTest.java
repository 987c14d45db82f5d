// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that no broker of the tests sends. */
class FrameInputTest {

  private static final int BINARY = 0x82;
  private static final int CLOSE = 0x88;

  private final ByteArrayOutputStream answer = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(ints = {5, 65_536, 300_000})
  void lengthMayHave64Bits(int bytes) throws Exception {
    byte[] payload = new byte[bytes];
    new Random(bytes).nextBytes(payload);
    assertThat(input(long64(bytes), payload, long64(bytes), payload).readAllBytes())
        .startsWith(payload)
        .endsWith(payload)
        .hasSize(2 * bytes);
    assertThat(answer.size()).isZero();
  }

  @Test
  void lengthOf64BitsIsNotNegative() {
    refuses("a length of more than 63 bits", long64(-1));
    assertThat(answered()).isEqualTo(1002);
  }

  @Test
  void frameOfAServerHasNoMask() {
    refuses("a masked frame", new byte[] {(byte) BINARY, (byte) 0x81, 1, 2, 3, 4, 5});
    assertThat(answered()).isEqualTo(1002);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1005, 1006, 1015, 5000, 65_535})
  void codeThatMustNotBeSentIsNotSentBack(int code) {
    refuses("the code %d in a CLOSE frame".formatted(code), close(code));
    assertThat(answered()).isEqualTo(1002);
  }

  @Test
  void codeHasTwoBytes() {
    refuses("half a code in a CLOSE frame", new byte[] {(byte) CLOSE, 1, 3});
    assertThat(answered()).isEqualTo(1002);
  }

  @ParameterizedTest
  @ValueSource(ints = {1001, 1013, 3000, 4999})
  void otherCodesAreSentBack(int code) {
    assertThatThrownBy(() -> input(close(code)).readAllBytes())
        .hasMessage("the broker closed the WebSocket with code " + code);
    assertThat(answered()).isEqualTo(code);
  }

  @Test
  void normalEndIsTheEndOfTheStream() throws Exception {
    assertThat(input(close(1000)).readAllBytes()).isEmpty();
    assertThat(answered()).isEqualTo(1000);
    answer.reset();
    assertThat(input(new byte[] {(byte) CLOSE, 0}).readAllBytes()).isEmpty();
    assertThat(answered()).isEqualTo(1000);
  }

  private void refuses(String what, byte[] frame) {
    assertThatThrownBy(() -> input(frame).readAllBytes())
        .isInstanceOf(IOException.class)
        .hasMessage("the broker sent what a WebSocket does not allow: " + what);
  }

  private FrameInput input(byte[]... frames) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] frame : frames) {
      all.writeBytes(frame);
    }
    return new FrameInput(new ByteArrayInputStream(all.toByteArray()), new FrameOutput(answer));
  }

  /** The head of a frame with the long form of its length. */
  private static byte[] long64(long length) {
    return ByteBuffer.allocate(10).put((byte) BINARY).put((byte) 127).putLong(length).array();
  }

  private static byte[] close(int code) {
    return ByteBuffer.allocate(4).put((byte) CLOSE).put((byte) 2).putShort((short) code).array();
  }

  /** The code of the only frame sent, a CLOSE with a mask. */
  private int answered() {
    byte[] frame = answer.toByteArray();
    assertThat(frame).hasSize(8).startsWith(CLOSE, 0x82);
    return ((frame[6] ^ frame[2]) & 0xFF) << 8 | ((frame[7] ^ frame[3]) & 0xFF);
  }
}
