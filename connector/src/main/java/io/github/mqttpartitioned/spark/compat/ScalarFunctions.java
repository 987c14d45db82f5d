// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.compat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.expressions.V2ExpressionUtils;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import scala.Function1;
import scala.Tuple3;
import scala.runtime.AbstractFunction1;

/**
 * Gives SQL a function of Spark's public API for functions, without a catalog. Two things differ: a
 * function's arguments come as another {@code Seq} in Scala 2.12 than in 2.13, so what takes one is
 * called by reflection; and a session's state is in another class of Spark 4 than of Spark 3.5.
 */
public final class ScalarFunctions {

  private ScalarFunctions() {}

  /** For all sessions that have these extensions. */
  @SuppressWarnings("unchecked") // the builder takes the Seq of this Scala
  public static void inject(
      SparkSessionExtensions extensions, ScalarFunction<?> function, String usage) {
    extensions.injectFunction(
        new Tuple3<>(
            new FunctionIdentifier(function.name()),
            info(function, usage),
            (Function1) new Builder(function)));
  }

  private static ExpressionInfo info(ScalarFunction<?> function, String usage) {
    return new ExpressionInfo(
        function.getClass().getName(),
        null,
        function.name(),
        usage,
        "",
        "",
        "",
        "misc_funcs",
        "",
        "",
        "java_udf");
  }

  /**
   * For one session.
   *
   * @throws UnsupportedOperationException if the session is one of Spark Connect
   */
  public static void register(SparkSession session, ScalarFunction<?> function) {
    try {
      Object state = session.getClass().getMethod("sessionState").invoke(session);
      Object registry = state.getClass().getMethod("functionRegistry").invoke(state);
      registry
          .getClass()
          .getMethod("createOrReplaceTempFunction", String.class, Function1.class, String.class)
          .invoke(registry, function.name(), new Builder(function), "java_udf");
    } catch (NoSuchMethodException e) {
      throw new UnsupportedOperationException(
          """
          Only a session that is not one of Spark Connect can register a function. Start the server \
          with spark.sql.extensions=io.github.mqttpartitioned.MqttExtensions.""",
          e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot register " + function.name(), e);
    }
  }

  /** Makes the expression of a call. Spark checks the types of the arguments. */
  private static final class Builder extends AbstractFunction1<Object, Expression> {

    private final ScalarFunction<?> function;

    Builder(ScalarFunction<?> function) {
      this.function = function;
    }

    @Override
    public Expression apply(Object arguments) {
      int given = ((scala.collection.Seq<?>) arguments).length();
      int taken = function.inputTypes().length;
      if (given != taken) {
        throw new IllegalArgumentException(
            "%s takes %d argument, but %d are given".formatted(function.name(), taken, given));
      }
      Method resolve =
          Stream.of(V2ExpressionUtils.class.getMethods())
              .filter(method -> method.getName().equals("resolveScalarFunction"))
              .findFirst()
              .orElseThrow();
      try {
        return (Expression) resolve.invoke(null, function, arguments);
      } catch (InvocationTargetException e) {
        throw new IllegalArgumentException("Cannot call " + function.name(), e);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException("Cannot call " + resolve, e);
      }
    }
  }
}
