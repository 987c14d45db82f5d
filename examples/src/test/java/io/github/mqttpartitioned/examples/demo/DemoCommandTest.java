// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DemoCommandTest {

  private final List<DemoSettings> ran = new ArrayList<>();
  private final StringWriter errors = new StringWriter();

  @Test
  void defaultsHoldForWhatIsNotGiven() {
    assertThat(run()).isZero();
    assertThat(ran)
        .containsExactly(
            new DemoSettings(
                OptionalInt.empty(),
                Optional.empty(),
                Path.of("target/demo").toAbsolutePath(),
                12_000,
                1));
  }

  @Test
  void everythingCanBeSet() {
    assertThat(run("--seconds=20", "--broker=tcp://a:1883", "--dir=/demo", "--rate=500", "--qos=2"))
        .isZero();
    assertThat(ran)
        .containsExactly(
            new DemoSettings(
                OptionalInt.of(20), Optional.of("tcp://a:1883"), Path.of("/demo"), 500, 2));
  }

  @Test
  void aWrongValueIsAnsweredWithWhatIsAccepted() {
    assertThat(run("--seconds=soon")).isEqualTo(2);
    assertThat(errors.toString()).contains("'--seconds'", "'soon'; accepted is a number from 1 to");
    assertThat(run("--broker=localhost")).isEqualTo(2);
    assertThat(errors.toString()).contains("'--broker'", "accepted is tcp://host:port");
    assertThat(run("--qos=0")).isEqualTo(2);
    assertThat(errors.toString()).contains("'--qos'", "'0'; accepted is a number from 1 to 2");
    assertThat(ran).isEmpty();
  }

  @Test
  void aWrongNameIsAnsweredWithTheNearestOne() {
    assertThat(run("--second=20")).isEqualTo(2);
    assertThat(errors.toString()).contains("'--second=20'", "--seconds");
  }

  private int run(String... arguments) {
    DemoCommand command =
        new DemoCommand(
            settings -> {
              ran.add(settings);
              return 0;
            });
    return new CommandLine(command).setErr(new PrintWriter(errors, true)).execute(arguments);
  }
}
