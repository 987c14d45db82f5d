// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What the receiver logs while this is open. */
final class ReceiverLog extends AbstractAppender implements AutoCloseable {

  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final Logger logger = (Logger) LogManager.getLogger(Receiver.class);

  ReceiverLog() {
    super("receiver-log", null, null, true, Property.EMPTY_ARRAY);
    start();
    logger.addAppender(this);
  }

  List<String> messages() {
    return messages;
  }

  @Override
  public void append(LogEvent event) {
    messages.add(event.getMessage().getFormattedMessage());
  }

  @Override
  public void close() {
    logger.removeAppender(this);
    stop();
  }
}
