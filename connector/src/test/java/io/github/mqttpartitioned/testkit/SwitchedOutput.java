// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Takes the place of {@link System#out} and {@link System#err}, and writes to one file after
 * another. What comes while no file is open goes to the former {@link System#out}. Thread-safe.
 */
final class SwitchedOutput extends OutputStream {

  private final PrintStream terminal;
  private OutputStream target;

  private SwitchedOutput(PrintStream terminal) {
    this.terminal = terminal;
    target = terminal;
  }

  /** Takes the place of both streams. */
  static SwitchedOutput install() {
    SwitchedOutput output = new SwitchedOutput(System.out);
    PrintStream stream = new PrintStream(output, true, StandardCharsets.UTF_8);
    System.setOut(stream);
    System.setErr(stream);
    return output;
  }

  /** The former {@link System#out}. */
  PrintStream terminal() {
    return terminal;
  }

  /** Appends what comes from now on to a file, whose folder is made if there is none. */
  synchronized void open(Path file) throws IOException {
    close();
    Files.createDirectories(file.toAbsolutePath().getParent());
    target = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  public synchronized void write(int value) throws IOException {
    target.write(value);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    target.write(bytes, from, length);
  }

  @Override
  public synchronized void flush() throws IOException {
    target.flush();
  }

  /** Closes the file. */
  @Override
  public synchronized void close() throws IOException {
    if (target != terminal) {
      target.close();
      target = terminal;
    }
  }
}
