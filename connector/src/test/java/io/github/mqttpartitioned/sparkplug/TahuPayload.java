// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.eclipse.tahu.SparkplugException;
import org.eclipse.tahu.message.SparkplugBPayloadEncoder;
import org.eclipse.tahu.message.model.DataSet;
import org.eclipse.tahu.message.model.DataSetDataType;
import org.eclipse.tahu.message.model.File;
import org.eclipse.tahu.message.model.Metric;
import org.eclipse.tahu.message.model.Metric.MetricBuilder;
import org.eclipse.tahu.message.model.MetricDataType;
import org.eclipse.tahu.message.model.Parameter;
import org.eclipse.tahu.message.model.ParameterDataType;
import org.eclipse.tahu.message.model.Row;
import org.eclipse.tahu.message.model.SparkplugBPayload.SparkplugBPayloadBuilder;
import org.eclipse.tahu.message.model.Template;
import org.eclipse.tahu.message.model.Value;

/** Makes payloads as Eclipse Tahu does. */
@SuppressWarnings("JavaUtilDate") // Tahu's
public final class TahuPayload {

  /** A value of each data type, with what it is in Spark, as the text of its JSON. */
  public record Sample(MetricDataType type, Object value, String column, String expected) {}

  private final SparkplugBPayloadBuilder payload = new SparkplugBPayloadBuilder();

  /**
   * @param millis time of the payload
   * @param seq negative for none
   */
  public TahuPayload(long millis, long seq) {
    payload.setTimestamp(new Date(millis));
    if (seq >= 0) {
      payload.setSeq(seq);
    }
  }

  public TahuPayload uuid(String uuid) {
    payload.setUuid(uuid);
    return this;
  }

  /** A metric of a BIRTH: with name, alias and type. */
  public TahuPayload born(String name, long alias, MetricDataType type, Object value)
      throws SparkplugException {
    payload.addMetric(
        new MetricBuilder(name, type, value)
            .alias(alias)
            .timestamp(new Date(5_000))
            .createMetric());
    return this;
  }

  /** A metric with a name alone. */
  public TahuPayload named(String name, MetricDataType type, Object value)
      throws SparkplugException {
    payload.addMetric(new MetricBuilder(name, type, value).createMetric());
    return this;
  }

  /** A metric of a DATA: with its alias alone. */
  public TahuPayload aliased(long alias, MetricDataType type, Object value)
      throws SparkplugException {
    payload.addMetric(new MetricBuilder(alias, type, value).createMetric());
    return this;
  }

  public TahuPayload metric(Metric metric) {
    payload.addMetric(metric);
    return this;
  }

  /** As a BIRTH is sent: with the data types. */
  public byte[] birth() {
    return encode(false);
  }

  /** As a DATA is sent: without the data types. */
  public byte[] data() {
    return encode(true);
  }

