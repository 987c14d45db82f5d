// SPDX-License-Identifier: Apache-2.0
/**
 * Certificates and private keys as files hold them: PEM (RFC 7468) and DER. The JDK reads
 * certificates and PKCS#8; the older forms of keys are put into PKCS#8 here. A library for that is
 * larger than the whole connector.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.mqtt.pem;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
