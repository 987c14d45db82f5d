// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequencesTest {

  @Test
  void aNumberIsNewOnceOnly() {
    Sequences sequences = new Sequences();
    assertThat(sequences.add(3)).isTrue();
    assertThat(sequences.add(3)).isFalse();
    assertThat(sequences.add(0)).isTrue();
    assertThat(sequences.count()).isEqualTo(2);
    assertThat(sequences.countBelow(3)).isEqualTo(1);
    assertThat(sequences.countBelow(4)).isEqualTo(2);
    assertThat(sequences.countBelow(1_000_000)).isEqualTo(2);
  }

  @Test
  void agreesWithASetAlsoWhenSavedAndReadAgain() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Sequences sequences = new Sequences();
    Set<Long> expected = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      // Roughly ascending, now and then far back; about one in a thousand is left out.
      long number = Math.max(0, i - random.nextInt(random.nextInt(100) == 0 ? 5_000 : 300));
      if (number % 997 != 0) {
        assertThat(sequences.add(number))
            .as("seed %d, number %d", seed, number)
            .isEqualTo(expected.add(number));
      }
      if (i % 10_000 == 0) {
        sequences = copy(sequences);
        long limit = random.nextInt(i + 1);
        long below = expected.stream().filter(value -> value < limit).count();
        assertThat(sequences.countBelow(limit))
            .as("seed %d, limit %d", seed, limit)
            .isEqualTo(below);
      }
    }
    assertThat(sequences.count()).as("seed %d", seed).isEqualTo(expected.size());
  }

  @Test
  void aSequenceWithoutGapsTakesFewBytes() throws IOException {
    Sequences sequences = new Sequences();
    for (int i = 0; i < 1_000_000; i++) {
      sequences.add(i);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    sequences.writeTo(new DataOutputStream(bytes));
    assertThat(bytes.size()).isLessThan(200);
  }

  @Test
  void addAllSaysHowManyHaveBeenSeenBefore() {
    Sequences sequences = new Sequences();
    Sequences other = new Sequences();
    for (int i = 0; i < 1_000; i++) {
      sequences.add(i);
      other.add(2L * i);
    }
    assertThat(sequences.addAll(other)).isEqualTo(500);
    assertThat(sequences.count()).isEqualTo(1_500);
    assertThat(sequences.addAll(other)).isEqualTo(1_000);
    assertThat(sequences.addAll(copyOf(sequences))).isEqualTo(1_500);
    assertThat(sequences.count()).isEqualTo(1_500);
  }

  private static Sequences copyOf(Sequences sequences) {
    Sequences copy = new Sequences();
    copy.addAll(sequences);
    return copy;
  }

  private static Sequences copy(Sequences sequences) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    sequences.writeTo(new DataOutputStream(bytes));
    return Sequences.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
  }
}
