// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.compat;

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
import scala.collection.immutable.Seq;
import scala.concurrent.ExecutionContext;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.util.Try;

/**
 * A Spark job of one task that has a preferred location. {@code SparkContext.makeRDD} takes and
 * {@code collectAsync} returns {@code scala.collection.immutable.Seq} on Scala 2.13 and {@code
 * scala.collection.Seq} on 2.12.
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
    Seq<Tuple2<String, Seq<String>>> placed = seq(Tuple2.apply(argument, seq(location)));
    RDD<T> rdd =
        context.makeRDD(placed, (ClassTag<String>) (ClassTag<?>) ANY).toJavaRDD().map(task).rdd();
    FutureAction<Seq<T>> action =
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

  private static <T> boolean complete(CompletableFuture<List<T>> result, Try<Seq<T>> done) {
    return done.isSuccess()
        ? result.complete(CollectionConverters.asJava(done.get()))
        : result.completeExceptionally(done.failed().get());
  }

  private static <T> Seq<T> seq(T element) {
    return CollectionConverters.asScala(List.of(element)).toSeq();
  }
}
