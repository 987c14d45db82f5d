package io.github.mqttpartitioned.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.mqttpartitioned.model.AckMode;
import io.github.mqttpartitioned.model.BrokerUrl;
import io.github.mqttpartitioned.model.Secret;
import io.github.mqttpartitioned.model.TlsSettings;
import io.github.mqttpartitioned.model.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.model.TlsSettings.StoreType;
import io.github.mqttpartitioned.model.TopicFilter;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceOptionsTest {

  private static final String KNOWN =
      Options.ALL.stream()
          .map(Option::key)
          .collect(Collectors.joining(", ", " Known options: ", "."));

  /** The two required options, and {@code more}: keys and values by turns. */
  private static Map<String, String> options(String... more) {
    Map<String, String> options = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    options.put("brokerUrl", "tcp://broker");
    options.put("topics", "sensors/#");
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return options;
  }

  private static SourceOptions parse(String... more) {
    return SourceOptions.parse(options(more));
  }

  private static OptionException exception(Map<String, String> options) {
    return catchThrowableOfType(OptionException.class, () -> SourceOptions.parse(options));
  }

  private static String error(String... more) {
    return exception(options(more)).getMessage();
  }

  @Nested
  class Declarations {

    @Test
    void areAllListedInOrder() throws IllegalAccessException {
      List<Object> constants = new ArrayList<>();
      for (Field field : Options.class.getDeclaredFields()) {
        if (Modifier.isPublic(field.getModifiers()) && field.getType() == Option.class) {
          constants.add(field.get(null));
        }
      }
      assertThat(Options.ALL).hasSize(32).isEqualTo(constants);
    }

    @Test
    void haveDefaultsOfTheContract() {
      Map<String, String> defaults = new HashMap<>();
      Options.ALL.stream()
          .filter(option -> option.defaultText().startsWith("`"))
          .forEach(option -> defaults.put(option.key(), option.defaultText().replace("`", "")));
      assertThat(defaults)
          .containsExactlyInAnyOrderEntriesOf(
              Map.ofEntries(
                  Map.entry("qos", "1"),
                  Map.entry("ssl.endpoint.identification.algorithm", "https"),
                  Map.entry("keepAlive", "60s"),
                  Map.entry("connectTimeout", "30s"),
                  Map.entry("sessionExpiry", "7d"),
                  Map.entry("receiveMaximum", "65535"),
                  Map.entry("storeMaxBytes", "10g"),
                  Map.entry("ackMode", "stored"),
                  Map.entry("failOnDataLoss", "true"),
                  Map.entry("storeRecoveryTimeout", "5m"),
                  Map.entry("retention", "0s"),
                  Map.entry("maxTriggerDelay", "15m"),
                  Map.entry("drainTimeout", "5s"),
                  Map.entry("includeProperties", "false")));
    }

    @Test
    void defaultsGoThroughTheSameParserAsGivenValues() {
      Map<String, String> written = options();
      Options.ALL.stream()
          .filter(option -> option.defaultText().startsWith("`"))
          .filter(option -> !option.key().startsWith("ssl."))
          .forEach(option -> written.put(option.key(), option.defaultText().replace("`", "")));
      SourceOptions given = SourceOptions.parse(written);
      SourceOptions leftOut = parse();
      assertThat(given.keepAlive()).isEqualTo(leftOut.keepAlive());
      assertThat(given.storeMaxBytes()).isEqualTo(leftOut.storeMaxBytes());
      assertThat(given.ackMode()).isEqualTo(leftOut.ackMode());
    }
  }

  @Nested
  class Names {

    @Test
    void countInAnyCase() {
      assertThat(parse("QoS", "2", "KEEPALIVE", "5s"))
          .returns(2, SourceOptions::qos)
          .returns(Duration.ofSeconds(5), SourceOptions::keepAlive);
    }

    @Test
    void thatSparkLowersAreKnown() {
      Map<String, String> lowered = new HashMap<>();
      lowered.put("brokerurl", "tcp://b");
      lowered.put("topics", "a");
      lowered.put("includeproperties", "true");
      assertThat(SourceOptions.parse(lowered).includeProperties()).isTrue();
    }

    @Test
    void inTwoCasesWithDifferentValuesContradict() {
      Map<String, String> twice = new HashMap<>(options());
      twice.put("qos", "1");
      twice.put("QOS", "2");
      assertThat(exception(twice))
          .hasMessage("Options QOS ('2') and qos ('1') contradict each other. Give one of them.");
    }

    @Test
    void inTwoCasesWithDifferentSecretsShowNeither() {
      Map<String, String> twice = new HashMap<>(options());
      twice.put("password", "hunter2");
      twice.put("Password", "hunter3");
      assertThat(exception(twice))
          .hasMessage(
              "Options Password ('***') and password ('***') contradict each other. Give one of"
                  + " them.");
    }

    @ParameterizedTest
    @CsvSource({
      "topcs, topics",
      "qoss, qos",
      "broker_url, brokerUrl",
      "storDir, storeDir",
      "pasword, password",
      "maxOffsetPerTrigger, maxOffsetsPerTrigger",
      "ssl.trustore.location, ssl.truststore.location",
      "ackmod, ackMode",
    })
    void withTypingErrorsGetTheNearestKnownOne(String typed, String meant) {
      assertThat(error(typed, "secret"))
          .isEqualTo("Unknown option '" + typed + "'. Did you mean '" + meant + "'?" + KNOWN);
    }

    @Test
    void farFromAnyGetTheList() {
      assertThat(error("colour", "green")).isEqualTo("Unknown option 'colour'." + KNOWN);
    }

    @Test
    void ofOtherConnectorsGetAHint() {
      assertThat(error("topic", "a"))
          .isEqualTo(
              "Unknown option 'topic'. Did you mean 'topics'? It takes one or more topic filters,"
                  + " separated by commas."
                  + KNOWN);
      assertThat(error("clientId", "a"))
          .isEqualTo(
              "Unknown option 'clientId'. Did you mean 'clientIdPrefix'? Each partition is a"
                  + " session of its own: partition p connects as <prefix>-<p>."
                  + KNOWN);
      assertThat(error("cleansession", "true"))
          .isEqualTo(
              "Unknown option 'cleansession'. A member's session always outlives its connection,"
                  + " or messages would be lost: leave this out. sessionExpiry says how long the"
                  + " broker keeps it."
                  + KNOWN);
    }

    @ParameterizedTest
    @CsvSource({
      "brokerUrls, brokerUrl",
      "url, brokerUrl",
      "kafka.bootstrap.servers, brokerUrl",
      "paths, brokerUrl",
      "subscribe, topics",
      "minPartitions, partitions",
      "groupId, group",
      "user, username",
      "persistence, storeDir",
      "localStorage, storeDir",
      "connectionTimeout, connectTimeout",
      "keepAliveInterval, keepAlive",
      "sessionExpiryInterval, sessionExpiry",
      "maxInflight, receiveMaximum",
    })
    void ofOtherConnectorsAreSentToTheRightOption(String theirs, String ours) {
      assertThat(error(theirs, "x"))
          .startsWith("Unknown option '" + theirs + "'. Did you mean '" + ours + "'? ");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "cleanStart",
          "autoReconnect",
          "mqttVersion",
          "startingOffsets",
          "endingOffsets"
        })
    void ofOtherConnectorsWithoutMeaningHereAreToBeLeftOut(String theirs) {
      assertThat(error(theirs, "x")).contains("leave this out").endsWith(KNOWN);
    }

    @Test
    void ofTheQueryAreSentToTheQuery() {
      assertThat(error("checkpointLocation", "/c"))
          .isEqualTo(
              "Unknown option 'checkpointLocation'. It belongs to the query: give it to"
                  + " writeStream, not to readStream."
                  + KNOWN);
    }

    @Test
    void withoutValueAreRefused() {
      assertThat(error("qos", null))
          .isEqualTo("Option qos: is null. Give it a value, or leave it out.");
    }
  }

  @Nested
  class Problems {

    @Test
    void areAllToldAtOnce() {
      OptionException e =
          exception(Map.of("topics", "a/#/b,c+", "qos", "3", "topic", "a", "clientID", "b"));
      assertThat(e.problems()).hasSize(6);
      assertThat(e)
          .hasMessage(
              """
              6 problems with the options:
              - Unknown option 'clientID'. Did you mean 'clientIdPrefix'? Each partition is a \
              session of its own: partition p connects as <prefix>-<p>.
              - Unknown option 'topic'. Did you mean 'topics'? It takes one or more topic \
              filters, separated by commas.%s
              - Option brokerUrl is missing. Give comma-separated tcp://, ssl://, ws:// or \
              wss:// URLs.
              - Option topics: 'a/#/b' has # before its end: # must be the whole last level. \
              Accepted: comma-separated MQTT topic filters, such as sensors/+/temperature or \
              alarms/#.
              - Option topics: 'c+' has + inside a level: + must be a whole level. Accepted: \
              comma-separated MQTT topic filters, such as sensors/+/temperature or alarms/#.
              - Option qos: '3' is out of range. Accepted: 0, 1 or 2."""
                  .formatted(KNOWN));
    }

    @Test
    void stayOnOneLineEach() {
      assertThat(error("qos", "3\n4\u0000"))
          .isEqualTo("Option qos: '3\\u000a4\\u0000' is not a whole number. Accepted: 0, 1 or 2.");
    }

    @Test
    void areShort() {
      assertThat(error("x\n".repeat(1000), "1"))
          .startsWith("Unknown option '" + "x\\u000a".repeat(100) + "…'. Known options");
      assertThat(error("qos", "x".repeat(100_000)))
          .isEqualTo(
              "Option qos: '" + "x".repeat(200) + "…' is not a whole number. Accepted: 0, 1 or 2.");
    }

    @Test
    void ofLaterChecksNameTheReason() {
      assertThat(OptionException.missing(Options.STORE_DIR, "executors run on other hosts"))
          .hasMessage(
              "Option storeDir is missing: executors run on other hosts. Accepted: an absolute"
                  + " path, with or without file: before it.");
    }
  }

  @Nested
  class Secrets {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "tcp://me:hunter2@broker",
          "tcp://me:hunter,hunter2@broker",
          "tcp://me:hunter2 @broker",
          "me:hunter2@broker",
          "tcp://ok,ssl://me:1234567,hunter2@broker",
        })
    void inBrokerUrlsAreNeverShown(String url) {
      assertThat(error("brokerUrl", url))
          .isEqualTo(
              "Option brokerUrl: '***' holds an @: a URL carries no user or password here. Use the"
                  + " options username and password. Accepted: comma-separated tcp://, ssl://,"
                  + " ws:// or wss:// URLs.");
      assertThat(exception(Map.of("path", url, "topics", "a")).getMessage())
          .doesNotContain("hunter");
      assertThat(error("brokerUrl", "tcp://b", "path", url)).doesNotContain("hunter");
    }

    @Test
    void inQueriesOfUrlsAreNeverShown() {
      assertThat(error("brokerUrl", "ws://b/mqtt?token=hunter2,hunter3"))
          .doesNotContain("hunter")
          .contains("'***' must not have a query or a fragment");
    }

    @Test
    void inStoreUrisAreNeverShown() {
      assertThat(error("storeDir", "s3a://key:hunter2@bucket/x")).doesNotContain("hunter");
    }

    @Test
    void inPasswordsAreNeverShown() {
      assertThat(error("password", "hunter2".repeat(10_000)))
          .isEqualTo(
              "Option password: '***' is longer than 65535 bytes of UTF-8. Accepted: text of up to"
                  + " 65535 bytes of UTF-8.");
    }

    @Test
    void ofUnknownOptionsAreNeverShown() {
      assertThat(error("pasword", "hunter2")).doesNotContain("hunter");
    }

    @Test
    void areStarsInToString() {
      assertThat(
              parse(
                  "brokerUrl", "ssl://b",
                  "username", "me",
                  "password", "hunter2",
                  "ssl.truststore.location", "/t.pem",
                  "ssl.truststore.password", "hunter3",
                  "ssl.keystore.location", "/k.pem",
                  "ssl.keystore.password", "hunter4"))
          .hasToString(
              "SourceOptions{brokerUrl=ssl://b, topics=sensors/#, username=me, password=***,"
                  + " ssl.truststore.location=/t.pem, ssl.truststore.password=***,"
                  + " ssl.keystore.location=/k.pem, ssl.keystore.password=***}");
    }
  }

  @Nested
  class BrokerUrls {

    @Test
    void areSplitAtCommasAndNormalised() {
      assertThat(parse("brokerUrl", " tcp://a , WSS://b:444/mqtt").brokers())
          .containsExactly(new BrokerUrl("tcp://a:1883"), new BrokerUrl("wss://b:444/mqtt"));
    }

    @Test
    void mayComeAsPathOfLoad() {
      SourceOptions options = SourceOptions.parse(Map.of("path", "tcp://a", "topics", "t"));
      assertThat(options.brokers()).containsExactly(new BrokerUrl("tcp://a"));
      assertThat(options).hasToString("SourceOptions{brokerUrl=tcp://a, topics=t}");
    }

    @Test
    void mayComeTwiceIfEqual() {
      assertThat(parse("path", "tcp://broker").brokers()).hasSize(1);
    }

    @Test
    void thatDifferFromPathContradict() {
      assertThat(error("path", "tcp://other"))
          .isEqualTo(
              "Options brokerUrl ('tcp://broker') and path ('tcp://other') contradict each other."
                  + " Give one of them.");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "mqtt://b | must begin with tcp://, ssl://, ws:// or wss://",
          "b:1883 | must begin with tcp://, ssl://, ws:// or wss://",
          "tcp://b:70000 | has port 70000, accepted are 1 to 65535",
          "tcp://b/x | must not have a path: only ws:// and wss:// have one",
          "tcp:// | is not a URL: Expected authority",
        })
    void thatAreWrongAreNamed(String url, String fault) {
      assertThat(error("brokerUrl", "tcp://a," + url))
          .isEqualTo(
              "Option brokerUrl: '"
                  + url
                  + "' "
                  + fault
                  + ". Accepted: comma-separated tcp://, ssl://, ws:// or wss:// URLs.");
    }

    @Test
    void areNeitherEmptyNorThereTwice() {
      assertThat(error("brokerUrl", "")).startsWith("Option brokerUrl: '' is empty. Accepted:");
      assertThat(error("brokerUrl", "tcp://a,,tcp://b"))
          .startsWith("Option brokerUrl: '' is an empty element. Take out a comma. Accepted:");
      assertThat(error("brokerUrl", "tcp://a,tcp://A:1883,tcp://a:1883/"))
          .contains("Option brokerUrl: 'tcp://a:1883/' is there twice. Name it once. Accepted:");
    }

    @Test
    void areRequired() {
      assertThat(exception(Map.of("topics", "a")))
          .hasMessage(
              "Option brokerUrl is missing. Give comma-separated tcp://, ssl://, ws:// or wss://"
                  + " URLs.");
    }
  }

  @Nested
  class Topics {

    private static final String ACCEPTED =
        " Accepted: comma-separated MQTT topic filters, such as sensors/+/temperature or"
            + " alarms/#.";

    @Test
    void areSplitAtCommas() {
      assertThat(parse("topics", "a/+, b c/#,d/+/y").topics())
          .containsExactly(
              new TopicFilter("a/+"), new TopicFilter("b c/#"), new TopicFilter("d/+/y"));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "a/#/b | has # before its end: # must be the whole last level",
          "a+ | has + inside a level: + must be a whole level",
          "$share/g/a | begins with $share/: give the plain filter, the share name goes into the"
              + " option group",
        })
    void thatAreWrongAreNamed(String filter, String fault) {
      assertThat(error("topics", "ok," + filter))
          .isEqualTo("Option topics: '" + filter + "' " + fault + "." + ACCEPTED);
    }

    @Test
    void areNeitherEmptyNorThereTwice() {
      assertThat(error("topics", " ")).isEqualTo("Option topics: ' ' is empty." + ACCEPTED);
      assertThat(error("topics", "a,"))
          .isEqualTo("Option topics: '' is an empty element. Take out a comma." + ACCEPTED);
      assertThat(error("topics", "a,b,a"))
          .isEqualTo("Option topics: 'a' is there twice. Name it once." + ACCEPTED);
    }

    @Test
    void areRequired() {
      assertThat(exception(Map.of("path", "tcp://b")))
          .hasMessage(
              "Option topics is missing. Give comma-separated MQTT topic filters, such as"
                  + " sensors/+/temperature or alarms/#.");
    }
  }

  @Nested
  class Partitions {

    @Test
    void areLeftToSparkByDefault() {
      assertThat(parse().partitions()).isEmpty();
      assertThat(parse("partitions", "12").partitions()).isEqualTo(OptionalInt.of(12));
    }

    @ParameterizedTest
    @CsvSource({"0, is out of range", "-1, is out of range", "2147483648, is out of range"})
    void areAtLeastOne(String value, String fault) {
      assertThat(error("partitions", value))
          .isEqualTo(
              "Option partitions: '" + value + "' " + fault + ". Accepted: a whole number from 1.");
    }

    @Test
    void areWholeNumbers() {
      assertThat(error("partitions", "many"))
          .isEqualTo(
              "Option partitions: 'many' is not a whole number. Accepted: a whole number from 1.");
    }

    @Test
    void areAtLeastAsManyAsBrokers() {
      assertThat(parse("brokerUrl", "tcp://a,tcp://b", "partitions", "2").brokers()).hasSize(2);
      assertThat(error("brokerUrl", "tcp://a,tcp://b,tcp://c", "partitions", "2"))
          .isEqualTo(
              "Options partitions (2) and brokerUrl (3 URLs) contradict each other: a broker"
                  + " without a partition is never read. Give at least 3 partitions, or fewer"
                  + " URLs.");
    }
  }

  @Nested
  class Identity {

    @Test
    void isDerivedByDefault() {
      assertThat(parse().group()).isEmpty();
      assertThat(parse().clientIdPrefix()).isEmpty();
      assertThat(parse("group", "g", "clientIdPrefix", "c"))
          .returns("g", options -> options.group().orElseThrow())
          .returns("c", options -> options.clientIdPrefix().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "+", "a#"})
    void hasNoWildcardInTheGroup(String group) {
      assertThat(error("group", group))
          .isEqualTo(
              "Option group: '"
                  + group
                  + "' holds /, + or #, which MQTT forbids in a share name. Accepted: text without"
                  + " /, + and #.");
    }

    @Test
    void isNotEmpty() {
      assertThat(error("group", ""))
          .isEqualTo("Option group: '' is empty. Accepted: text without /, + and #.");
      assertThat(error("clientIdPrefix", ""))
          .isEqualTo(
              "Option clientIdPrefix: '' is empty. Accepted: text of 1 to 65524 bytes of UTF-8.");
    }

    @Test
    void isTextThatMqttCanCarry() {
      assertThat(error("clientIdPrefix", "a\u0000"))
          .isEqualTo(
              "Option clientIdPrefix: 'a\\u0000' holds the character U+0000, which MQTT forbids."
                  + " Accepted: text of 1 to 65524 bytes of UTF-8.");
      assertThat(error("clientIdPrefix", "a\ud800"))
          .contains("holds half a surrogate pair, which MQTT forbids");
    }

    @Test
    void leavesRoomForThePartitionInTheClientId() {
      assertThat(parse("clientIdPrefix", "c".repeat(65_524)).clientIdPrefix()).isPresent();
      assertThat(error("clientIdPrefix", "ü".repeat(32_763)))
          .contains("is longer than 65524 bytes of UTF-8");
    }

    @Test
    void leavesRoomForTheFilterInTheSharedSubscription() {
      assertThat(error("group", "g".repeat(65_535)))
          .isEqualTo(
              "Options group and topics contradict each other: $share/<group>/<filter> takes 65552"
                  + " bytes of UTF-8, but MQTT allows 65535. Shorten one of them.");
    }

    @Test
    void mayHaveUserAndPasswordOrEither() {
      assertThat(parse().username()).isEmpty();
      assertThat(parse().password()).isEmpty();
      assertThat(parse("password", " p ").password()).hasValue(new Secret(" p "));
      assertThat(parse("username", "me").username()).hasValue("me");
      assertThat(error("username", ""))
          .isEqualTo("Option username: '' is empty. Accepted: text of 1 to 65535 bytes of UTF-8.");
    }
  }

  @Nested
  class Tls {

    private SourceOptions tls(String... more) {
      List<String> all = new ArrayList<>(List.of("brokerUrl", "ssl://b"));
      all.addAll(Arrays.asList(more));
      return parse(all.toArray(String[]::new));
    }

    @Test
    void isTheJvmsByDefault() {
      assertThat(tls().tls()).isEqualTo(TlsSettings.DEFAULT);
    }

    @Test
    void takesStoresWithTypeAndPassword() {
      assertThat(
              tls(
                      "ssl.truststore.location", "/t",
                      "ssl.truststore.password", "one",
                      "ssl.truststore.type", "pkcs12",
                      "ssl.keystore.location", "file:///k%20k",
                      "ssl.keystore.password", "two",
                      "ssl.keystore.type", "PEM",
                      "ssl.endpoint.identification.algorithm", "")
                  .tls())
          .isEqualTo(
              new TlsSettings(
                  new KeyMaterial("/t", new Secret("one"), StoreType.PKCS12),
                  new KeyMaterial("/k k", new Secret("two"), StoreType.PEM),
                  false));
    }

    @ParameterizedTest
    @CsvSource({
      "/a/ca.pem, PEM",
      "ca.crt, PEM",
      "ca.CER, PEM",
      "a.p12, PKCS12",
      "a.pfx, PKCS12",
      "a.jks, JKS",
      "/p12, JKS",
      "store, JKS",
    })
    void guessesTheTypeFromTheFile(String file, StoreType type) {
      assertThat(tls("ssl.truststore.location", file).tls().trustStore())
          .isEqualTo(new KeyMaterial(file, null, type));
      assertThat(tls("ssl.keystore.location", file).tls().keyStore())
          .isEqualTo(new KeyMaterial(file, null, type));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssl.truststore.type", "ssl.keystore.type"})
    void knowsThreeTypes(String key) {
      assertThat(error("brokerUrl", "ssl://b", key.replace("type", "location"), "/k", key, "BKS"))
          .isEqualTo("Option " + key + ": 'BKS' is none of these. Accepted: JKS, PKCS12, PEM.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssl.truststore.location", "ssl.keystore.location"})
    void readsFilesFromLocalDisksOnly(String key) {
      assertThat(error("brokerUrl", "ssl://b", key, "hdfs://n/ca.pem"))
          .isEqualTo(
              "Option "
                  + key
                  + ": 'hdfs://n/ca.pem' is on hdfs, but must be on a disk of each executor's own"
                  + " host. Accepted: a local path.");
      assertThat(error("brokerUrl", "ssl://b", key, ""))
          .isEqualTo("Option " + key + ": '' is empty. Accepted: a local path.");
    }

    @Test
    void checksTheHostNameOrNot() {
      String key = "ssl.endpoint.identification.algorithm";
      assertThat(tls(key, "HTTPS").tls().verifyHostname()).isTrue();
      assertThat(tls(key, "").tls().verifyHostname()).isFalse();
      assertThat(error("brokerUrl", "ssl://b", key, "none"))
          .isEqualTo("Option " + key + ": 'none' is neither. Accepted: https, or an empty text.");
    }

    @Test
    void needsTheFileThatPasswordAndTypeAreOf() {
      assertThat(error("brokerUrl", "wss://b", "ssl.keystore.password", "hunter2"))
          .isEqualTo(
              "Option ssl.keystore.location is missing: ssl.keystore.password is given, but not of"
                  + " which file. Accepted: a local path.");
      assertThat(error("brokerUrl", "wss://b", "ssl.truststore.type", "PEM"))
          .isEqualTo(
              "Option ssl.truststore.location is missing: ssl.truststore.type is given, but not of"
                  + " which file. Accepted: a local path.");
    }

    @Test
    void needsABrokerThatSpeaksIt() {
      assertThat(
              error(
                  "brokerUrl", "tcp://a,ws://b",
                  "ssl.truststore.location", "/t",
                  "ssl.truststore.password", "hunter2"))
          .isEqualTo(
              "Options ssl.truststore.location, ssl.truststore.password and brokerUrl"
                  + " (tcp://a:1883,ws://b:80) contradict each other: no URL is encrypted. Use"
                  + " ssl:// or wss://, or leave the ssl options out.");
    }

    @Test
    void isFineWithSomeBrokersThatDoNot() {
      assertThat(parse("brokerUrl", "tcp://a,ssl://b", "ssl.truststore.location", "/t").tls())
          .isNotEqualTo(TlsSettings.DEFAULT);
    }
  }

  @Nested
  class Durations {

    @ParameterizedTest
    @CsvSource({
      "500ms, PT0.5S",
      "5s, PT5S",
      "15m, PT15M",
      "15min, PT15M",
      "12h, PT12H",
      "7d, P7D",
      "' 5S ', PT5S",
      "0s, PT0S",
      "100000d, P100000D",
    })
    void haveUnits(String text, Duration duration) {
      assertThat(parse("drainTimeout", text).drainTimeout()).isEqualTo(duration);
    }

    @ParameterizedTest
    @CsvSource({
      "5, has no unit. Did you mean 5s?",
      "5 s, is not a duration.",
      "-5s, is not a duration.",
      "1.5s, is not a duration.",
      "soon, is not a duration.",
      "'', is not a duration.",
      "5w, has an unknown unit.",
      "5us, has an unknown unit.",
      "100001d, is out of range.",
      "99999999999999999d, is out of range.",
      "99999999999999999999999s, is out of range.",
    })
    void thatAreWrongAreShownExamples(String text, String fault) {
      for (String key : List.of("retention", "maxTriggerDelay", "drainTimeout")) {
        assertThat(error(key, text))
            .isEqualTo(
                "Option "
                    + key
                    + ": '"
                    + text
                    + "' "
                    + fault
                    + " Accepted: a duration from 0s, such as 500ms, 5s, 15m, 12h, 7d.");
      }
    }

    @Test
    void haveDefaults() {
      assertThat(parse())
          .returns(Duration.ofSeconds(60), SourceOptions::keepAlive)
          .returns(Duration.ofSeconds(30), SourceOptions::connectTimeout)
          .returns(Duration.ofDays(7), SourceOptions::sessionExpiry)
          .returns(Duration.ZERO, SourceOptions::retention)
          .returns(Duration.ofMinutes(15), SourceOptions::maxTriggerDelay)
          .returns(Duration.ofSeconds(5), SourceOptions::drainTimeout);
    }

    @Test
    void reachTheirAccessors() {
      Map<String, Function<SourceOptions, Duration>> accessors =
          Map.of(
              "keepAlive", SourceOptions::keepAlive,
              "connectTimeout", SourceOptions::connectTimeout,
              "sessionExpiry", SourceOptions::sessionExpiry,
              "retention", SourceOptions::retention,
              "maxTriggerDelay", SourceOptions::maxTriggerDelay,
              "drainTimeout", SourceOptions::drainTimeout);
      accessors.forEach(
          (key, accessor) ->
              assertThat(parse(key, "42s")).returns(Duration.ofSeconds(42), accessor));
    }

    @ParameterizedTest
    @CsvSource({
      "0s, is out of range",
      "65536s, is out of range",
      "1d, is out of range",
      "1500ms, 'is not a count of whole seconds, as MQTT needs it'",
    })
    void ofKeepAliveFitMqtt(String text, String fault) {
      assertThat(parse("keepAlive", "65535s").keepAlive()).isEqualTo(Duration.ofSeconds(65_535));
      assertThat(parse("keepAlive", "2000ms").keepAlive()).isEqualTo(Duration.ofSeconds(2));
      assertThat(error("keepAlive", text))
          .isEqualTo(
              "Option keepAlive: '"
                  + text
                  + "' "
                  + fault
                  + ". Accepted: whole seconds from 1s to 65535s, such as 90s, 15m, 12h, 7d.");
    }

    @Test
    void ofConnectTimeoutAreReasonable() {
      for (String text : List.of("0s", "99ms", "61m")) {
        assertThat(error("connectTimeout", text))
            .isEqualTo(
                "Option connectTimeout: '"
                    + text
                    + "' is out of range. Accepted: a duration from 100ms to 1h, such as 500ms,"
                    + " 5s, 15m.");
      }
    }

    @Test
    void ofSessionExpiryFitMqtt() {
      String accepted =
          " Accepted: whole seconds from 1s to 4294967295s, such as 90s, 15m, 12h, 7d.";
      assertThat(parse("sessionExpiry", "4294967295s").sessionExpiry().toSeconds())
          .isEqualTo(0xFFFF_FFFFL);
      assertThat(error("sessionExpiry", "4294967296s"))
          .isEqualTo("Option sessionExpiry: '4294967296s' is out of range." + accepted);
      assertThat(error("sessionExpiry", "1500ms"))
          .isEqualTo(
              "Option sessionExpiry: '1500ms' is not a count of whole seconds, as MQTT needs it."
                  + accepted);
      assertThat(error("sessionExpiry", "0s"))
          .isEqualTo(
              "Option sessionExpiry: '0s' lets the broker drop a member's messages with every lost"
                  + " connection, so that QoS 1 and 2 keep no promise."
                  + accepted);
    }
  }

  @Nested
  class Sizes {

    @ParameterizedTest
    @CsvSource({
      "16777216b, 16777216", "16384k, 16777216", "16384kb, 16777216", "512m, 536870912",
      "512MB, 536870912", "10g, 10737418240", "1t, 1099511627776", "1p, 1125899906842624",
    })
    void haveBinaryUnits(String text, long bytes) {
      assertThat(parse("storeMaxBytes", text).storeMaxBytes()).isEqualTo(bytes);
      assertThat(parse("maxBytesPerTrigger", text).maxBytesPerTrigger())
          .isEqualTo(OptionalLong.of(bytes));
    }

    @ParameterizedTest
    @CsvSource({
      "1000000000, has no unit. Did you mean 1000000000b?",
      "1.5g, is not a size.",
      "-1g, is not a size.",
      "big, is not a size.",
      "1x, has an unknown unit.",
      "1bb, has an unknown unit.",
      "1mib, has an unknown unit.",
      "9999p, is out of range.",
      "15m, is out of range.",
    })
    void thatAreWrongAreShownExamples(String text, String fault) {
      assertThat(error("storeMaxBytes", text))
          .isEqualTo(
              "Option storeMaxBytes: '"
                  + text
                  + "' "
                  + fault
                  + " Accepted: a size from 16m, such as 64k, 512m, 10g, 1t (1k is 1024 bytes).");
    }

    @Test
    void ofTriggersMayBeSmallButNotZero() {
      assertThat(parse().maxBytesPerTrigger()).isEmpty();
      assertThat(parse("maxBytesPerTrigger", "1b").maxBytesPerTrigger()).hasValue(1);
      assertThat(error("maxBytesPerTrigger", "0b"))
          .isEqualTo(
              "Option maxBytesPerTrigger: '0b' is out of range. Accepted: a size from 1b, such as"
                  + " 64k, 512m, 10g, 1t (1k is 1024 bytes).");
    }

    @Test
    void haveADefault() {
      assertThat(parse().storeMaxBytes()).isEqualTo(10L << 30);
    }
  }

  @Nested
  class Numbers {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void ofQosAreThree(int qos) {
      assertThat(parse("qos", " " + qos).qos()).isEqualTo(qos);
      assertThat(parse().qos()).isEqualTo(1);
    }

    @Test
    void ofQosOutsideAreRefused() {
      assertThat(error("qos", "3"))
          .isEqualTo("Option qos: '3' is out of range. Accepted: 0, 1 or 2.");
      assertThat(error("qos", "1.0"))
          .isEqualTo("Option qos: '1.0' is not a whole number. Accepted: 0, 1 or 2.");
    }

    @Test
    void ofReceiveMaximumFitMqtt() {
      assertThat(parse().receiveMaximum()).isEqualTo(65_535);
      assertThat(parse("receiveMaximum", "1").receiveMaximum()).isEqualTo(1);
      for (String text : List.of("0", "65536", "99999999999999999999")) {
        assertThat(error("receiveMaximum", text))
            .isEqualTo(
                "Option receiveMaximum: '"
                    + text
                    + "' is out of range. Accepted: a whole number from 1 to 65535.");
      }
    }

    @Test
    void ofOffsetsPerTriggerAreOptional() {
      assertThat(parse().maxOffsetsPerTrigger()).isEmpty();
      assertThat(parse().minOffsetsPerTrigger()).isEmpty();
      assertThat(parse("minOffsetsPerTrigger", "5", "maxOffsetsPerTrigger", "5000000000"))
          .returns(OptionalLong.of(5), SourceOptions::minOffsetsPerTrigger)
          .returns(OptionalLong.of(5_000_000_000L), SourceOptions::maxOffsetsPerTrigger);
    }

    @ParameterizedTest
    @ValueSource(strings = {"maxOffsetsPerTrigger", "minOffsetsPerTrigger"})
    void ofOffsetsPerTriggerAreAtLeastOne(String key) {
      assertThat(error(key, "0"))
          .isEqualTo("Option " + key + ": '0' is out of range. Accepted: a whole number from 1.");
    }

    @Test
    void ofOffsetsPerTriggerDoNotCross() {
      assertThat(error("minOffsetsPerTrigger", "6", "maxOffsetsPerTrigger", "5"))
          .isEqualTo(
              "Options minOffsetsPerTrigger (6) and maxOffsetsPerTrigger (5) contradict each"
                  + " other: a batch cannot hold at least the one and at most the other. Lower the"
                  + " first or raise the second.");
    }
  }

  @Nested
  class Booleans {

    @Test
    void areTrueAndFalseAlone() {
      assertThat(parse().failOnDataLoss()).isTrue();
      assertThat(parse().includeProperties()).isFalse();
      assertThat(parse("failOnDataLoss", "FALSE", "includeProperties", " true "))
          .returns(false, SourceOptions::failOnDataLoss)
          .returns(true, SourceOptions::includeProperties);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "1", "tru", ""})
    void areNothingElse(String text) {
      for (String key : List.of("failOnDataLoss", "includeProperties")) {
        assertThat(error(key, text))
            .isEqualTo(
                "Option "
                    + key
                    + ": '"
                    + text
                    + "' is neither true nor false. Accepted: true or false.");
      }
    }
  }

  @Nested
  class StoreDir {

    private static final String ACCEPTED =
        " Accepted: an absolute path, with or without file: before it.";

    @Test
    void isChosenLaterByDefault() {
      assertThat(parse().storeDir()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
      "/data/mqtt, /data/mqtt",
      "/data/mqtt/, /data/mqtt",
      "file:/data, /data",
      "file:///data/a%20b, /data/a b",
      "FILE:///data, /data",
    })
    void isAPathWithOrWithoutFileScheme(String text, String path) {
      assertThat(parse("storeDir", text).storeDir()).hasValue(path);
    }

    @ParameterizedTest
    @CsvSource({"hdfs://name/x, hdfs", "s3a://bucket/x, s3a", "dbfs:/x, dbfs"})
    void isNotOnAnObjectStore(String text, String scheme) {
      assertThat(error("storeDir", text))
          .isEqualTo(
              "Option storeDir: '"
                  + text
                  + "' is on "
                  + scheme
                  + ", but must be on a disk of each executor's own host."
                  + ACCEPTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data", "./data", "~/data"})
    void isAbsolute(String text) {
      assertThat(error("storeDir", text))
          .isEqualTo(
              "Option storeDir: '" + text + "' is not absolute. Begin it with /." + ACCEPTED);
    }

    @Test
    void isAPath() {
      assertThat(error("storeDir", "")).isEqualTo("Option storeDir: '' is empty." + ACCEPTED);
      assertThat(error("storeDir", "/a\u0000"))
          .isEqualTo(
              "Option storeDir: '/a\\u0000' is not a path: Nul character not allowed." + ACCEPTED);
      assertThat(error("storeDir", "file://host/x"))
          .isEqualTo(
              "Option storeDir: 'file://host/x' is not of the form file:///path." + ACCEPTED);
      assertThat(error("storeDir", "file:x"))
          .isEqualTo("Option storeDir: 'file:x' is not of the form file:///path." + ACCEPTED);
      assertThat(error("storeDir", "file:/a b"))
          .isEqualTo(
              "Option storeDir: 'file:/a b' is not a URI: Illegal character in path." + ACCEPTED);
    }
  }

  @Nested
  class AckModes {

    @Test
    void areStoredAndProcessed() {
      assertThat(parse().ackMode()).isEqualTo(AckMode.STORED);
      assertThat(parse("ackMode", "Stored").ackMode()).isEqualTo(AckMode.STORED);
      assertThat(parse("ackMode", "processed").ackMode()).isEqualTo(AckMode.PROCESSED);
      assertThat(error("ackMode", "never"))
          .isEqualTo("Option ackMode: 'never' is none of these. Accepted: stored, processed.");
    }

    @Test
    void needAQosThatIsAcknowledged() {
      assertThat(error("ackMode", "processed", "qos", "0"))
          .isEqualTo(
              "Options ackMode (processed) and qos (0) contradict each other: messages of QoS 0 are"
                  + " not acknowledged at all. Set qos to 1 or 2, or leave ackMode out.");
    }
  }

  @Nested
  class MetricsPort {

    @Test
    void metricsPortListensOnLoopbackUnlessAnAddressIsGiven() {
      assertThat(parse().metricsPort()).isEmpty();
      assertThat(parse("metricsPort", "0").metricsPort())
          .contains(InetSocketAddress.createUnresolved("127.0.0.1", 0));
      assertThat(parse("metricsPort", " 9404 ").metricsPort())
          .contains(InetSocketAddress.createUnresolved("127.0.0.1", 9404));
      assertThat(parse("metricsPort", "0.0.0.0:9404").metricsPort())
          .contains(InetSocketAddress.createUnresolved("0.0.0.0", 9404));
      assertThat(parse("metricsPort", "driver.example.org:1").metricsPort())
          .contains(InetSocketAddress.createUnresolved("driver.example.org", 1));
      assertThat(parse("metricsPort", "[::1]:65535").metricsPort())
          .contains(InetSocketAddress.createUnresolved("::1", 65535));
    }

    @Test
    void metricsPortIsRefusedWhereItIsNone() {
      String accepted =
          " Accepted: a whole number from 0 to 65535, or address:port, such as 0.0.0.0:9404.";
      for (String port : List.of("70000", "-1", "0.0.0.0:65536")) {
        assertThat(error("metricsPort", port))
            .isEqualTo("Option metricsPort: '" + port + "' is out of range." + accepted);
      }
      for (String port : List.of("yes", "0.0.0.0:", "host:port", "9404:")) {
        assertThat(error("metricsPort", port))
            .isEqualTo("Option metricsPort: '" + port + "' is not a whole number." + accepted);
      }
      for (String port : List.of("http://host:9404", ":9404", "a b:9404", "::1:9404")) {
        assertThat(error("metricsPort", port))
            .isEqualTo(
                "Option metricsPort: '"
                    + port
                    + "' is neither a port nor address:port."
                    + accepted);
      }
    }
  }
}
