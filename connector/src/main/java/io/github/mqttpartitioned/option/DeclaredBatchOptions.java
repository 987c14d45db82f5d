// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.option.Option.option;
import static io.github.mqttpartitioned.option.syntax.Syntax.text;
import static io.github.mqttpartitioned.option.syntax.Syntax.trueOrFalse;
import static io.github.mqttpartitioned.option.syntax.Syntax.wholeNumber;

import io.github.mqttpartitioned.option.settings.Positions;
import io.github.mqttpartitioned.option.syntax.Syntax;
import java.util.List;

/** All options of the batch read, in the order of their table in {@code docs/options.md}. */
final class DeclaredBatchOptions {

  static final Option<String> SOURCE_CHECKPOINT =
      option(
              "sourceCheckpoint",
              text(),
              "`checkpointLocation` of the streaming query whose stores are read")
          .required();

  static final Option<String> SOURCE_NAME =
      option(
              "sourceName",
              text(),
              """
              Which source of that query: the name of its folder under `sources/` in the \
              checkpoint, such as `0`""")
          .otherwise("the query's only source of this format");

  static final Option<Positions> STARTING_OFFSETS =
      option(
              "startingOffsets",
              new Syntax<>(
                  "`earliest`, or an offset for each partition, such as `{\"0\":23,\"1\":-2}`",
                  Positions::parse),
              "First offset that is read. -2 means `earliest`")
          .defaultsTo("earliest");

  static final Option<Positions> ENDING_OFFSETS =
      option(
              "endingOffsets",
              new Syntax<>(
                  "`latest`, or an offset for each partition, such as `{\"0\":50,\"1\":-1}`",
                  Positions::parse),
              "Offset behind the last one that is read. -1 means `latest`")
          .defaultsTo("latest");

  static final Option<Long> STARTING_TIMESTAMP =
      option(
          "startingTimestamp",
          wholeNumber(0L, Long.MAX_VALUE / 1_000),
          """
          Time of receipt, milliseconds since 1970, of the first message that is read. It has \
          precedence over `startingOffsets`""");

  static final Option<Long> ENDING_TIMESTAMP =
      option(
          "endingTimestamp",
          wholeNumber(0L, Long.MAX_VALUE / 1_000),
          """
          Time of receipt before which the last message that is read was received. It has \
          precedence over `endingOffsets`""");

  static final Option<Boolean> INCLUDE_DEAD_LETTERS =
      option(
              "includeDeadLetters",
              trueOrFalse(),
              """
              Adds the column `deadLetterReason`, and a row for each dead letter that the stores \
              keep: its payload is the packet as far as it is kept, its other columns are null. \
              The ranges of offsets and times do not apply to them""")
          .defaultsTo("false");

  /** All options. */
  static final List<Option<?>> ALL =
      List.of(
          SOURCE_CHECKPOINT,
          SOURCE_NAME,
          STARTING_OFFSETS,
          ENDING_OFFSETS,
          STARTING_TIMESTAMP,
          ENDING_TIMESTAMP,
          INCLUDE_DEAD_LETTERS,
          DeclaredSourceOptions.TOPIC_COLUMNS,
          DeclaredSourceOptions.PAYLOAD_TYPE,
          DeclaredSourceOptions.INCLUDE_PROPERTIES,
          DeclaredSourceOptions.FAIL_ON_DATA_LOSS);

  private DeclaredBatchOptions() {}
}
