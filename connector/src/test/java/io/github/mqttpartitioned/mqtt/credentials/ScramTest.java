// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ongres.scram.client.ScramClient;
import io.github.mqttpartitioned.Credentials;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramTest {

  /** The example of RFC 7677, section 3. */
  @Test
  void speaksAsTheExampleOfRfc7677() throws Exception {
    Scram scram =
        new Scram(
            ScramClient.builder()
                .advertisedMechanisms(List.of("SCRAM-SHA-256"))
                .username("user")
                .password("pencil".toCharArray())
                .nonceSupplier(() -> "rOprNGfwEbeRWgbNEkqO")
                .build());
    assertThat(scram.first()).asString(UTF_8).isEqualTo("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    assertThat(
            scram.answer(
                """
                r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,\
                i=4096"""
                    .getBytes(UTF_8)))
        .asString(UTF_8)
        .isEqualTo(
            """
            c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
            p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=""");
    assertThatCode(
            () -> scram.finish("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".getBytes(UTF_8)))
        .doesNotThrowAnyException();
  }

  @Test
  void aServersErrorIsNoProof() throws Exception {
    Scram scram = Scram.of("SCRAM-SHA-256", Credentials.of("user", "pencil"));
    String first = new String(scram.first(), UTF_8);
    String nonce = first.substring(first.indexOf("r=") + 2);
    scram.answer(("r=" + nonce + "x,s=c2FsdA==,i=4096").getBytes(UTF_8));
    assertThatThrownBy(() -> scram.finish("e=invalid-proof".getBytes(UTF_8)))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("the broker has not proved that it knows the password");
    assertThatThrownBy(() -> scram.answer("r=again".getBytes(UTF_8)))
        .hasMessageContaining("asks a second time");
  }

  @ParameterizedTest
  @CsvSource({"'a,b=c', 'n=a=2Cb=3Dc'", "'I\u00adX', 'n=IX'", "'\u2168', 'n=IX'"})
  void userNameIsPreparedAndEscaped(String name, String expected) throws Exception {
    Scram scram = Scram.of("SCRAM-SHA-512", Credentials.of(name, "pencil"));
    assertThat(scram.first()).asString(UTF_8).startsWith("n,," + expected + ",r=");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret\u0007", "\u06271secret", ""})
  void passwordThatRfc4013ForbidsIsAnErrorThatDoesNotShowIt(String password) {
    assertThatThrownBy(() -> Scram.of("SCRAM-SHA-256", Credentials.of("me", password)).first())
        .isInstanceOf(CredentialsException.class)
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }

  @Test
  void bytesThatAreNoTextAreAnError() {
    byte[] password = {(byte) 0xFF, 1};
    assertThatThrownBy(() -> Scram.of("SCRAM-SHA-256", Credentials.ofBytes("me", password)))
        .isInstanceOf(CredentialsException.class)
        .hasNoCause();
  }

  @Test
  void needsUserNameAndPassword() {
    assertThatThrownBy(() -> Scram.of("SCRAM-SHA-256", Credentials.of(null, "p")))
        .hasMessage(
            "the credentials hold no user name, but authenticationMethod=SCRAM-SHA-256 needs one");
    assertThatThrownBy(() -> Scram.of("SCRAM-SHA-256", Credentials.of("me", null)))
        .hasMessage(
            "the credentials hold no password, but authenticationMethod=SCRAM-SHA-256 needs one");
  }
}
