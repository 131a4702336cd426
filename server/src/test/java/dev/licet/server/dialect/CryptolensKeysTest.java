package dev.licet.server.dialect;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.server.TestServer;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Keys through a whole server, with the eyes of clients that check signatures.
class CryptolensKeysTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern PUBLIC_KEY =
            Pattern.compile("<RSAKeyValue><Modulus>(.*)</Modulus><Exponent>(.*)</Exponent></RSAKeyValue>");
    private static final long DAY = 86_400;

    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JsonNode call(String method, String form) {
        return server.post(
                        true,
                        "/api/key/" + method,
                        server.token() + "&ProductId=" + server.first().productId() + form)
                .json();
    }

    private JsonNode ofKey(String method, String key, String form) {
        JsonNode answer = call(method, "&Key=" + key + form);
        assertThat(answer.get("result").intValue()).as(answer.toString()).isZero();
        return answer;
    }

    private String message(String method, String key, String form) {
        JsonNode answer = call(method, "&Key=" + key + form);
        assertThat(answer.get("result").intValue()).isEqualTo(1);
        return answer.get("message").stringValue();
    }

    private String newKey(String form) {
        return call("CreateKey", form).get("key").stringValue();
    }

    private JsonNode shown(String key) {
        return ofKey("GetKey", key, "").get("licenseKey");
    }

    private List<String> machines(String key) {
        List<String> machines = new ArrayList<>();
        shown(key)
                .get("activatedMachines")
                .forEach(machine -> machines.add(machine.get("mid").stringValue()));
        return machines;
    }

    private boolean isSigned(String algorithm, byte[] bytes, String signature) throws Exception {
        Matcher xml = PUBLIC_KEY.matcher(server.first().publicKeyXml());
        assertThat(xml.matches()).isTrue();
        PublicKey key = KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(
                        new BigInteger(1, Base64.getDecoder().decode(xml.group(1))),
                        new BigInteger(1, Base64.getDecoder().decode(xml.group(2)))));
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(key);
        verifier.update(bytes);
        return verifier.verify(Base64.getDecoder().decode(signature));
    }

    @Test
    void stringSign_isOverTheVeryBytes_andHasAllThatClientsNeed() throws Exception {
        String key = newKey("&Period=30&F1=True&F8=true&Notes=a%0Anote&MaxNoOfMachines=2&AllowedMachines=m%0Ax");
        JsonNode answer =
                ofKey("Activate", key, "&MachineCode=m&FriendlyName=Bob&Sign=True&SignMethod=1&ModelVersion=3");
        byte[] blob = Base64.getDecoder().decode(answer.get("licenseKey").stringValue());

        assertThat(isSigned("SHA256withRSA", blob, answer.get("signature").stringValue()))
                .isTrue();
        blob[blob.length - 2] ^= 1;
        assertThat(isSigned("SHA256withRSA", blob, answer.get("signature").stringValue()))
                .isFalse();
        blob[blob.length - 2] ^= 1;
        JsonNode license = JSON.readTree(blob);
        long now = server.clock().instant().getEpochSecond();
        assertThat(license.propertyNames())
                .containsExactly(
                        "ProductId",
                        "ID",
                        "Key",
                        "Created",
                        "Expires",
                        "Period",
                        "F1",
                        "F2",
                        "F3",
                        "F4",
                        "F5",
                        "F6",
                        "F7",
                        "F8",
                        "Notes",
                        "Block",
                        "GlobalId",
                        "Customer",
                        "ActivatedMachines",
                        "TrialActivation",
                        "MaxNoOfMachines",
                        "AllowedMachines",
                        "DataObjects",
                        "SignDate",
                        "Reseller");
        assertThat(license.get("ProductId").longValue())
                .isEqualTo(server.first().productId());
        assertThat(license.get("Key").stringValue()).isEqualTo(key);
        assertThat(license.get("Created").longValue()).isEqualTo(now);
        assertThat(license.get("Expires").longValue()).isEqualTo(now + 30 * DAY);
        assertThat(license.get("SignDate").longValue()).isEqualTo(now);
        assertThat(license.get("Period").intValue()).isEqualTo(30);
        assertThat(license.get("F1").booleanValue()).isTrue();
        assertThat(license.get("F2").booleanValue()).isFalse();
        assertThat(license.get("F8").booleanValue()).isTrue();
        assertThat(license.get("Notes").stringValue()).isEqualTo("a\nnote");
        assertThat(license.get("MaxNoOfMachines").intValue()).isEqualTo(2);
        assertThat(license.get("AllowedMachines").stringValue()).isEqualTo("m\nx");
        JsonNode machine = license.get("ActivatedMachines").get(0);
        assertThat(machine.propertyNames()).containsExactly("Mid", "IP", "Time", "FriendlyName", "FloatingExpires");
        assertThat(machine.get("Mid").stringValue()).isEqualTo("m");
        assertThat(machine.get("IP").stringValue()).isEqualTo("127.0.0.1");
        assertThat(machine.get("Time").longValue()).isEqualTo(now);
        assertThat(machine.get("FriendlyName").stringValue()).isEqualTo("Bob");
    }

    @Test
    void stringSign_forAnOlderClient_showsNoMoreOfAMachineThanItKnows() {
        String key = newKey("&MaxNoOfMachines=1");
        byte[] blob = Base64.getDecoder()
                .decode(ofKey("Activate", key, "&MachineCode=m&SignMethod=StringSign&FriendlyName=None")
                        .get("licenseKey")
                        .stringValue());

        assertThat(JSON.readTree(blob).get("ActivatedMachines").get(0).propertyNames())
                .containsExactly("Mid", "IP", "Time");
    }

    @Test
    void linqSign_isOverTheCanonicalText() throws Exception {
        String key = newKey("&Period=30&F1=True&MaxNoOfMachines=1");
        JsonNode license = ofKey("Activate", key, "&MachineCode=naïve&Sign=True&SignMethod=LinqSign")
                .get("licenseKey");
        String text = server.first().productId() + "," + license.get("id").longValue() + "," + key
                + ",2026-11-22T15:56:42,2026-12-22T15:56:42,30,True,False,False,False,False,False,False,False,,False,"
                + license.get("globalId").longValue()
                + ",,[naïve,127.0.0.1,2026-11-22T15:56:42,],False,1,,[],2026-11-22T15:56:42,";

        assertThat(isSigned(
                        "SHA256withRSA",
                        text.getBytes(UTF_16LE),
                        license.get("signature").stringValue()))
                .isTrue();
        assertThat(license.get("created").stringValue()).isEqualTo("2026-11-22T15:56:42");
        assertThat(license.get("activatedMachines").get(0).get("ip").stringValue())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void customerAndDataObjects_areInEachForm_andSigned() throws Exception {
        String key = newKey("&NewCustomer=True&Name=Bob&Email=bob%40example.com&CompanyName=Example");
        String named = "&ProductId=" + server.first().productId() + "&Key=" + key;
        String list = "[\"ModuleA\", [\"ModuleB\", [\"Sub1\"]]]";
        long id = server.post(
                        true,
                        "/api/data/AddDataObjectToKey",
                        server.token() + named + "&Name=cryptolens_features&IntValue=3&StringValue="
                                + URLEncoder.encode(list, UTF_8))
                .json()
                .get("id")
                .longValue();

        JsonNode license = ofKey("GetKey", key, "&Sign=True").get("licenseKey");
        long customer = license.get("customer").get("id").longValue();
        String number = license.get("id").toString();
        String text = server.first().productId() + "," + number + "," + key
                + ",2026-11-22T15:56:42,2126-10-29T15:56:42,0,False,False,False,False,False,False,False,False,,False,"
                + number + ",Bob,bob@example.com,Example,2026-11-22T15:56:42,[],False,0,,[" + id
                + ",cryptolens_features," + list + ",3,],2026-11-22T15:56:42,";
        assertThat(isSigned(
                        "SHA256withRSA",
                        text.getBytes(UTF_16LE),
                        license.get("signature").stringValue()))
                .isTrue();
        JsonNode blob = JSON.readTree(Base64.getDecoder()
                .decode(ofKey("GetKey", key, "&SignMethod=1").get("licenseKey").stringValue()));
        assertThat(blob.get("Customer").toString())
                .isEqualTo("{\"Id\":" + customer
                        + ",\"Name\":\"Bob\",\"Email\":\"bob@example.com\",\"CompanyName\":\"Example\",\"Created\":"
                        + server.clock().instant().getEpochSecond() + "}");
        assertThat(blob.get("DataObjects").get(0).get("StringValue").stringValue())
                .isEqualTo(list);
    }

    @Test
    void metadata_isSignedToo_andSaysWhatTheKeyIsWorth() throws Exception {
        String key = newKey("&Period=30&MaxNoOfMachines=1");
        server.clock().advance(Duration.ofDays(20));
        JsonNode metadata =
                ofKey("Activate", key, "&MachineCode=m&Metadata=true").get("metadata");
        JsonNode envelope = JSON.readTree(
                Base64.getDecoder().decode(metadata.get("signature").stringValue()));
        byte[] data = Base64.getDecoder().decode(envelope.get("Data").stringValue());

        assertThat(isSigned("SHA512withRSA", data, envelope.get("Signature").stringValue()))
                .isTrue();
        assertThat(JSON.readTree(data).get("licenseStatus")).isEqualTo(metadata.get("licenseStatus"));
        assertThat(metadata.get("activatedMachines").intValue()).isEqualTo(1);
        JsonNode status = metadata.get("licenseStatus");
        assertThat(status.get("isValid").booleanValue()).isTrue();
        assertThat(status.get("timeLimited").booleanValue()).isTrue();
        assertThat(status.get("timeLeft").intValue()).isEqualTo(10);
        server.clock().advance(Duration.ofDays(10));
        status = ofKey("GetKey", key, "&Metadata=true").get("metadata").get("licenseStatus");
        assertThat(status.get("isValid").booleanValue()).isFalse();
        assertThat(status.get("reasonForInvalidity").intValue()).isEqualTo(1);
        ofKey("BlockKey", key, "");
        status = ofKey("GetKey", key, "&Metadata=true").get("metadata").get("licenseStatus");
        assertThat(status.get("reasonForInvalidity").intValue()).isEqualTo(2);
    }

    @Test
    void activate_byManyMachinesAtOnce_letsInAsManyAsItMay_andOneMoreForEachThatGoes() {
        String key = newKey("&MaxNoOfMachines=5");

        List<Integer> results = AtOnce.run(
                20,
                i -> call("Activate", "&Key=" + key + "&MachineCode=m" + i)
                        .get("result")
                        .intValue());

        assertThat(results).filteredOn(result -> result == 0).hasSize(5);
        assertThat(machines(key)).hasSize(5).doesNotHaveDuplicates();
        ofKey("Deactivate", key, "&MachineCode=" + machines(key).getFirst());
        ofKey("Activate", key, "&MachineCode=another");
        assertThat(message("Activate", key, "&MachineCode=yet+another"))
                .isEqualTo("Cannot activate the new device as the limit has been reached.");
        server.restart();
        assertThat(machines(key)).hasSize(5).contains("another");
    }

    @Test
    void activate_whenTheLimitWasLowered_dropsNoMachine_andLetsNoNewOneIn() {
        String key = newKey("&MaxNoOfMachines=2");
        ofKey("Activate", key, "&MachineCode=a");
        ofKey("Activate", key, "&MachineCode=b");
        ofKey("MachineLockLimit", key, "&NumberOfMachines=1");

        ofKey("Activate", key, "&MachineCode=b");
        ofKey("Deactivate", key, "&MachineCode=a");
        assertThat(message("Activate", key, "&MachineCode=c")).startsWith("Cannot activate");
        assertThat(machines(key)).containsExactly("b");
    }

    @Test
    void activate_ofATrial_movesItsEndForEachNewMachine() {
        String key = newKey("&Period=10&MaxNoOfMachines=9&TrialActivation=True");
        assertThat(shown(key).get("expires").stringValue()).isEqualTo("2026-12-02T15:56:42");
        ofKey("Activate", key, "&MachineCode=a");
        ofKey("Activate", key, "&MachineCode=a");
        assertThat(shown(key).get("expires").stringValue()).isEqualTo("2026-12-12T15:56:42");
        server.clock().advance(Duration.ofDays(30));
        ofKey("Activate", key, "&MachineCode=b");
        assertThat(shown(key).get("expires").stringValue()).isEqualTo("2027-01-01T15:56:42");
    }

    @Test
    void changes_areSeenAtOnce_andAfterARestart() {
        String key = newKey("&Period=30");
        ofKey("ExtendLicense", key, "&NoOfDays=-10");
        assertThat(shown(key).get("expires").stringValue()).isEqualTo("2026-12-12T15:56:42");
        ofKey("AddFeature", key, "&Feature=3");
        ofKey("AddFeature", key, "&Feature=4");
        ofKey("RemoveFeature", key, "&Feature=4");
        ofKey("ChangeNotes", key, "&Notes=" + URLEncoder.encode("naïve 🎬", UTF_8));
        ofKey("TrialActivation", key, "&Enabled=true");
        ofKey("BlockKey", key, "");
        server.restart();
        JsonNode shown = shown(key);
        assertThat(shown.get("f3").booleanValue()).isTrue();
        assertThat(shown.get("f4").booleanValue()).isFalse();
        assertThat(shown.get("notes").stringValue()).isEqualTo("naïve 🎬");
        assertThat(shown.get("trialActivation").booleanValue()).isTrue();
        assertThat(shown.get("block").booleanValue()).isTrue();
        assertThat(message("Activate", key, "&MachineCode=m")).isEqualTo("The key is blocked and cannot be accessed.");
        ofKey("UnblockKey", key, "");
        ofKey("ChangeNotes", key, "");
        ofKey("Activate", key, "&MachineCode=m");
        assertThat(shown(key).get("notes").isNull()).isTrue();
    }

    @Test
    void extend_overAndOver_endsInTheYear9999() {
        String key = newKey("&Period=36500");
        for (int i = 0; i < 100; i++) {
            ofKey("ExtendLicense", key, "&NoOfDays=36500");
        }
        assertThat(shown(key).get("expires").stringValue()).isEqualTo("9999-12-31T00:00:00");
        for (int i = 0; i < 100; i++) {
            ofKey("ExtendLicense", key, "&NoOfDays=-36500");
        }
        assertThat(shown(key).get("expires").stringValue()).isEqualTo("1970-01-01T00:00:00");
    }

    @Test
    void createKey_manyAtOnce_areAllDifferent_andAPlainAnswerHasNothingElse() {
        JsonNode keys = call("CreateKey", "&NoOfKeys=1000&MaxNoOfMachines=1").get("keys");
        assertThat(keys).hasSize(1000);
        List<String> texts = new ArrayList<>();
        keys.forEach(key -> texts.add(key.stringValue()));
        assertThat(texts).doesNotHaveDuplicates().allMatch(text -> text.matches("([A-Z]{5}-){3}[A-Z]{5}"));
        String plain = server.post(
                        false,
                        "/api/key/CreateKey",
                        server.token() + "&format=plaintext&ProductId="
                                + server.first().productId())
                .body();
        assertThat(plain).matches("([A-Z]{5}-){3}[A-Z]{5}");
        assertThat(shown(plain).get("maxNoOfMachines").intValue()).isZero();
    }

    @Test
    void requestWithAnIdempotencyKey_createsAndExtendsOnce() {
        Map<String, String> headers =
                Map.of("Content-Type", "application/x-www-form-urlencoded", "Idempotency-Key", "order 17");
        String form = server.token() + "&ProductId=" + server.first().productId();
        String first =
                server.send(true, "POST", "/api/key/CreateKey", headers, form).body();

        assertThat(server.send(true, "POST", "/api/key/CreateKey", headers, form)
                        .body())
                .isEqualTo(first);
        assertThat(server.send(true, "POST", "/api/key/CreateKey", headers, form + "&Period=1")
                        .body())
                .contains("The Idempotency-Key was used for another request.");
    }

    @Test
    void machineCodesOfStrangeCharacters_areKeptApartAndWhole() {
        List<String> codes = List.of("a,b", "a", "b", "\"quoted\"", "naïve 🎬", "MACHINE", "machine", " a");
        String key = newKey("&MaxNoOfMachines=8");
        codes.forEach(code -> ofKey("Activate", key, "&MachineCode=" + URLEncoder.encode(code, UTF_8)));

        assertThat(machines(key)).containsExactlyInAnyOrderElementsOf(codes);
        assertThat(message("Deactivate", key, "&MachineCode=" + URLEncoder.encode("Machine", UTF_8)))
                .startsWith("Either the machine code was never activated");
    }

    @Test
    void trialKey_isOneForAMachine_andEndsFifteenDaysAfterTheFirstTime() {
        String key = call("CreateTrialKey", "&MachineCode=m&FriendlyName=")
                .get("key")
                .stringValue();
        server.clock().advance(Duration.ofDays(3));

        assertThat(call("CreateTrialKey", "&MachineCode=m").get("key").stringValue())
                .isEqualTo(key);
        assertThat(call("CreateTrialKey", "&MachineCode=M").get("key").stringValue())
                .isNotEqualTo(key);
        assertThat(shown(key).get("expires").stringValue()).isEqualTo("2026-12-07T15:56:42");
        assertThat(machines(key)).containsExactly("m");
        ofKey("Activate", key, "&MachineCode=m");
        assertThat(message("Activate", key, "&MachineCode=another")).startsWith("Cannot activate");
    }

    private JsonNode products(String method, String form) {
        return server.post(true, "/api/product/" + method, server.token() + form)
                .json();
    }

    @Test
    void getKeys_pagesThroughAllOfAProduct() {
        String product = "&ProductId=" + server.first().productId();
        call("CreateKey", "&NoOfKeys=198");
        List<String> ascending = new ArrayList<>();
        for (int page = 1; page <= 3; page++) {
            JsonNode answer = products("GetKeys", product + "&Page=" + page);
            assertThat(answer.get("total").intValue()).isEqualTo(199);
            assertThat(answer.get("pageCount").intValue()).isEqualTo(3);
            assertThat(answer.get("returned").intValue())
                    .isEqualTo(answer.get("licenseKeys").size());
            answer.get("licenseKeys")
                    .forEach(key -> ascending.add(key.get("key").stringValue()));
        }
        assertThat(ascending).hasSize(199).doesNotHaveDuplicates();
        assertThat(ascending.getFirst()).isEqualTo(server.first().licenseKey());
        assertThat(products("GetKeys", product + "&Page=4").get("licenseKeys")).isEmpty();
        assertThat(products("GetKeys", product + "&Page=9223372036854775807").get("licenseKeys"))
                .isEmpty();
        assertThat(products("GetKeys", product + "&OrderBy=ID+descending")
                        .get("licenseKeys")
                        .get(0)
                        .get("key")
                        .stringValue())
                .isEqualTo(ascending.getLast());
    }

    @Test
    void getProducts_showsThoseOfTheAccountThatAreNotRevoked() {
        JsonNode added = server.manage("POST", "/v1/products", "{\"name\":\"Second\"}");
        assertThat(names()).containsExactly("My product", "Second");
        server.manage("DELETE", "/v1/products/" + added.get("id").stringValue(), "");
        assertThat(names()).containsExactly("My product");
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        products("GetProducts", "")
                .get("products")
                .forEach(product -> names.add(product.get("name").stringValue()));
        return names;
    }
}
