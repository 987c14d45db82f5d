// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.linkage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;

/**
 * What the JVM would find wrong when it links a class with the class files of one Spark: a class or
 * a member that is not there, a method that is no longer static or of an interface, an abstract
 * method that the class does not implement, a final one that it overrides. Looks at what comes from
 * the cluster only: Spark, Scala, Hadoop, Netty, Jackson and SLF4J.
 */
final class Linkage {

  private static final List<String> OF_THE_CLUSTER =
      List.of(
          "org/apache/spark/",
          "org/apache/hadoop/",
          "scala/",
          "io/netty/",
          "com/fasterxml/jackson/",
          "org/slf4j/");

  private final ClassFiles classes;
  private final Set<String> missing = new TreeSet<>();
  private final Set<String> problems = new TreeSet<>();

  private Linkage(ClassFiles classes) {
    this.classes = classes;
  }

  /**
   * Checks a class.
   *
   * @param classes the connector's and the cluster's
   * @param one read with its code
   */
  static Linkage of(ClassFiles classes, ClassNode one) {
    Linkage linkage = new Linkage(classes);
    linkage.check(one);
    return linkage;
  }

  /** Classes that are not there. */
  Set<String> missing() {
    return missing;
  }

  /** What is wrong, in words. */
  Set<String> problems() {
    return problems;
  }

  private boolean hasSupertypes(ClassNode one) {
    return supertypeNames(one).stream()
        .map(classes::find)
        .allMatch(found -> found.isPresent() && hasSupertypes(found.get()));
  }

  private void check(ClassNode one) {
    checkSupertypes(one);
    for (FieldNode field : one.fields) {
      checkType(one, Type.getType(field.desc));
    }
    for (MethodNode method : one.methods) {
      checkTypes(one, method.desc);
      for (AbstractInsnNode instruction : method.instructions) {
        check(one, instruction);
      }
    }
  }

  private void check(ClassNode from, AbstractInsnNode instruction) {
    if (instruction instanceof TypeInsnNode type) {
      checkType(from, Type.getObjectType(type.desc));
    } else if (instruction instanceof FieldInsnNode field) {
      checkField(from, field);
    } else if (instruction instanceof MethodInsnNode method) {
      checkTypes(from, method.desc);
      checkMethod(
          from,
          method.owner,
          method.name,
          method.desc,
          method.getOpcode() == Opcodes.INVOKESTATIC,
          method.itf);
    } else if (instruction instanceof InvokeDynamicInsnNode dynamic) {
      checkTypes(from, dynamic.desc);
      Arrays.stream(dynamic.bsmArgs)
          .filter(Handle.class::isInstance)
          .map(Handle.class::cast)
          .filter(handle -> handle.getTag() >= Opcodes.H_INVOKEVIRTUAL)
          .forEach(
              handle ->
                  checkMethod(
                      from,
                      handle.getOwner(),
                      handle.getName(),
                      handle.getDesc(),
                      handle.getTag() == Opcodes.H_INVOKESTATIC,
                      handle.isInterface()));
    }
  }

  private void checkTypes(ClassNode from, String methodDescriptor) {
    checkType(from, Type.getReturnType(methodDescriptor));
    for (Type argument : Type.getArgumentTypes(methodDescriptor)) {
      checkType(from, argument);
    }
  }

  private void checkType(ClassNode from, Type type) {
    Type element = type.getSort() == Type.ARRAY ? type.getElementType() : type;
    if (element.getSort() == Type.OBJECT && isOfTheCluster(element.getInternalName())) {
      find(from, element.getInternalName());
    }
  }

  private Optional<ClassNode> find(ClassNode from, String name) {
    Optional<ClassNode> found = classes.find(name);
    if (found.isEmpty()) {
      missing.add(name);
      problem(from, "needs class " + name);
    }
    return found;
  }

  private void checkField(ClassNode from, FieldInsnNode field) {
    if (!isOfTheCluster(field.owner)) {
      return;
    }
    boolean isStatic =
        field.getOpcode() == Opcodes.GETSTATIC || field.getOpcode() == Opcodes.PUTSTATIC;
    find(from, field.owner)
        .filter(
            owner ->
                withSupertypes(owner).stream()
                    .flatMap(one -> one.fields.stream())
                    .noneMatch(
                        one ->
                            one.name.equals(field.name)
                                && one.desc.equals(field.desc)
                                && is(one.access, Opcodes.ACC_STATIC) == isStatic))
        .ifPresent(owner -> problem(from, "needs field " + field.owner + "." + field.name));
  }

