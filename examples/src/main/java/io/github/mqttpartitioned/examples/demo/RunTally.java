// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.examples.factory.Factory;
import io.github.mqttpartitioned.examples.load.PublishedMarks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What has been seen of the messages that one run of the sensors published. */
final class RunTally {

  private final PublishedMarks published;
  private final Sequences[] gateways;

  private RunTally(PublishedMarks published, Sequences[] gateways) {
    this.published = published;
    this.gateways = gateways;
  }

  /** Nothing has been seen. */
  static RunTally of(PublishedMarks published) {
    Sequences[] gateways = new Sequences[Factory.HALLS];
    for (int gateway = 0; gateway < gateways.length; gateway++) {
      gateways[gateway] = new Sequences();
    }
    return new RunTally(published, gateways);
  }

  /**
   * Notes messages of a gateway.
   *
   * @return how many of them have been seen before
   */
  long addAll(int gateway, Sequences messages) {
    return gateways[gateway].addAll(messages);
  }

  /** Messages acknowledged by the broker and never seen. */
  long missing() {
    long missing = 0;
    for (int gateway = 0; gateway < gateways.length; gateway++) {
      long acknowledged = published.get(gateway);
      missing += acknowledged - gateways[gateway].countBelow(acknowledged);
    }
    return missing;
  }

  /** Different messages seen. */
  long seen() {
    long seen = 0;
    for (Sequences gateway : gateways) {
      seen += gateway.count();
    }
    return seen;
  }

  /**
   * Messages that are known to have been published: acknowledged, or seen all the same. A run that
   * was killed had messages on their way whose acknowledgement it did not live to see.
   */
  long published() {
    return seen() + missing();
  }

  void writeTo(DataOutput out) throws IOException {
    for (Sequences gateway : gateways) {
      gateway.writeTo(out);
    }
  }

  static RunTally readFrom(DataInput in, PublishedMarks published) throws IOException {
    Sequences[] gateways = new Sequences[Factory.HALLS];
    for (int gateway = 0; gateway < gateways.length; gateway++) {
      gateways[gateway] = Sequences.readFrom(in);
    }
    return new RunTally(published, gateways);
  }
}
