// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.CredentialsProvider.Request;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PasswordFileTest {

  private static final Request REQUEST = new Request("tcp://broker:1883", "member-0");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "'secret', 'secret'",
    "'secret\n', 'secret'",
    "'secret\r\n', 'secret'",
    "'secret\n\n', 'secret\n'",
    "' secret ', ' secret '",
    "'\ufeffsecret\n', 'secret'",
    "'a\nb', 'a\nb'",
    "'\r', '\r'",
    "'se\ufeffcret', 'se\ufeffcret'",
  })
  void holdsTheSecretWithoutByteOrderMarkAndLastLineBreak(String content, String secret)
      throws Exception {
    assertThat(read(content.getBytes(UTF_8))).isEqualTo(secret.getBytes(UTF_8));
  }

  /** Windows PowerShell writes UTF-16 with a byte order mark. */
  @ParameterizedTest
  @CsvSource({"UTF-16LE", "UTF-16BE"})
  void holdsTheSecretAsUtf16WithItsMark(String encoding) throws Exception {
    Charset charset = Charset.forName(encoding);
    assertThat(read("\ufeffs\u00e9cret\r\n".getBytes(charset)))
        .isEqualTo("s\u00e9cret".getBytes(UTF_8));
    assertThatThrownBy(() -> read("\ufeff\r\n".getBytes(charset)))
        .hasMessageContaining("the file is empty");
    assertThat(read(byteOrderMarkAnd("x".repeat(65_535) + "\r\n").getBytes(charset)))
        .hasSize(65_535);
    assertThatThrownBy(() -> read(byteOrderMarkAnd("x".repeat(65_536)).getBytes(charset)))
        .hasMessageContaining("the file is longer than 65535 bytes");
    byte[] odd = Arrays.copyOf("\ufeffsecret".getBytes(charset), 9);
    assertThatThrownBy(() -> read(odd)).hasMessageContaining("but is not UTF-16");
  }

  @Test
  void mayHoldBytesThatAreNoText() throws Exception {
    byte[] bytes = {(byte) 0xFF, 0, (byte) 0xC0, '\n', 7};
    assertThat(read(bytes)).isEqualTo(bytes);
  }

  @Test
  void isReadAnewEachTime() throws Exception {
    Path file = folder.resolve("password");
    PasswordFile source = new PasswordFile("me", file.toString());
    Files.writeString(file, "one\n");
    assertThat(source.credentials(REQUEST).secret()).hasValue("one".getBytes(UTF_8));
    assertThat(source.credentials(REQUEST).username()).hasValue("me");
    Files.writeString(file, "two\n");
    assertThat(source.credentials(REQUEST).secret()).hasValue("two".getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({"''", "'\n'", "'\r\n'", "'\ufeff'", "'\ufeff\n'"})
  void withoutAPasswordIsAnError(String content) {
    assertThatThrownBy(() -> read(content.getBytes(UTF_8)))
        .isInstanceOf(CredentialsException.class)
        .hasMessageStartingWith("passwordFile=" + folder.resolve("password"))
        .hasMessageContaining("the file is empty");
  }

  @Test
  void longestIsWhatMqttAllows() throws Exception {
    assertThat(read((byteOrderMarkAnd("x".repeat(65_535)) + "\r\n").getBytes(UTF_8)))
        .hasSize(65_535);
    assertThatThrownBy(() -> read("x".repeat(65_536).getBytes(UTF_8)))
        .hasMessageContaining("the file is longer than 65535 bytes")
        .hasMessageNotContaining("xx");
    assertThatThrownBy(() -> read(new byte[10 << 20]))
        .hasMessageContaining("the file is longer than 65535 bytes");
  }

  private static String byteOrderMarkAnd(String text) {
    return "\ufeff" + text;
  }

  @Test
  void thatIsNotThereOrADirectoryIsAnError() {
    assertThatThrownBy(() -> source(folder.resolve("none")).credentials(REQUEST))
        .hasMessage(
            """
            passwordFile=%s cannot be used on this host: there is no such file. Put the password \
            into a file of this path on the driver's host and on each host that runs executors"""
                .formatted(folder.resolve("none")));
    assertThatThrownBy(() -> source(folder).credentials(REQUEST))
        .hasMessageContaining("it is a directory");
  }

  private byte[] read(byte[] content) throws Exception {
    Path file = Files.write(folder.resolve("password"), content);
    return source(file).credentials(REQUEST).secret().orElseThrow();
  }

  private static PasswordFile source(Path file) {
    return new PasswordFile(null, file.toString());
  }
}
