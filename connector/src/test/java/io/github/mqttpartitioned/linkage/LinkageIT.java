// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.linkage;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.ConnectorJar;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.SparkVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;

/** Whether each reference of the jar to what a cluster brings is there, on each Spark. */
@Tag(Full.TAG)
class LinkageIT {

  @ParameterizedTest(name = "{0}")
  @FieldSource("io.github.mqttpartitioned.testkit.SparkVersion#SUPPORTED")
  void everyClassOfTheJarLinks(SparkVersion spark) throws IOException {
    Path jar = ConnectorJar.path();
    List<Path> classPath = new ArrayList<>(List.of(jar));
    classPath.addAll(spark.classPath());
    try (ClassFiles classes = new ClassFiles(classPath)) {
      List<ClassNode> own = own(jar);
      assertThat(own).hasSizeGreaterThan(100);
      Set<String> problems =
          own.stream()
              .flatMap(one -> problems(classes, one).stream())
              .collect(toCollection(TreeSet::new));
      assertThat(problems).isEmpty();
    }
  }

  /**
   * A class that is made for a newer Spark is not loaded where a class that it names is missing.
   */
  private static Set<String> problems(ClassFiles classes, ClassNode one) {
    Linkage linkage = Linkage.of(classes, one);
    return ConnectorJar.isForNewestSpark(one.name) && !linkage.missing().isEmpty()
        ? Set.of()
        : linkage.problems();
  }

  private static List<ClassNode> own(Path jar) throws IOException {
    List<ClassNode> own = new ArrayList<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().filter(LinkageIT::isOwn).toList()) {
        try (InputStream in = file.getInputStream(entry)) {
          own.add(ClassFiles.parse(in, ClassReader.SKIP_FRAMES));
        }
      }
    }
    return own;
  }

  private static boolean isOwn(JarEntry entry) {
    return entry.getName().startsWith("io/github/mqttpartitioned/")
        && !entry.getName().startsWith("io/github/mqttpartitioned/shaded/")
        && entry.getName().endsWith(".class");
  }
}
