// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What to do instead of an option that another connector has.
 *
 * @param instead the option to use, null for none
 * @param remark what is different in this connector
 */
record Hint(@Nullable Option<?> instead, String remark) {

  /** Hints by name. Upper and lower case are the same. */
  static final class Book {

    private final Map<String, Hint> hints = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    Book use(Option<?> instead, String remark, String... names) {
      return add(new Hint(instead, remark), names);
    }

    Book remove(String remark, String... names) {
      return add(new Hint(null, remark), names);
    }

    private Book add(Hint hint, String... names) {
      for (String name : names) {
        hints.put(name, hint);
      }
      return this;
    }

    @Nullable Hint find(String name) {
      return hints.get(name);
    }
  }

  @Override
  public String toString() {
    return instead == null ? remark : "Did you mean '" + instead + "'? " + remark;
  }
}
