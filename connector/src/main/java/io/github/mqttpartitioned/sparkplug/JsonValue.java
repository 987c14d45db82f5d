// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** What Spark gets as JSON text. */
interface JsonValue {

  void write(JsonGenerator json) throws IOException;
}
