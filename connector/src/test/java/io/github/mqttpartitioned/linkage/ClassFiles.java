// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.linkage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;

/**
 * Class files of a class path, read and not loaded. Names are internal ones, such as {@code
 * java/lang/String}. Classes of the JDK come from this JVM.
 */
final class ClassFiles implements AutoCloseable {

  private final List<JarFile> jars = new ArrayList<>();
  private final Map<String, Optional<ClassNode>> read = new HashMap<>();

  ClassFiles(List<Path> classPath) throws IOException {
    for (Path entry : classPath) {
      jars.add(new JarFile(entry.toFile()));
    }
  }

  /** A class with its members, without their code. */
  Optional<ClassNode> find(String name) {
    return read.computeIfAbsent(name, this::read);
  }

  private Optional<ClassNode> read(String name) {
    try (InputStream in = open(name + ".class")) {
      return in == null ? Optional.empty() : Optional.of(parse(in, ClassReader.SKIP_CODE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InputStream open(String file) throws IOException {
    for (JarFile jar : jars) {
      ZipEntry entry = jar.getEntry(file);
      if (entry != null) {
        return jar.getInputStream(entry);
      }
    }
    return ClassLoader.getPlatformClassLoader().getResourceAsStream(file);
  }

  static ClassNode parse(InputStream in, int parts) throws IOException {
    ClassNode node = new ClassNode(Opcodes.ASM9);
    new ClassReader(in).accept(node, parts);
    return node;
  }

  @Override
  public void close() throws IOException {
    for (JarFile jar : jars) {
      jar.close();
    }
  }
}
