// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Standard output: a panel that is drawn over itself where it is a terminal, and lines, which go
 * above the panel. Thread-safe.
 */
final class Terminal {

  private static final String ESCAPE = "\033[";
  private static final String HIDE_CURSOR = ESCAPE + "?25l";
  private static final String SHOW_CURSOR = ESCAPE + "?25h";
  private static final String CLIP_LINES = ESCAPE + "?7l";
  private static final String WRAP_LINES = ESCAPE + "?7h";
  private static final String CLEAR_LINE = ESCAPE + "K";
  private static final String CLEAR_BELOW = ESCAPE + "J";

  private final PrintStream out;
  private final boolean interactive;
  private final boolean unicode;
  private List<String> panel = List.of();

  private Terminal(PrintStream out, boolean interactive, boolean unicode) {
    this.out = out;
    this.interactive = interactive;
    this.unicode = unicode;
  }

  /** The one of this process. */
  static Terminal ofProcess() {
    Charset charset =
        Charset.forName(System.getProperty("native.encoding", StandardCharsets.US_ASCII.name()));
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, charset);
    return new Terminal(out, isTerminal(), charset.equals(StandardCharsets.UTF_8));
  }

  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    String kind = System.getenv("TERM");
    if (console == null || kind == null || kind.equals("dumb")) {
      return false;
    }
    try {
      // From JDK 22 on there is a console even where there is no terminal.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** Whether a panel can be drawn. */
  boolean isInteractive() {
    return interactive;
  }

  /** Whether block characters can be shown. */
  boolean isUnicode() {
    return unicode;
  }

  /** Prints a line; above the panel, when there is one. */
  synchronized void line(String text) {
    StringBuilder output = new StringBuilder();
    toTopOfPanel(output);
    output.append(text).append(interactive ? CLEAR_LINE : "").append('\n');
    draw(output);
    print(output);
  }

  /** Draws the panel in place of the one before. */
  synchronized void panel(List<String> lines) {
    StringBuilder output = new StringBuilder();
    toTopOfPanel(output);
    panel = List.copyOf(lines);
    draw(output);
    print(output);
  }

  /** Leaves the panel as it is; what is printed from now on goes below it. */
  synchronized void endPanel() {
    panel = List.of();
    if (interactive) {
      print(new StringBuilder(WRAP_LINES + SHOW_CURSOR));
    }
  }

  private void toTopOfPanel(StringBuilder output) {
    if (!panel.isEmpty()) {
      output.append(ESCAPE).append(panel.size()).append('A');
    }
  }

  private void draw(StringBuilder output) {
    if (panel.isEmpty()) {
      return;
    }
    output.append(HIDE_CURSOR).append(CLIP_LINES);
    for (String line : panel) {
      output.append(line).append(CLEAR_LINE).append('\n');
    }
    output.append(CLEAR_BELOW);
  }

  private void print(StringBuilder output) {
    out.append(output);
    out.flush();
  }

  /** A stream whose lines go through {@link #line}: for logs, which would break the panel. */
  PrintStream asStream() {
    return new PrintStream(new Lines(), true, StandardCharsets.UTF_8);
  }

  private final class Lines extends OutputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int value) {
      if (value == '\n') {
        line(line.toString(StandardCharsets.UTF_8));
        line.reset();
      } else {
        line.write(value);
      }
    }
  }
}
