// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.pem;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** An element of DER (X.690); as much of it as it takes to put a key into PKCS#8. */
final class Der {

  static final int INTEGER = 0x02;
  static final int OCTET_STRING = 0x04;
  static final int OBJECT_IDENTIFIER = 0x06;
  static final int SEQUENCE = 0x30;

  /** The tag of an optional field with the number 0. */
  static final int FIELD_0 = 0xA0;

  private static final int LONG_FORM = 0x80;
  private static final int MOST_LENGTH_BYTES = 3;

  private final int tag;
  private final byte[] content;

  private Der(int tag, byte[] content) {
    this.tag = tag;
    this.content = content;
  }

  int tag() {
    return tag;
  }

  byte[] content() {
    return content;
  }

  /** The elements of an element that begins {@code bytes} and is a sequence. */
  static List<Der> sequence(byte[] bytes) throws PemException {
    Der outer = next(ByteBuffer.wrap(bytes));
    if (outer.tag != SEQUENCE) {
      throw damaged();
    }
    return outer.elements();
  }

  /** The elements within the content. */
  List<Der> elements() throws PemException {
    List<Der> elements = new ArrayList<>();
    ByteBuffer rest = ByteBuffer.wrap(content);
    while (rest.hasRemaining()) {
      elements.add(next(rest));
    }
    return elements;
  }

  private static Der next(ByteBuffer from) throws PemException {
    int tag = unsignedByte(from);
    int length = unsignedByte(from);
    if (length >= LONG_FORM) {
      int bytes = length - LONG_FORM;
      if (bytes > MOST_LENGTH_BYTES) {
        throw damaged();
      }
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = (length << Byte.SIZE) | unsignedByte(from);
      }
    }
    if (length > from.remaining()) {
      throw damaged();
    }
    byte[] content = new byte[length];
    from.get(content);
    return new Der(tag, content);
  }

  private static int unsignedByte(ByteBuffer from) throws PemException {
    if (!from.hasRemaining()) {
      throw damaged();
    }
    return from.get() & 0xFF;
  }

  private static PemException damaged() {
    return new PemException("its content is damaged: it is not DER");
  }

  /** The bytes of an element. */
  static byte[] encode(int tag, byte[]... content) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int length = 0;
    for (byte[] part : content) {
      length += part.length;
    }
    all.write(tag);
    if (length < LONG_FORM) {
      all.write(length);
    } else {
      int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + Byte.SIZE - 1) / Byte.SIZE;
      all.write(LONG_FORM + bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        all.write(length >>> (Byte.SIZE * i));
      }
    }
    for (byte[] part : content) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
