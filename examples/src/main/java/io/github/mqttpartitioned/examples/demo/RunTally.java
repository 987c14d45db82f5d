package io.github.mqttpartitioned.examples.demo;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What has been seen of the messages that one run of the sensors published. */
final class RunTally {

  private final PublishedMarks published;
  private final Sequences[] devices;

  private RunTally(PublishedMarks published, Sequences[] devices) {
    this.published = published;
    this.devices = devices;
  }

  /** Nothing has been seen. */
  static RunTally of(PublishedMarks published) {
    Sequences[] devices = new Sequences[Factory.DEVICES];
    for (int device = 0; device < devices.length; device++) {
      devices[device] = new Sequences();
    }
    return new RunTally(published, devices);
  }

  /**
   * Notes a message.
   *
   * @return false when it has been seen before
   */
  boolean add(int device, long sequence) {
    return devices[device].add(sequence);
  }

  /** Messages acknowledged by the broker and never seen. */
  long missing() {
    long missing = 0;
    for (int device = 0; device < devices.length; device++) {
      long acknowledged = acknowledged(device);
      missing += acknowledged - devices[device].countBelow(acknowledged);
    }
    return missing;
  }

  /** Different messages seen. */
  long seen() {
    long seen = 0;
    for (Sequences device : devices) {
      seen += device.count();
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

  private long acknowledged(int device) {
    return Factory.messagesOf(device, published.get(Factory.gatewayOf(device)));
  }

  void writeTo(DataOutput out) throws IOException {
    for (Sequences device : devices) {
      device.writeTo(out);
    }
  }

  static RunTally readFrom(DataInput in, PublishedMarks published) throws IOException {
    Sequences[] devices = new Sequences[Factory.DEVICES];
    for (int device = 0; device < devices.length; device++) {
      devices[device] = Sequences.readFrom(in);
    }
    return new RunTally(published, devices);
  }
}
