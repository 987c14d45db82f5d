// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream around the one of a connection. All reads go through {@link #read(byte[], int, int)},
 * the one of a single byte too.
 */
public abstract class InputFilter extends FilterInputStream {

  public InputFilter(InputStream in) {
    super(in);
  }

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public abstract int read(byte[] target, int offset, int length) throws IOException;
}
