// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.compat;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;

/**
 * Reaches the classes below {@code src/main/java-newest-spark}. They are compiled against the
 * newest Spark, implement interfaces that older versions do not have, and so cannot be loaded
 * there: the other classes know them by name only.
 */
public final class NewestSpark {

  private NewestSpark() {}

  /**
   * Makes an object of a class that needs a newer Spark. On a Spark that is too old, the class is
   * not loaded.
   *
   * @param role interface of the connector that the class implements
   * @param implementation full name of the class; it has a public constructor without parameters
   * @param needed full name of a class of Spark that it needs; it tells the versions apart
   * @return empty if this Spark does not have {@code needed}
   */
  public static <T> Optional<T> find(Class<T> role, String implementation, String needed) {
    ClassLoader loader = NewestSpark.class.getClassLoader();
    try {
      Class.forName(needed, false, loader);
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    }
    try {
      Class<?> found = Class.forName(implementation, true, loader);
      return Optional.of(role.cast(found.getConstructor().newInstance()));
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("Cannot make a " + implementation, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot make a " + implementation, e);
    }
  }
}
