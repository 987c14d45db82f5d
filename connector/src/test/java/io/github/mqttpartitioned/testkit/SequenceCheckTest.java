// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.SequenceCheck.Message;
import io.github.mqttpartitioned.testkit.SequenceCheck.Result;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SequenceCheckTest {

  private final SequenceCheck check = new SequenceCheck();

  @Test
  void findsNothingWrongWhenEachCameOnce() {
    NumberedMessages first = new NumberedMessages(0, 8);
    NumberedMessages second = new NumberedMessages(65535, 100);
    for (int i = 0; i < 1000; i++) {
      check.received(first.next());
      check.received(second.next());
    }

    Result result = check.against(Map.of(0, first.count(), 65535, second.count()));

    assertThat(result.isExact()).isTrue();
    assertThat(result.received()).isEqualTo(2000);
    assertThat(check.distinct()).isEqualTo(2000);
  }

  @Test
  void countsMissingAtTheStartWithinAndAtTheEnd() {
    for (long sequence : new long[] {1, 2, 4}) {
      check.received(0, sequence);
    }

    Result result = check.against(6);

    assertThat(result.isComplete()).isFalse();
    assertThat(result.missing()).isEqualTo(3);
    assertThat(result.missingExamples())
        .containsExactly(new Message(0, 0), new Message(0, 3), new Message(0, 5));
  }

  @Test
  void countsAPublisherOfWhichNothingCame() {
    check.received(0, 0);

    Result result = check.against(Map.of(0, 1L, 7, 3L));

    assertThat(result.missing()).isEqualTo(3);
    assertThat(result.missingExamples()).first().isEqualTo(new Message(7, 0));
  }

  @Test
  void countsEachReceptionAfterTheFirst() {
    for (long sequence : new long[] {0, 1, 1, 1, 0}) {
      check.received(3, sequence);
    }

    Result result = check.against(Map.of(3, 2L));

    assertThat(result.isComplete()).isTrue();
    assertThat(result.isExact()).isFalse();
    assertThat(result.duplicated()).isEqualTo(3);
    assertThat(result.duplicatedExamples())
        .isEqualTo(List.of(new Message(3, 1), new Message(3, 1), new Message(3, 0)));
  }

  @Test
  void countsWhatWasNeverSent() {
    check.received(0, 0);
    check.received(0, 5);
    check.received(9, 0);

    Result result = check.against(1);

    assertThat(result.isComplete()).isFalse();
    assertThat(result.unexpected()).isEqualTo(2);
    assertThat(result.unexpectedExamples()).containsExactly(new Message(0, 5), new Message(9, 0));
  }

  @Test
  void givesTheFirstTenExamples() {
    Result result = check.against(10_000_000);

    assertThat(result.missing()).isEqualTo(10_000_000);
    assertThat(result.missingExamples()).hasSize(10).last().isEqualTo(new Message(0, 9));
  }

  @Test
  void rejectsAPayloadWithoutANumber() {
    assertThatThrownBy(() -> check.received(new byte[7]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7 bytes");
  }
}
