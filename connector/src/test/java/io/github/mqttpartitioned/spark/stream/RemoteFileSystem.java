// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** A file system that says it is not this machine's. */
public final class RemoteFileSystem extends RawLocalFileSystem {

  @Override
  public String getScheme() {
    return "remote";
  }

  @Override
  public URI getUri() {
    return URI.create("remote:///");
  }
}
