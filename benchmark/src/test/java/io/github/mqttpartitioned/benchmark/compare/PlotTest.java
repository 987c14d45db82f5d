// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.benchmark.report.Measurements;
import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PlotTest {

  @Test
  void barsOfOneUnitAreAsLongAsTheLogarithmsOfTheirMedians() throws Exception {
    Measurements measurements = new Measurements();
    measurements.add("a <fast> one", "rows/s", 1_000);
    measurements.add("a slow one", "rows/s", 10);
    measurements.add("of another unit", "ms", 5);
    Document svg = parse(Plot.svg("Tom's & Co", measurements, "rows/s"));
    NodeList bars = svg.getElementsByTagName("rect");
    // The first is the background. The axis goes from 10 to 1,000.
    assertThat(bars.getLength()).isEqualTo(3);
    assertThat(width(bars, 1)).isEqualTo(560);
    assertThat(width(bars, 2)).isEqualTo(1);
    assertThat(svg.getDocumentElement().getTextContent())
        .contains("Tom's & Co, rows/s", "a <fast> one", "a slow one", "1,000")
        .doesNotContain("another unit");
  }

  private static double width(NodeList bars, int bar) {
    return Double.parseDouble(((Element) bars.item(bar)).getAttribute("width"));
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
