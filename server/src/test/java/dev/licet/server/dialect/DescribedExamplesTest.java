package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.dialect.Description.Argument;
import dev.licet.server.dialect.Description.Operation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The examples of the descriptions, sent to a new server with credentials of its own in their places.
class DescribedExamplesTest {
    private static final Predicate<Argument> ALL = argument -> true;
    private static final Predicate<Argument> REQUIRED = Argument::required;

    private static final String JSON = "application/json; charset=utf-8";

    /// Why a dialect says no.
    private static final Pattern MESSAGE =
            Pattern.compile("(?:errorMessage=|\"message\":)\"([^\"]+)\"|<error_detail>([^<]+)<");

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

    private Description description(String dialect) {
        return server.dialects().stream()
                .filter(known -> known.name().equals(dialect))
                .findFirst()
                .map(Description::of)
                .orElseThrow();
    }

    /// What this server knows, by what `x-credential` calls it.
    private Map<String, String> credentials() {
        Map<String, String> credentials = new HashMap<>();
        credentials.put("apiKey", server.first().apiKey());
        credentials.put("username", server.first().username());
        credentials.put("password", server.first().password());
        credentials.put("accountNumber", server.first().accountNumber());
        credentials.put("accessToken", server.first().accessToken());
        credentials.put("productId", Long.toString(server.first().productId()));
        credentials.put("licenseKey", server.first().licenseKey());
        return credentials;
    }

