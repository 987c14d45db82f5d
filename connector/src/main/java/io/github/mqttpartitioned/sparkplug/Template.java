// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Template (section 6.4.13) as JSON: {@code {"version":…,"templateRef":…,"isDefinition":…,
 * "metrics":[{"name":…,"dataType":…,"value":…}],"parameters":[…]}}. What is not sent is left out.
 */
final class Template implements JsonValue {

  /** More templates within each other than any plant has, and few enough for the stack. */
  private static final int MAX_DEPTH = 16;

  private static final int VERSION = 1;
  private static final int METRICS = 2;
  private static final int PARAMETERS = 3;
  private static final int TEMPLATE_REF = 4;
  private static final int IS_DEFINITION = 5;

  private static final int PARAMETER_NAME = 1;
  private static final int PARAMETER_TYPE = 2;
  private static final int PARAMETER_INT = 3;

  private @Nullable String version;
  private @Nullable String templateRef;
  private @Nullable Boolean isDefinition;
  private final List<SparkplugMetric> metrics = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();

  private record Parameter(
      @Nullable String name, @Nullable Datatype type, @Nullable Object value) {}

  private Template() {}

  static Template read(ProtobufCursor fields, int depth) {
    if (depth > MAX_DEPTH) {
      throw new MalformedPayloadException("more than " + MAX_DEPTH + " templates in each other");
    }
    Template template = new Template();
    for (int field = fields.next(); field != 0; field = fields.next()) {
      switch (field) {
        case VERSION -> template.version = fields.text();
        case METRICS -> template.metrics.add(SparkplugMetric.read(fields.message(), depth));
        case PARAMETERS -> template.parameters.add(parameter(fields.message()));
        case TEMPLATE_REF -> template.templateRef = fields.text();
        case IS_DEFINITION -> template.isDefinition = fields.bool();
        default -> {}
      }
    }
    return template;
  }

  private static Parameter parameter(ProtobufCursor fields) {
    String name = null;
    Datatype type = null;
    Object value = null;
    for (int field = fields.next(); field != 0; field = fields.next()) {
      switch (field) {
        case PARAMETER_NAME -> name = fields.text();
        case PARAMETER_TYPE -> type = Datatype.of(fields.uint32());
        default -> {
          if (PlainValue.isValue(field, PARAMETER_INT)) {
            value = PlainValue.read(fields, field - PARAMETER_INT);
          }
        }
      }
    }
    return new Parameter(name, type, PlainValue.typed(value, type));
  }

  @Override
  public void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    field(json, "version", version);
    field(json, "templateRef", templateRef);
    field(json, "isDefinition", isDefinition);
    json.writeArrayFieldStart("metrics");
    for (SparkplugMetric metric : metrics) {
      write(json, metric);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("parameters");
    for (Parameter parameter : parameters) {
      json.writeStartObject();
      field(json, "name", parameter.name());
      field(json, "dataType", parameter.type());
      field(json, "value", parameter.value());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, SparkplugMetric metric) throws IOException {
    Datatype type = metric.datatype();
    json.writeStartObject();
    field(json, "name", metric.name());
    field(json, "alias", metric.alias());
    field(json, "timestamp", metric.timestamp());
    field(json, "dataType", type);
    field(json, "value", metric.nested(type));
    json.writeEndObject();
  }

  private static void field(JsonGenerator json, String name, @Nullable Object value)
      throws IOException {
    if (value != null) {
      json.writeFieldName(name);
      Json.write(json, value instanceof Datatype type ? type.toString() : value);
    }
  }
}
