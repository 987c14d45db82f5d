// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class MainTest {

  private final StringWriter errors = new StringWriter();

  @Test
  void withoutACommandItSaysWhichThereAre() {
    assertThat(run()).isEqualTo(2);
    assertThat(errors.toString()).contains("load");
  }

  @Test
  void aWrongNameIsAnsweredWithTheNearestOne() {
    assertThat(run("laod")).isEqualTo(2);
    assertThat(errors.toString()).contains("'laod'", "load");
    assertThat(run("load", "--brokr=tcp://127.0.0.1:1883")).isEqualTo(2);
    assertThat(errors.toString()).contains("--broker");
  }

  @Test
  void aWrongValueIsAnsweredWithWhatIsAccepted() {
    assertThat(run("load", "--rate", "0")).isEqualTo(2);
    assertThat(errors.toString()).contains("--rate is 0; accepted are 1 to 1,000,000");
    assertThat(run("load", "--rate", "many")).isEqualTo(2);
    assertThat(errors.toString()).contains("'--rate'", "'many'");
    assertThat(run("broker")).isEqualTo(2);
    assertThat(errors.toString()).contains("--dir=<directory>");
  }

  private int run(String... arguments) {
    return Main.commandLine().setErr(new PrintWriter(errors, true)).execute(arguments);
  }
}
