// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The packages use each other as {@link PackageRule} says, and libraries where they belong. */
class ArchitectureTest {

  private static final String ROOT = "io.github.mqttpartitioned";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  /** Spark's public API for sources. Everything else is private, or differs between versions. */
  private static final List<String> SPARK_FOR_SOURCES =
      List.of(
          "org.apache.spark.api.java.function",
          "org.apache.spark.sql",
          "org.apache.spark.sql.connector..",
          "org.apache.spark.sql.streaming",
          "org.apache.spark.sql.types",
          "org.apache.spark.sql.vectorized");

  /** Single classes that the public API for sources refers to, from packages that are private. */
  private static final Set<String> SPARK_CLASSES_FOR_SOURCES =
      Set.of(
          "org.apache.spark.sql.catalyst.InternalRow",
          "org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException",
          "org.apache.spark.sql.catalyst.analysis.NoSuchTableException",
          "org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException",
          "org.apache.spark.sql.catalyst.expressions.UnsafeRow",
          "org.apache.spark.sql.catalyst.util.ArrayData",
          "org.apache.spark.sql.internal.connector.SupportsStreamingUpdateAsAppend",
          "org.apache.spark.sql.catalyst.expressions.GenericInternalRow",
          "org.apache.spark.sql.catalyst.util.GenericArrayData",
          "org.apache.spark.sql.sources.DataSourceRegister",
          "org.apache.spark.sql.util.CaseInsensitiveStringMap",
          "org.apache.spark.unsafe.Platform",
          "org.apache.spark.unsafe.types.UTF8String",
          "scala.runtime.AbstractFunction1",
          "scala.runtime.BoxedUnit");

  @Test
  void packagesKnowOnlyThoseThatTheyMay() {
    Set<String> violations =
        CLASSES.stream()
            .flatMap(one -> one.getDirectDependenciesFromSelf().stream())
            .filter(dependency -> isOurs(dependency.getTargetClass()))
            .filter(dependency -> !isAllowed(dependency))
            .map(Dependency::getDescription)
            .collect(toCollection(TreeSet::new));
    assertThat(violations).isEmpty();
  }

  private static boolean isOurs(JavaClass one) {
    return one.getPackageName().startsWith(ROOT);
  }

  private static boolean isAllowed(Dependency dependency) {
    String from = name(dependency.getOriginClass());
    String to = name(dependency.getTargetClass());
    return from.equals(to)
        || to.isEmpty()
        || PackageRule.MAY_USE.getOrDefault(from, List.of()).contains(to);
  }

  private static String name(JavaClass one) {
    String name = one.getPackageName().substring(ROOT.length());
    return name.isEmpty() ? "" : name.substring(1);
  }

  @Test
  void packagesAreThoseOfTheTable() {
    Set<String> present =
        CLASSES.stream().map(ArchitectureTest::name).collect(toCollection(TreeSet::new));
    assertThat(present).isEqualTo(new TreeSet<>(PackageRule.MAY_USE.keySet()));
  }

  @Test
  void packagesFormNoCircle() {
    slices().assignedFrom(new ByPackage()).should().beFreeOfCycles().check(CLASSES);
  }

  private static final class ByPackage implements SliceAssignment {
    @Override
    public String getDescription() {
      return "the packages of the connector";
    }

    @Override
    public SliceIdentifier getIdentifierOf(JavaClass one) {
      if (!isOurs(one)) {
        return SliceIdentifier.ignore();
      }
      // What users see is in the root, and so is the annotation of all other packages.
      return name(one).isEmpty()
          ? SliceIdentifier.of(one.getBaseComponentType().getName().split("\\$", 2)[0])
          : SliceIdentifier.of(one.getPackageName());
    }
  }

  @Test
  void everyPackageButTheRootIsMarkedInternal() {
    Set<String> unmarked =
        CLASSES.stream()
            .map(JavaClass::getPackage)
            .filter(one -> !one.getName().equals(ROOT) && !one.isAnnotatedWith(Internal.class))
            .map(JavaPackage::getName)
            .collect(toCollection(TreeSet::new));
    assertThat(unmarked).isEmpty();
  }

  @Test
  void privateApiOfSparkIsUsedInExecutorAndCompatAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            ROOT + ".spark.executor", ROOT + ".spark.compat", ROOT + ".cluster.rpc")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are Spark's or Scala's and not for sources",
                one -> isSparkOrScala(one) && !isForSources(one.getBaseComponentType())))
        .check(CLASSES);
  }

  private static boolean isSparkOrScala(JavaClass one) {
    return PackageMatcher.of("org.apache.spark..").matches(one.getPackageName())
        || PackageMatcher.of("scala..").matches(one.getPackageName());
  }

  private static boolean isForSources(JavaClass one) {
    return SPARK_CLASSES_FOR_SOURCES.contains(one.getName())
        || SPARK_FOR_SOURCES.stream()
            .anyMatch(allowed -> PackageMatcher.of(allowed).matches(one.getPackageName()));
  }

  @Test
  void allowancesForSourcesAreUsed() {
    Set<JavaClass> used =
        CLASSES.stream()
            .filter(
                one -> !PackageMatcher.of(ROOT + ".spark.executor").matches(one.getPackageName()))
            .flatMap(one -> one.getDirectDependenciesFromSelf().stream())
            .map(Dependency::getTargetClass)
            .collect(toSet());
    assertThat(SPARK_CLASSES_FOR_SOURCES)
        .allMatch(allowed -> used.stream().anyMatch(one -> one.getName().equals(allowed)));
    assertThat(SPARK_FOR_SOURCES)
        .allMatch(
            allowed ->
                used.stream()
                    .anyMatch(one -> PackageMatcher.of(allowed).matches(one.getPackageName())));
  }

  /** Scala 2.12 and 2.13 have other collections, and 2.12 has no {@code scala.jdk}. */
  @Test
  void scalaCollectionsAreUsedInCompatAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".spark.compat")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("scala.collection..", "scala.jdk..")
        .check(CLASSES);
  }

  /** Some runtimes lack the module {@code jdk.random}, which has the generators that it finds. */
  @Test
  void randomNumbersNeedNoModuleBesideTheBaseOfJava() {
    noClasses().should().callMethod(RandomGenerator.class, "getDefault").check(CLASSES);
    noClasses().should().callMethod(RandomGenerator.class, "of", String.class).check(CLASSES);
  }

  /** Reflection on Spark stands for a method that some version does not have. */
  @Test
  void executorUsesNoReflection() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".spark.executor")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.reflect")
        .check(CLASSES);
  }

  @Test
  void rpcKnowsOfSparkItsNetworkLibraryAlone() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".cluster.rpc")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "org.slf4j..",
            "org.apache.spark.network..",
            "io.netty..",
            ROOT + "..")
        .check(CLASSES);
  }

  @Test
  void onlySparksPackagesAndRpcKnowSpark() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT, ROOT + ".spark..", ROOT + ".cluster.rpc")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
        .check(CLASSES);
  }

  @Test
  void onlyMqttKnowsPaho() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".mqtt")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.eclipse.paho..")
        .check(CLASSES);
  }

  @Test
  void onlyCredentialsKnowScram() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".mqtt.credentials")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.ongres..")
        .check(CLASSES);
  }

  @Test
  void onlyTheMetersKnowMicrometer() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".metrics")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.micrometer..", "io.prometheus..", "com.sun.net.httpserver..")
        .check(CLASSES);
  }

  @Test
  void onlyTheStoreKnowsLmdb() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".store", ROOT + ".store.lmdb")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.lmdbjava..", "jnr..", "com.kenai..")
        .check(CLASSES);
  }
}
