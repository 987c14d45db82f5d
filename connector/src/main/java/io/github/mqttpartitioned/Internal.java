// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a package of which nothing is for users. Its types and methods are public only for other
 * packages of the connector; any release may change or remove them.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.PACKAGE)
public @interface Internal {}
