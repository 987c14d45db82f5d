// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MeasurementsTest {

  @Test
  void whatIsPrintedIsReadAgain() {
    Measurements printed = new Measurements();
    printed.add("ingest, QoS 1, connector", "messages/s", 2_000_000);
    printed.add("latency, p99", "ms", 12.345);
    printed.add("ingest, QoS 1, connector", "messages/s", 2_100_000.25);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    printed.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(text)
        .contains("| ingest, QoS 1, connector | 2,050,000 | 2,000,000 | 2,100,000 | messages/s |");

    Measurements read = Measurements.parse(text.lines());
    assertThat(read.rows()).isEqualTo(printed.rows());
    assertThat(read.rows())
        .allSatisfy(
            row ->
                assertThat(read.sample(row).orElseThrow().values())
                    .isEqualTo(printed.sample(row).orElseThrow().values()));
  }

  @Test
  void lineThatIsNoMeasurementIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Measurements.parse(Stream.of("all else is passed over", "= ingest | 1")))
        .withMessage("'= ingest | 1' is no measurement: expected name | unit | values");
  }

  @Test
  void moreOfARateIsBetterAndLessOfAnythingElse() {
    assertThat(new Measurements.Row("read", "rows/s").isRate()).isTrue();
    assertThat(new Measurements.Row("latency", "ms").isRate()).isFalse();
  }
}
