// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** System properties that are set until this is closed. */
public final class SystemProperties implements AutoCloseable {

  private final Map<String, @Nullable String> before = new HashMap<>();

  /** Sets one. */
  public SystemProperties set(String property, String value) {
    if (!before.containsKey(property)) {
      before.put(property, System.getProperty(property));
    }
    System.setProperty(property, value);
    return this;
  }

  /** Leads all WebSockets to a proxy. */
  public SystemProperties proxy(HttpProxy proxy) {
    for (String scheme : List.of("http", "https")) {
      set(scheme + ".proxyHost", "127.0.0.1");
      set(scheme + ".proxyPort", String.valueOf(proxy.port()));
    }
    return this;
  }

  /** Gives all of them their former values. */
  @Override
  public void close() {
    before.forEach(
        (property, value) -> {
          if (value == null) {
            System.clearProperty(property);
          } else {
            System.setProperty(property, value);
          }
        });
  }
}