  private byte[] encode(boolean stripTypes) {
    try {
      return new SparkplugBPayloadEncoder().getBytes(payload.createPayload(), stripTypes);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A value or more of each data type. */
  public static List<Sample> samples() throws SparkplugException {
    List<Sample> samples = new ArrayList<>();
    add(samples, MetricDataType.Int8, (byte) -128, "long_value", "-128");
    add(samples, MetricDataType.Int16, (short) -32768, "long_value", "-32768");
    add(samples, MetricDataType.Int32, Integer.MIN_VALUE, "long_value", "-2147483648");
    add(samples, MetricDataType.Int32, 17, "long_value", "17");
    add(samples, MetricDataType.Int64, Long.MIN_VALUE, "long_value", "-9223372036854775808");
    add(samples, MetricDataType.UInt8, (short) 255, "long_value", "255");
    add(samples, MetricDataType.UInt16, 65_535, "long_value", "65535");
    add(samples, MetricDataType.UInt32, 4_294_967_295L, "long_value", "4294967295");
    add(samples, MetricDataType.UInt64, BigInteger.valueOf(7), "long_value", "7");
    add(
        samples,
        MetricDataType.UInt64,
        BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE),
        "string_value",
        "18446744073709551615");
    add(samples, MetricDataType.Float, 1.5f, "double_value", "1.5");
    add(samples, MetricDataType.Double, -1e300, "double_value", "-1.0E300");
    add(samples, MetricDataType.Boolean, true, "boolean_value", "true");
    add(samples, MetricDataType.Boolean, false, "boolean_value", "false");
    add(samples, MetricDataType.String, "häll", "string_value", "häll");
    add(
        samples,
        MetricDataType.DateTime,
        new Date(1_700_000_000_123L),
        "long_value",
        "1700000000123");
    add(samples, MetricDataType.Text, "", "string_value", "");
    add(
        samples,
        MetricDataType.UUID,
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "string_value",
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301");
    add(samples, MetricDataType.Bytes, new byte[] {1, -1}, "bytes_value", "AQ==,/w==");
    add(samples, MetricDataType.File, new File("a.bin", new byte[] {2}), "bytes_value", "Ag==");
    add(
        samples,
        MetricDataType.DataSet,
        dataSet(),
        "string_value",
        """
        {"columns":["a","b","c"],"types":["Int8","String","UInt64"],\
        "rows":[[-3,"x",18446744073709551615],[4,"",0]]}""");
    add(
        samples,
        MetricDataType.Template,
        template(),
        "string_value",
        """
        {"version":"1","templateRef":"Motor","isDefinition":false,\
        "metrics":[{"name":"rpm","timestamp":3,"dataType":"Int32","value":-5},\
        {"name":"in","timestamp":4,"dataType":"Template","value":{"templateRef":"Part","isDefinition":false,\
        "metrics":[],"parameters":[]}}],\
        "parameters":[{"name":"max","dataType":"Int16","value":-2}]}""");
    addArrays(samples);
    return samples;
  }

  private static void addArrays(List<Sample> samples) {
    String text = "string_value";
    add(samples, MetricDataType.Int8Array, new Byte[] {-1, 2}, text, "[-1,2]");
    add(samples, MetricDataType.Int16Array, new Short[] {-1, 2}, text, "[-1,2]");
    add(samples, MetricDataType.Int32Array, new Integer[] {-1, 2}, text, "[-1,2]");
    add(samples, MetricDataType.Int64Array, new Long[] {-1L, 2L}, text, "[-1,2]");
    add(samples, MetricDataType.UInt8Array, new Short[] {255, 2}, text, "[255,2]");
    add(samples, MetricDataType.UInt16Array, new Integer[] {65_535, 2}, text, "[65535,2]");
    add(samples, MetricDataType.UInt32Array, new Long[] {4_294_967_295L}, text, "[4294967295]");
    add(
        samples,
        MetricDataType.UInt64Array,
        new BigInteger[] {BigInteger.ONE.shiftLeft(63)},
        text,
        "[9223372036854775808]");
    add(samples, MetricDataType.FloatArray, new Float[] {1.5f, -2f}, text, "[1.5,-2.0]");
    add(samples, MetricDataType.DoubleArray, new Double[] {1.5, -2.0}, text, "[1.5,-2.0]");
    add(
        samples,
        MetricDataType.BooleanArray,
        new Boolean[] {true, false, true, true, false, false, false, false, true},
        text,
        "[true,false,true,true,false,false,false,false,true]");
    add(
        samples,
        MetricDataType.StringArray,
        new String[] {"a", "", "ä"},
        text,
        "[\"a\",\"\",\"ä\"]");
    add(samples, MetricDataType.DateTimeArray, new Date[] {new Date(9)}, text, "[9]");
  }

  private static void add(
      List<Sample> samples, MetricDataType type, Object value, String column, String expected) {
    samples.add(new Sample(type, value, column, expected));
  }

  private static DataSet dataSet() throws SparkplugException {
    return new DataSet.DataSetBuilder(3)
        .addColumnNames(List.of("a", "b", "c"))
        .addTypes(List.of(DataSetDataType.Int8, DataSetDataType.String, DataSetDataType.UInt64))
        .addRow(row((byte) -3, "x", BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE)))
        .addRow(row((byte) 4, "", BigInteger.ZERO))
        .createDataSet();
  }

  private static Row row(byte a, String b, BigInteger c) {
    return new Row(
        List.of(
            new Value<>(DataSetDataType.Int8, a),
            new Value<>(DataSetDataType.String, b),
            new Value<>(DataSetDataType.UInt64, c)));
  }

  private static Template template() throws SparkplugException {
    Template inner =
        new Template.TemplateBuilder().templateRef("Part").definition(false).createTemplate();
    return new Template.TemplateBuilder()
        .version("1")
        .templateRef("Motor")
        .definition(false)
        .addMetric(
            new MetricBuilder("rpm", MetricDataType.Int32, -5)
                .timestamp(new Date(3))
                .createMetric())
        .addMetric(
            new MetricBuilder("in", MetricDataType.Template, inner)
                .timestamp(new Date(4))
                .createMetric())
        .addParameter(new Parameter("max", ParameterDataType.Int16, (short) -2))
        .createTemplate();
  }
}
