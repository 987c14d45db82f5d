// SPDX-License-Identifier: Apache-2.0
/**
 * What differs between the versions of Spark and of Scala that the connector runs on. Each class
 * hides one difference behind Java's own types, and names in its javadoc which versions differ and
 * how.
 *
 * <table>
 * <caption>Where a difference belongs</caption>
 * <tr><th>class</th><th>what differs</th></tr>
 * <tr><td>{@link io.github.mqttpartitioned.spark.compat.RpcTls}</td>
 *     <td>{@code spark.ssl.rpc}, which Spark 3.5 does not have</td></tr>
 * <tr><td>{@link io.github.mqttpartitioned.spark.compat.ExecutorPeers}</td>
 *     <td>the {@code Seq} that the block manager master returns</td></tr>
 * <tr><td>{@link io.github.mqttpartitioned.spark.compat.PlacedJob}</td>
 *     <td>the {@code Seq} that jobs take</td></tr>
 * <tr><td>{@link io.github.mqttpartitioned.spark.compat.NewestSpark}</td>
 *     <td>interfaces of Spark that older versions do not have</td></tr>
 * <tr><td>{@link io.github.mqttpartitioned.spark.compat.SparkRelease}</td>
 *     <td>which releases are too old</td></tr>
 * </table>
 *
 * <p>One jar runs on all of them. Maven compiles {@code src/main/java} against the oldest Spark,
 * with Scala 2.12. Then it compiles {@code src/main/java-newest-spark} against the newest Spark,
 * with Scala 2.13. A class belongs there if it implements or calls what only newer versions of
 * Spark have. It stays in the package where it would be otherwise, and may use every class of that
 * package. The other classes do not see it: they declare an interface, and take the implementation
 * from {@code NewestSpark}.
 *
 * <p>To support another version of Spark, add it to the tests of the version matrix: what does not
 * link, or is missing at run time, moves here. Outside of this package no class uses a Scala
 * collection. This package may use Spark's private classes, and no other package of the connector
 * but {@code error}. The architecture test holds both rules.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.compat;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
