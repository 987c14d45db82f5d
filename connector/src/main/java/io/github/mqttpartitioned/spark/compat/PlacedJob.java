// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.compat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import org.apache.spark.FutureAction;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.rdd.AsyncRDDActions;
import org.apache.spark.rdd.RDD;
import scala.Tuple2;
import scala.collection.Iterable;
import scala.collection.Iterator;
import scala.collection.immutable.List$;
import scala.concurrent.ExecutionContext;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.util.Try;

/**
 * A Spark job of one task that has a preferred location. {@code SparkContext.makeRDD} takes {@code
 * scala.collection.immutable.Seq} on Scala 2.13 and {@code scala.collection.Seq} on 2.12, so it is
 * called by reflection.
 */
public final class PlacedJob {

  private static final ClassTag<Object> ANY = ClassTag$.MODULE$.apply(Object.class);

  private PlacedJob() {}

  /**
   * Submits the job and returns at once. Spark may run the task elsewhere than at {@code location}.
   *
   * @param argument of the task
   * @return what the task returns, as a list of one element. Cancelling it cancels the job.
   */
  @SuppressWarnings("unchecked") // tags of erased types, as Spark's own Java API has them
  public static <T> CompletableFuture<List<T>> submit(
      SparkContext context, String argument, String location, Function<String, T> task) {
    RDD<T> rdd = placed(context, argument, location).toJavaRDD().map(task).rdd();
    FutureAction<? extends Iterable<T>> action =
        new AsyncRDDActions<>(rdd, (ClassTag<T>) (ClassTag<?>) ANY).collectAsync();
    CompletableFuture<List<T>> result = new CompletableFuture<>();
    // Not in the thread that completes the action: it is Spark's scheduler.
    action.onComplete(
        done -> complete(result, done), ExecutionContext.fromExecutor(ForkJoinPool.commonPool()));
    Future<?> unused =
        result.whenComplete(
            (value, failure) -> {
              if (result.isCancelled()) {
                action.cancel();
              }
            });
    return result;
  }

  private static <T> boolean complete(
      CompletableFuture<List<T>> result, Try<? extends Iterable<T>> done) {
    return done.isSuccess()
        ? result.complete(list(done.get()))
        : result.completeExceptionally(done.failed().get());
  }

  @SuppressWarnings("unchecked") // see submit
  private static RDD<String> placed(SparkContext context, String argument, String location) {
    Object placed = List$.MODULE$.empty().$colon$colon(Tuple2.apply(argument, list(location)));
    try {
      return (RDD<String>) makeRdd().invoke(context, placed, ANY);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Cannot make a job with a preferred location", e);
    }
  }

  private static Method makeRdd() {
    return Arrays.stream(SparkContext.class.getMethods())
        .filter(method -> method.getName().equals("makeRDD") && method.getParameterCount() == 2)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("SparkContext has no makeRDD"));
  }

  /** Is both kinds of {@code Seq}. */
  private static Object list(String element) {
    return List$.MODULE$.empty().$colon$colon(element);
  }

  private static <T> List<T> list(Iterable<T> elements) {
    List<T> all = new ArrayList<>();
    Iterator<T> each = elements.iterator();
    while (each.hasNext()) {
      all.add(each.next());
    }
    return all;
  }
}
