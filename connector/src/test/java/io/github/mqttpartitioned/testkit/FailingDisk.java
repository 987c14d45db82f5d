// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Disk errors for a child process, by a library that is loaded before all others: while the file of
 * a fault is there, the calls that it stands for fail with EIO.
 */
public final class FailingDisk {

  private static final String SOURCE =
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <stdlib.h>
      #include <sys/syscall.h>
      #include <sys/types.h>
      #include <unistd.h>
      static int fails(const char *fault) {
        const char *file = getenv(fault);
        return file && access(file, F_OK) == 0;
      }
      int fdatasync(int fd) {
        if (fails("SYNC_FAILS_IF")) { errno = EIO; return -1; }
        return syscall(SYS_fdatasync, fd);
      }
      int fsync(int fd) {
        if (fails("SYNC_FAILS_IF")) { errno = EIO; return -1; }
        return syscall(SYS_fsync, fd);
      }
      ssize_t pwrite64(int fd, const void *from, size_t length, off64_t at) {
        if (length < 4096 && fails("META_FAILS_IF")) { errno = EIO; return -1; }
        return syscall(SYS_pwrite64, fd, from, length, at);
      }
      ssize_t pwrite(int fd, const void *from, size_t length, off_t at) {
        return pwrite64(fd, from, length, at);
      }
      """;

  private final Path folder;
  private final Path library;

  private FailingDisk(Path folder, Path library) {
    this.folder = folder;
    this.library = library;
  }

  /** What may fail. */
  public enum Fault {
    /** {@code fsync} and {@code fdatasync}. */
    SYNC,
    /** Writes of less than a page: of LMDB's those of its meta pages, after which it gives up. */
    META
  }

  /** Builds the library in {@code folder}; empty without a C compiler. */
  public static Optional<FailingDisk> in(Path folder) throws InterruptedException {
    try {
      Path library = folder.resolve("failing.so");
      Path source = Files.writeString(folder.resolve("failing.c"), SOURCE);
      Process compiler =
          new ProcessBuilder(
                  List.of("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString()))
              .inheritIO()
              .start();
      return compiler.waitFor() == 0
          ? Optional.of(new FailingDisk(folder, library))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Lets a child depend on this disk. */
  public ChildJvm.Builder under(ChildJvm.Builder child) {
    child.environment("LD_PRELOAD", library.toString());
    for (Fault fault : Fault.values()) {
      child.environment(fault + "_FAILS_IF", file(fault).toString());
    }
    return child;
  }

  /** From now on these calls fail. */
  public void fail(Fault fault) {
    try {
      Files.createFile(file(fault));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From now on everything goes well. */
  public void recover() {
    try {
      for (Fault fault : Fault.values()) {
        Files.deleteIfExists(file(fault));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(Fault fault) {
    return folder.resolve(fault + ".fails");
  }
}