  private void checkMethod(
      ClassNode from, String owner, String name, String descriptor, boolean isStatic, boolean itf) {
    Optional<ClassNode> start = classes.find(owner);
    if (owner.startsWith("[") || (start.isEmpty() && !isOfTheCluster(owner))) {
      return;
    }
    if (find(from, owner).isEmpty()) {
      return;
    }
    String method = owner + "." + name + descriptor;
    if (is(start.get().access, Opcodes.ACC_INTERFACE) != itf) {
      problem(from, "needs " + method + (itf ? " of an interface" : " of a class"));
    }
    List<ClassNode> declaring =
        withSupertypes(start.get()).stream()
            .filter(one -> method(one, name, descriptor).isPresent() || isSignaturePolymorphic(one))
            .toList();
    if (declaring.isEmpty()) {
      problem(from, "needs method " + method);
    } else if (!isSignaturePolymorphic(declaring.get(0))
        && is(method(declaring.get(0), name, descriptor).orElseThrow().access, Opcodes.ACC_STATIC)
            != isStatic) {
      problem(from, "needs method " + method + (isStatic ? ", static" : ", not static"));
    }
  }

  private static boolean isSignaturePolymorphic(ClassNode one) {
    return one.name.equals("java/lang/invoke/MethodHandle")
        || one.name.equals("java/lang/invoke/VarHandle");
  }

  /** Abstract methods without a body, and final methods with a second one. */
  private void checkSupertypes(ClassNode one) {
    for (String name : supertypeNames(one)) {
      if (find(one, name).isEmpty()) {
        return;
      }
    }
    if (!hasSupertypes(one)) {
      problem(one, "has a supertype with one that is missing");
      return;
    }
    Map<String, ClassNode> implemented = new HashMap<>();
    Map<String, ClassNode> abstracts = new HashMap<>();
    for (ClassNode type : withSupertypes(one)) {
      for (MethodNode method : type.methods) {
        if (is(method.access, Opcodes.ACC_STATIC) || is(method.access, Opcodes.ACC_PRIVATE)) {
          continue;
        }
        String signature = method.name + method.desc;
        if (is(method.access, Opcodes.ACC_FINAL)
            && type != one
            && method(one, method.name, method.desc).isPresent()) {
          problem(one, "overrides the final " + type.name + "." + signature);
        }
        (is(method.access, Opcodes.ACC_ABSTRACT) ? abstracts : implemented)
            .putIfAbsent(signature, type);
      }
    }
    if (!is(one.access, Opcodes.ACC_ABSTRACT)) {
      abstracts.keySet().removeAll(implemented.keySet());
      abstracts.forEach(
          (signature, type) -> {
            if (isOfTheCluster(type.name)) {
              problem(one, "does not implement " + type.name + "." + signature);
            }
          });
    }
  }

  private static Optional<MethodNode> method(ClassNode one, String name, String descriptor) {
    return one.methods.stream()
        .filter(method -> method.name.equals(name) && method.desc.equals(descriptor))
        .findFirst();
  }

  /** A class, its superclasses, then its interfaces. */
  private List<ClassNode> withSupertypes(ClassNode one) {
    List<ClassNode> found = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Deque<String> interfaces = new ArrayDeque<>();
    for (Optional<ClassNode> next = Optional.of(one);
        next.isPresent();
        next = Optional.ofNullable(next.get().superName).flatMap(classes::find)) {
      found.add(next.get());
      interfaces.addAll(next.get().interfaces);
    }
    while (!interfaces.isEmpty()) {
      String name = interfaces.poll();
      if (seen.add(name)) {
        classes
            .find(name)
            .ifPresent(
                type -> {
                  found.add(type);
                  interfaces.addAll(type.interfaces);
                });
      }
    }
    if (is(one.access, Opcodes.ACC_INTERFACE)) {
      classes.find("java/lang/Object").ifPresent(found::add);
    }
    return found;
  }

  private static Set<String> supertypeNames(ClassNode one) {
    Set<String> names = new LinkedHashSet<>(one.interfaces);
    if (one.superName != null) {
      names.add(one.superName);
    }
    return names;
  }

  private void problem(ClassNode from, String what) {
    problems.add(from.name + " " + what);
  }

  private static boolean is(int access, int flag) {
    return (access & flag) != 0;
  }

  private static boolean isOfTheCluster(String name) {
    return OF_THE_CLUSTER.stream().anyMatch(name::startsWith);
  }
}