    private TestServer.Reply send(Operation operation, Predicate<Argument> which, Map<String, String> credentials) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/x-www-form-urlencoded");
        StringJoiner query = new StringJoiner("&");
        StringJoiner form = new StringJoiner("&");
        for (Argument argument : operation.arguments()) {
            if (argument.isFixed() || !which.test(argument)) {
                continue;
            }
            String value = value(argument, credentials);
            String pair = argument.name() + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
            switch (argument.place()) {
                case "header" -> headers.put(argument.name(), value);
                case "query" -> query.add(pair);
                default -> form.add(pair);
            }
        }
        String target =
                operation.path() + (query.length() == 0 ? "" : (operation.path().contains("?") ? "&" : "?") + query);
        return server.send(true, operation.verb(), target, headers, form.toString());
    }

    private static String value(Argument argument, Map<String, String> credentials) {
        if (argument.told().has("x-credential")) {
            String credential = argument.told().get("x-credential").stringValue();
            assertThat(credentials).containsKey(credential);
            return credentials.get(credential);
        }
        JsonNode example = argument.told().get("example");
        return example.isString() ? example.stringValue() : example.toString();
    }

    private static void checkContentType(Operation operation, TestServer.Reply reply) {
        assertThat(reply.status()).as(operation.name() + ": " + reply.body()).isEqualTo(200);
        assertThat(operation.answers().propertyNames())
                .as(operation.name())
                .contains(reply.headers().get("content-type"));
    }

    @Test
    void veoh_isAnsweredAsDescribed() {
        Map<String, String> credentials = credentials();
        for (Operation operation : description("veoh").operations()) {
            credentials.put("userToken", userToken());
            TestServer.Reply least = send(operation, REQUIRED, credentials);
            checkContentType(operation, least);
            assertThat(least.body()).as(operation.name()).contains("<rsp stat=\"ok\"");
            TestServer.Reply all = send(operation, ALL, credentials);
            checkContentType(operation, all);
            checkXml(operation, all);
        }
    }

    @Test
    void videntity_isAnsweredAsDescribed() {
        Map<String, String> credentials = credentials();
        for (Operation operation : description("videntity").operations()) {
            for (Predicate<Argument> which : List.of(REQUIRED, ALL)) {
                credentials.put("sessionKey", sessionKey());
                TestServer.Reply reply = send(operation, which, credentials);
                checkContentType(operation, reply);
                assertThat(reply.body()).as(operation.name()).contains("<status>SUCCESS</status>");
                checkXml(operation, reply);
            }
        }
    }

    private String userToken() {
        return found(
                "userToken=\"([^\"]+)\"",
                server.post(
                        true,
                        "/rest/v1/?method=veoh.people.authenticate&apiKey="
                                + server.first().apiKey(),
                        "j_username=" + server.first().username() + "&j_password="
                                + server.first().password()));
    }

    private String sessionKey() {
        return found(
                "<session_key>([^<]+)<",
                server.post(
                        true,
                        "/session/login",
                        "username=" + server.first().username() + "&password="
                                + server.first().password() + "&account_number="
                                + server.first().accountNumber()));
    }

    private static String found(String pattern, TestServer.Reply reply) {
        Matcher matcher = Pattern.compile(pattern).matcher(reply.body());
        assertThat(matcher.find()).as(reply.body()).isTrue();
        return matcher.group(1);
    }

    private static void checkXml(Operation operation, TestServer.Reply reply) {
        String example = operation.answers().iterator().next().get("example").stringValue();
        assertThat(withoutValues(reply.body())).isEqualTo(withoutValues(example));
    }

    /// Without what is new each time.
    private static String withoutValues(String xml) {
        return xml.replaceAll("(guid|timestamp|eventId|dateLogged|licenseId|userToken|expires)=\"[^\"]*\"", "$1")
                .replaceAll("<(api_tx_number|session_key|timestamp)>[^<]+<", "<$1><");
    }

    /// Things that examples name are there: some are made by examples that come first.
    private List<Operation> cryptolens() {
        server.manage(
                "POST",
                "/v1/templates",
                "{\"product\":\"prd_" + server.first().productId() + "\",\"name\":\"trial\",\"period\":\"P14D\"}");
        return description("cryptolens").operations().stream()
                .sorted(Comparator.comparingInt(DescribedExamplesTest::turn))
                .toList();
    }

    private static int turn(Operation operation) {
        String name = operation.name();
        if (name.equals("Customer/AddCustomer")) {
            return 0;
        }
        if (name.matches(".*/(Add|Create|Register).*")) {
            return 1;
        }
        if (name.startsWith("AI/")) {
            return 3;
        }
        return name.contains("/Remove") ? 4 : 2;
    }

    private Operation cryptolens(String name) {
        return description("cryptolens").operations().stream()
                .filter(operation -> operation.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void cryptolens_withWhatIsRequired_isAnsweredAsItsExamplesAre() {
        Description description = description("cryptolens");
        Map<String, String> credentials = credentials();
        Map<String, String> ofKeyLock = credentials();
        ofKeyLock.put(
                "accessToken",
                server.manage("POST", "/v1/tokens", "{\"name\":\"t\",\"permissions\":[\"GetKey\"],\"keyLock\":-1}")
                        .get("accessToken")
                        .stringValue());
        send(cryptolens("Customer/AddCustomer"), ALL, credentials);
        for (Operation operation : cryptolens()) {
            if (operation.name().equals("Key/Deactivate")) {
                send(cryptolens("Key/MachineLockLimit"), ALL, credentials);
                send(
                        cryptolens("Key/Activate"),
                        REQUIRED.or(argument -> argument.name().equals("MachineCode")),
                        credentials);
            }
            TestServer.Reply reply =
                    send(operation, REQUIRED, operation.name().equals("Auth/KeyLock") ? ofKeyLock : credentials);
            checkContentType(operation, reply);
            JsonNode answer = reply.json();
            assertThat(answer.get("result").intValue())
                    .as(operation.name() + ": " + reply.body())
                    .isZero();
            JsonNode told = operation.answers().get(JSON);
            JsonNode example = told.get("example");
            checkShape(operation.name(), example, answer);
            assertThat(Schemas.misfit(description, operation.name(), told.get("schema"), example))
                    .isEmpty();
            assertThat(Schemas.misfit(description, operation.name(), told.get("schema"), answer))
                    .isEmpty();
            example.properties()
                    .forEach(member -> assertThat(member.getValue().isArray()
                                    && answer.get(member.getKey()).isEmpty())
                            .as(operation.name() + " has no " + member.getKey())
                            .isFalse());
        }
    }

    /// Both have the same members; of a list the first element is looked at, and anything may be null.
    static void checkShape(String where, JsonNode example, JsonNode answer) {
        if (example.isNull() || answer.isNull()) {
            return;
        }
        assertThat(answer.getNodeType()).as(where).isEqualTo(example.getNodeType());
        if (example.isObject()) {
            assertThat(answer.propertyNames()).as(where).containsExactlyElementsOf(example.propertyNames());
            example.properties()
                    .forEach(member ->
                            checkShape(where + "." + member.getKey(), member.getValue(), answer.get(member.getKey())));
        }
        if (example.isArray() && !example.isEmpty() && !answer.isEmpty()) {
            checkShape(where + "[]", example.get(0), answer.get(0));
        }
    }

    /// The first token has no key lock, so it is refused where one is needed.
    @Test
    void cryptolens_withAllArguments_isAnsweredAsItsSchemasSay() {
        Description description = description("cryptolens");
        Map<String, String> credentials = credentials();
        for (Operation operation : cryptolens()) {
            TestServer.Reply reply = send(operation, ALL, credentials);
            checkContentType(operation, reply);
            if (reply.headers().get("content-type").startsWith("text/plain")) {
                assertThat(reply.body()).matches("([A-Z]{5}-){3}[A-Z]{5}");
                continue;
            }
            JsonNode answer = reply.json();
            assertThat(answer.get("result").intValue())
                    .as(operation.name() + ": " + reply.body())
                    .isEqualTo(operation.name().equals("Auth/KeyLock") ? 1 : 0);
            if (answer.get("result").intValue() == 1) {
                checkError(operation, reply);
            }
            assertThat(Schemas.misfit(
                            description,
                            operation.name(),
                            operation.answers().get(JSON).get("schema"),
                            answer))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"veoh", "videntity", "cryptolens"})
    void whatIsRequired_isMissedWhereItIsNotSent(String dialect) {
        Map<String, String> credentials = credentials();
        credentials.put("sessionKey", sessionKey());
        for (Operation operation : description(dialect).operations()) {
            for (Argument missing : operation.arguments()) {
                if (missing.required() && !missing.isFixed()) {
                    TestServer.Reply reply =
                            send(operation, REQUIRED.and(argument -> !argument.equals(missing)), credentials);
                    checkContentType(operation, reply);
                    checkError(operation, reply);
                }
            }
        }
    }

    private static void checkError(Operation operation, TestServer.Reply reply) {
        Matcher message = MESSAGE.matcher(reply.body());
        assertThat(message.find()).as(operation.name() + ": " + reply.body()).isTrue();
        assertThat(operation
                        .errors()
                        .valueStream()
                        .map(error -> error.get("message").stringValue()))
                .as(operation.name())
                .contains(message.group(1) == null ? message.group(2) : message.group(1));
    }
}
