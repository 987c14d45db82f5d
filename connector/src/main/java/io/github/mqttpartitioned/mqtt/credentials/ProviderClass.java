// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the class that the option {@code credentialsProvider} names, and makes an instance.
 *
 * <p>Spark gives the jars of a user to the context class loader of its own threads. The connector
 * may be on the class path of the JVM, where it does not see them, and has threads of its own. So a
 * thread of Spark {@linkplain #rememberLoader leaves} its class loader here. Thread-safe.
 */
public final class ProviderClass {

  private static volatile WeakReference<@Nullable ClassLoader> remembered =
      new WeakReference<>(null);

  private ProviderClass() {}

  /** From now on, classes are looked for with the context class loader of this thread, too. */
  public static void rememberLoader() {
    remembered = new WeakReference<>(Thread.currentThread().getContextClassLoader());
  }

  static Class<? extends CredentialsProvider> find(String name) throws CredentialsException {
    Class<?> found = load(name);
    if (!CredentialsProvider.class.isAssignableFrom(found)) {
      throw unusable(
          name, "the class does not implement " + CredentialsProvider.class.getName(), null);
    }
    return found.asSubclass(CredentialsProvider.class);
  }

  private static Class<?> load(String name) throws CredentialsException {
    ClassLoader own = ProviderClass.class.getClassLoader();
    for (ClassLoader loader :
        Stream.of(Thread.currentThread().getContextClassLoader(), remembered.get(), own)
            .filter(Objects::nonNull)
            .toList()) {
      try {
        return Class.forName(name, false, loader);
      } catch (ClassNotFoundException e) {
        // Another loader may have it.
      } catch (LinkageError e) {
        throw unusable(name, "the class cannot be loaded: " + CredentialsException.describe(e), e);
      }
    }
    throw unusable(
        name,
        """
        there is no such class on this host. Put its jar on the class path of the driver and of \
        each executor, such as by --jars""",
        null);
  }

  static CredentialsProvider instanceOf(Class<? extends CredentialsProvider> type)
      throws CredentialsException {
    try {
      return type.getConstructor().newInstance();
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
      throw unusable(
          type.getName(),
          "it must be a public class with a public constructor without parameters",
          e);
    } catch (InvocationTargetException e) {
      throw unusable(
          type.getName(),
          "its constructor has failed: " + CredentialsException.describe(e.getTargetException()),
          e.getTargetException());
    } catch (LinkageError e) {
      throw unusable(
          type.getName(), "the class cannot be loaded: " + CredentialsException.describe(e), e);
    }
  }

  private static CredentialsException unusable(String name, String why, @Nullable Throwable cause) {
    return CredentialsException.lasting(
        "credentialsProvider=%s cannot be used: %s".formatted(PrintableText.of(name), why), cause);
  }
}
