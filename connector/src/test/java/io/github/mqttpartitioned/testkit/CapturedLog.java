// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What the project logs while this is open. Thread-safe. */
public final class CapturedLog implements AutoCloseable {

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger root = (Logger) LogManager.getRootLogger();
  private final AbstractAppender appender =
      new AbstractAppender("captured", null, null, false, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
          if (event.getLoggerName().startsWith("io.github.mqttpartitioned.")) {
            lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
          }
        }
      };

  /** Begins to listen. */
  public CapturedLog() {
    appender.start();
    root.addAppender(appender);
  }

  /** Level and message of the lines so far that contain {@code part}. */
  public List<String> lines(String part) {
    return lines.stream().filter(line -> line.contains(part)).toList();
  }

  @Override
  public void close() {
    root.removeAppender(appender);
    appender.stop();
  }
}
