// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The dependency directions that the root package's description draws. */
class ArchitectureTest {

  private static final String ROOT = "io.github.mqttpartitioned.";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.github.mqttpartitioned");

  @Test
  void packagesKnowOnlyThoseBelowThem() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("model")
        .definedBy(ROOT + "model")
        .layer("option")
        .definedBy(ROOT + "option")
        .layer("block")
        .definedBy(ROOT + "block")
        .layer("store")
        .definedBy(ROOT + "store")
        .layer("receiver")
        .definedBy(ROOT + "receiver")
        .layer("metrics")
        .definedBy(ROOT + "metrics")
        .layer("coordinator")
        .definedBy(ROOT + "coordinator")
        .layer("transport")
        .definedBy(ROOT + "transport")
        .layer("node")
        .definedBy(ROOT + "node")
        .layer("source")
        .definedBy(ROOT + "source")
        .whereLayer("source")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("node")
        .mayOnlyBeAccessedByLayers("source")
        .whereLayer("transport")
        .mayOnlyBeAccessedByLayers("node", "source")
        .whereLayer("coordinator")
        .mayOnlyBeAccessedByLayers("transport", "node", "source")
        .whereLayer("metrics")
        .mayOnlyBeAccessedByLayers("node", "source")
        .whereLayer("receiver")
        .mayOnlyBeAccessedByLayers("metrics", "node")
        .whereLayer("store")
        .mayOnlyBeAccessedByLayers("receiver", "node", "source")
        .whereLayer("block")
        .mayOnlyBeAccessedByLayers("store", "receiver", "transport", "node", "source")
        .whereLayer("option")
        .mayOnlyBeAccessedByLayers("source")
        .check(CLASSES);
  }

  @Test
  void everyClassLivesInOneOfThesePackages() {
    classes()
        .that()
        .areTopLevelClasses()
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .resideInAnyPackage(
            ROOT + "model",
            ROOT + "option",
            ROOT + "block",
            ROOT + "store",
            ROOT + "receiver",
            ROOT + "metrics",
            ROOT + "coordinator",
            ROOT + "transport",
            ROOT + "node",
            ROOT + "source")
        .check(CLASSES);
  }

  @Test
  void onlyTheTransportKnowsHowSparkTalks() {
    classes()
        .that()
        .resideInAPackage(ROOT + "transport")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "org.slf4j..",
            "org.apache.spark.network..",
            "io.netty..",
            ROOT + "model",
            ROOT + "block",
            ROOT + "coordinator",
            ROOT + "transport")
        .check(CLASSES);
  }

  @Test
  void onlyTheSourceAndTheTransportKnowSpark() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "source", ROOT + "transport")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
        .check(CLASSES);
  }

  @Test
  void onlyOneClassKnowsPaho() {
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.receiver\\.PahoSession(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.eclipse.paho..")
        .check(CLASSES);
  }

  @Test
  void onlyTheMetersKnowMicrometer() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "metrics")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.micrometer..", "io.prometheus..", "com.sun.net.httpserver..")
        .check(CLASSES);
  }

  @Test
  void onlyTheStoreKnowsLmdb() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "store")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.lmdbjava..", "jnr..", "com.kenai..")
        .check(CLASSES);
  }

  @Test
  void theModelKnowsTheJdkAlone() {
    classes()
        .that()
        .resideInAPackage(ROOT + "model")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", ROOT + "model")
        .check(CLASSES);
  }
}
