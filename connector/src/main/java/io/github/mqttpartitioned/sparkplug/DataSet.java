// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A DataSet (section 6.4.8): {@code {"columns":[…],"types":[…],"rows":[[…],…]}} as JSON.
 *
 * @param rows each has an element for each column; one that has no value is null
 */
record DataSet(List<String> columns, List<Datatype> types, List<List<@Nullable Object>> rows)
    implements JsonValue {

  private static final int COLUMNS = 2;
  private static final int TYPES = 3;
  private static final int ROWS = 4;
  private static final int ELEMENTS = 1;

  static DataSet read(ProtobufCursor fields) {
    DataSet set = new DataSet(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    List<ProtobufCursor> rows = new ArrayList<>();
    for (int field = fields.next(); field != 0; field = fields.next()) {
      switch (field) {
        case COLUMNS -> set.columns.add(fields.text());
        case TYPES -> set.readTypes(fields);
        case ROWS -> rows.add(fields.message());
        default -> {}
      }
    }
    // Types may follow the rows.
    rows.forEach(set::readRow);
    return set;
  }

  private void readTypes(ProtobufCursor fields) {
    if (!fields.isPacked()) {
      types.add(Datatype.of(fields.uint32()));
      return;
    }
    ProtobufCursor packed = fields.message();
    while (packed.hasMore()) {
      types.add(Datatype.of(packed.element()));
    }
  }

  private void readRow(ProtobufCursor fields) {
    List<@Nullable Object> row = new ArrayList<>();
    for (int field = fields.next(); field != 0; field = fields.next()) {
      if (field == ELEMENTS) {
        Datatype type = row.size() < types.size() ? types.get(row.size()) : null;
        row.add(PlainValue.read(fields.message(), PlainValue.DATA_SET_INT, type));
      }
    }
    rows.add(row);
  }

  @Override
  public void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("columns");
    for (String column : columns) {
      json.writeString(column);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("types");
    for (Datatype type : types) {
      json.writeString(type.toString());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("rows");
    for (List<@Nullable Object> row : rows) {
      json.writeStartArray();
      for (Object element : row) {
        Json.write(json, element);
      }
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
