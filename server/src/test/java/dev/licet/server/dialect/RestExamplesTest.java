package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import dev.licet.server.dialect.Description.Argument;
import dev.licet.server.dialect.Description.Operation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The examples of our own description, sent to a new server with what it alone knows in their places, and what is
/// wrong with them: all answers are as they are told.
class RestExamplesTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String JSON = "application/json";
    private static final String KEY = "Idempotency-Key";
    private static final String MISTYPED = "00000-00000-00000-00000-00001";
    private static final Predicate<Argument> REQUIRED = Argument::required;

    /// What a client has to have read before.
    private static final Predicate<Argument> SENDABLE =
            argument -> !Set.of("If-Match", "If-None-Match", "Content-Encoding").contains(argument.name());

    /// Kinds of insights that need more than their name.
    private static final Map<String, String> QUESTIONS = Map.of(
            "breakdown", "{\"by\":\"feature\"}",
            "funnel", "{\"steps\":[{\"name\":\"open\"},{\"feature\":\"export.pdf\"}]}");

    @TempDir
    Path directory;

    private TestServer server;
    private Description description;

    /// What no example can know, by its argument: what a server makes up.
    private final Map<String, String> made = new HashMap<>();

    private int machines;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"));
        description = Description.of(server.dialects().stream()
                .filter(dialect -> dialect.name().equals("rest"))
                .findFirst()
                .orElseThrow());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /// In an order in which things are there before they are named, and removed last.
    private List<Operation> operations() {
        return description.operations().stream()
                .sorted(Comparator.comparingInt(RestExamplesTest::turn))
                .toList();
    }

    private static int turn(Operation operation) {
        if (Set.of("POST /v1/licenses", "POST /v1/customers", "PATCH /v1/keys/{key}")
                .contains(operation.name())) {
            return 0;
        }
        if (operation.name().equals("POST /v1/events/void")) {
            return 3;
        }
        if (operation.verb().equals("POST") && !operation.path().contains("{")) {
            return 1;
        }
        return operation.verb().equals("DELETE") ? 4 : 2;
    }

    // Sending

    /// What is sent, and may be changed before.
    private final class Call {
        private final Operation operation;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private final StringJoiner query = new StringJoiner("&");
        private String path;
        private String body = "";

        Call(Operation operation, Predicate<Argument> which) {
            this.operation = operation;
            this.path = operation.path();
            headers.put("Authorization", "Bearer " + server.first().accessToken());
            for (Argument argument : operation.arguments()) {
                if (which.test(argument)) {
                    with(argument, value(argument));
                }
            }
            operation.bodies().propertyNames().stream().findFirst().ifPresent(this::ofType);
        }

        Call with(Argument argument, String value) {
            String escaped = URLEncoder.encode(value, StandardCharsets.UTF_8);
            switch (argument.place()) {
                case "path" -> path = path.replace("{" + argument.name() + "}", escaped);
                case "query" -> query.add(argument.name() + "=" + escaped);
                default -> headers.put(argument.name(), value);
            }
            return this;
        }

        Call withHeader(String name, String value) {
            headers.put(name, value);
            return this;
        }

        Call withBody(JsonNode json) {
            body = json.toString();
            return this;
        }

        Call ofType(String type) {
            headers.put("Content-Type", type);
            JsonNode content = operation.bodies().get(type);
            JsonNode example = content.get("example");
            body = example.isString()
                    ? example.stringValue()
                    : filled(content.get("schema"), example).toString();
            return this;
        }

        Reply send() {
            String target = path + (query.length() == 0 ? "" : "?" + query);
            return server.send(true, operation.verb(), target, headers, body);
        }
    }

    private Call call(Operation operation) {
        return new Call(operation, REQUIRED);
    }

    private String value(Argument argument) {
        if (argument.told().has("x-credential")) {
            return credential(argument.told());
        }
        JsonNode example = argument.told().get("example");
        return Optional.ofNullable(made.get(argument.name()))
                .filter(known -> argument.place().equals("path"))
                .orElseGet(() -> example.isString() ? example.stringValue() : example.toString());
    }

    private String credential(JsonNode told) {
        return switch (told.get("x-credential").stringValue()) {
            case "accountNumber" -> server.first().accountNumber();
            case "licenseKey" -> server.first().licenseKey();
            default -> throw new IllegalArgumentException("another credential: " + told);
        };
    }

    /// An example with what this server knows.
    private JsonNode filled(JsonNode given, JsonNode example) {
        JsonNode schema = description.resolved(given);
        JsonNode filled = example.deepCopy();
        schema.path("properties").properties().forEach(member -> {
            if (member.getValue().has("x-credential") && filled.has(member.getKey())) {
                ((ObjectNode) filled).put(member.getKey(), credential(member.getValue()));
            }
        });
        return filled;
    }

    private static String mediaType(Reply reply) {
        return reply.headers().getOrDefault("content-type", "").split(";", 2)[0];
    }

    private Optional<JsonNode> jsonSchema(Operation operation) {
        return Optional.ofNullable(operation.answers().get(JSON)).map(answer -> answer.get("schema"));
    }

    private static boolean takes(Operation operation, String argument) {
        return operation.arguments().stream().anyMatch(known -> known.name().equals(argument));
    }

    /// What a server makes up and examples can't know.
    private void learn(Operation operation, Reply reply) {
        if (operation.name().equals("POST /v1/seats")) {
            made.put("seat", reply.json().get("id").stringValue());
        }
        if (operation.name().equals("POST /v1/accounts")) {
            made.put("account", reply.json().get("accountNumber").stringValue());
        }
        if (operation.name().equals("POST /v1/erasures")) {
            untilErased("/v1/erasures/" + reply.json().get("id").stringValue());
        }
    }

    private void untilErased(String path) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!server.manage("GET", path, "").get("state").stringValue().equals("done")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    // What is right

    @Test
    void examples_areAnsweredAsTheyAreDescribed() {
        for (Operation operation : operations()) {
            server.clock().advance(Duration.ofSeconds(1)); // what happens now is not before now
            boolean isOnce = takes(operation, KEY);
            Call call = isOnce
                    ? new Call(
                            operation, REQUIRED.or(argument -> argument.name().equals(KEY)))
                    : call(operation);
            Reply reply = call.send();
            checkSuccess(operation, reply);
            checkExample(operation, reply);
            learn(operation, reply);
            if (isOnce) {
                checkSuccess(operation, call.send());
            }
            if (operation.verb().equals("GET")) {
                checkReading(operation, reply);
            }
            operation
                    .bodies()
                    .propertyStream()
                    .skip(1)
                    .forEach(body -> checkSuccess(
                            operation, call(operation).ofType(body.getKey()).send()));
        }
    }

    private static Argument argument(Operation operation, String name) {
        return operation.arguments().stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void checkSuccess(Operation operation, Reply reply) {
        assertThat(reply.status()).as(operation.name() + " " + reply).isEqualTo(Integer.parseInt(operation.status()));
        assertThat(operation.answers().propertyNames()).as(operation.name()).contains(mediaType(reply));
        assertThat(reply.headers().containsKey("etag"))
                .as(operation.name() + " has an ETag")
                .isEqualTo(operation.success().path("headers").has("ETag"));
        if (mediaType(reply).equals(JSON)) {
            assertThat(Schemas.misfit(
                            description, operation.name(), jsonSchema(operation).orElseThrow(), reply.json()))
                    .isEmpty();
        }
    }

    /// The example of its answer has the same members, and the answer has something.
    private void checkExample(Operation operation, Reply reply) {
        JsonNode example = operation.answers().get(mediaType(reply)).get("example");
        if (!mediaType(reply).equals(JSON)) {
            DescribedExamplesTest.checkShape(
                    operation.name(), firstLine(example.stringValue()), firstLine(reply.body()));
            return;
        }
        assertThat(Schemas.misfit(
                        description, operation.name(), jsonSchema(operation).orElseThrow(), example))
                .isEmpty();
        DescribedExamplesTest.checkShape(operation.name(), example, reply.json());
        assertThat(reply.json().path("data").isArray()
                        && reply.json().get("data").isEmpty())
                .as(operation.name() + " has something")
                .isFalse();
    }

    private static JsonNode firstLine(String lines) {
        return MAPPER.readTree(lines.lines().findFirst().orElseThrow());
    }

    /// With all that it takes, in each format, and again with what is known.
    private void checkReading(Operation operation, Reply first) {
        checkSuccess(operation, new Call(operation, SENDABLE).send());
        Set<String> types = new TreeSet<>();
        types.add(mediaType(first));
        for (Argument argument : operation.arguments()) {
            argument.schema().path("enum").forEach(choice -> {
                if (!argument.name().equals("kind") || argument.place().equals("query")) {
                    Reply reply =
                            call(operation).with(argument, choice.stringValue()).send();
                    checkSuccess(operation, reply);
                    types.add(mediaType(reply));
                }
            });
        }
        assertThat(types)
                .containsExactlyInAnyOrderElementsOf(operation.answers().propertyNames());
        Reply known = call(operation)
                .withHeader("If-None-Match", first.headers().getOrDefault("etag", "*"))
                .send();
        if (operation.name().startsWith("GET /v1/system")) {
            assertThat(known.status()).isIn(200, 304); // it is never quite the same
        } else {
            assertThat(known.status()).as(operation.name()).isEqualTo(takes(operation, "If-None-Match") ? 304 : 200);
        }
        assertThat(operation.node().get("responses").has("304"))
                .as(operation.name())
                .isEqualTo(takes(operation, "If-None-Match"));
    }

    @Test
    void insights_ofEachKind_areAnsweredAsTheyAreDescribed() {
        makeThings();
        Operation ask = operations().stream()
                .filter(operation -> operation.name().equals("POST /v1/insights/{kind}"))
                .findFirst()
                .orElseThrow();
        Argument kind = argument(ask, "kind");
        for (JsonNode choice : kind.schema().get("enum")) {
            String question = QUESTIONS.getOrDefault(choice.stringValue(), "{}");
            Reply reply = new Call(ask, argument -> false)
                    .with(kind, choice.stringValue())
                    .withBody(MAPPER.readTree(question))
                    .send();
            checkSuccess(ask, reply);
        }
    }

    private void makeThings() {
        for (Operation operation : operations()) {
            if (turn(operation) < 2) {
                Reply reply = call(operation).send();
                checkSuccess(operation, reply);
                learn(operation, reply);
            }
        }
    }

    // What is wrong

    @Test
    void whatIsWrong_isToldAsItIsDescribed() {
        makeThings();
        String powerless = server.manage("POST", "/v1/tokens", "{\"name\":\"t\",\"permissions\":[]}")
                .get("accessToken")
                .stringValue();
        SoftAssertions softly = new SoftAssertions();
        for (Operation operation : operations()) {
            checkTold(softly, operation, "nobody", 401, call(operation).withHeader("Authorization", "Bearer x"));
            if (!operation.name().equals("GET /v1/file-keys")) {
                Call call = call(operation).withHeader("Authorization", "Bearer " + powerless);
                checkTold(softly, operation, "no permission", 403, call);
            }
            checkBodies(softly, operation);
            checkArguments(softly, operation);
        }
        softly.assertAll();
    }

    private static void checkTold(SoftAssertions softly, Operation operation, String what, int status, Call call) {
        Reply reply = call.send();
        softly.assertThat(reply.status()).as(operation.name() + " " + what).isEqualTo(status);
        checkTold(softly, operation, what, reply);
    }

    /// A no is one that it tells.
    private static void checkTold(SoftAssertions softly, Operation operation, String what, Reply reply) {
        if (reply.status() < 400) {
            return;
        }
        softly.assertThat(reply.headers().get("content-type"))
                .as(operation.name() + " " + what)
                .isEqualTo("application/problem+json");
        JsonNode problem = reply.json();
        String type = problem.get("type").stringValue();
        softly.assertThat(operation.tells(
                        type.substring(type.lastIndexOf(':') + 1),
                        reply.status(),
                        problem.get("detail").stringValue()))
                .as(operation.name() + " tells of " + what + ": " + problem)
                .isTrue();
        softly.assertThat(problem.get("status").intValue()).isEqualTo(reply.status());
    }

    private void checkBodies(SoftAssertions softly, Operation operation) {
        if (operation.bodies().isEmpty()) {
            return;
        }
        checkTold(softly, operation, "an encoding", 415, call(operation).withHeader("Content-Encoding", "br"));
        if (!operation.bodies().has(JSON)) {
            return;
        }
        Call broken = call(operation).ofType(JSON);
        broken.body = "{";
        checkTold(softly, operation, "broken JSON", broken.send());
        Call other = call(operation).withHeader("Content-Type", "text/plain");
        checkTold(softly, operation, "another type", other.send());
        JsonNode content = operation.bodies().get(JSON);
        JsonNode example = filled(content.get("schema"), content.get("example"));
        JsonNode schema = description.resolved(content.get("schema"));
        for (JsonNode one : schema.has("oneOf") ? schema.get("oneOf") : List.of(schema)) {
            checkMembers(softly, operation, example, description.resolved(one));
        }
    }

    private void checkMembers(SoftAssertions softly, Operation operation, JsonNode example, JsonNode schema) {
        for (JsonNode required : schema.path("required")) {
            ObjectNode without = (ObjectNode) example.deepCopy();
            without.remove(required.stringValue());
            Reply reply = call(operation).ofType(JSON).withBody(without).send();
            if (!operation.name().endsWith("/import")) {
                softly.assertThat(reply.status())
                        .as(operation.name() + " without " + required)
                        .isBetween(400, 422);
            }
            checkTold(softly, operation, "no " + required, reply);
        }
        for (String member : schema.path("properties").propertyNames()) {
            for (String wrong : wrong(schema.get("properties").get(member))) {
                ObjectNode with = (ObjectNode) example.deepCopy();
                with.set(member, MAPPER.readTree(wrong));
                checkTold(
                        softly,
                        operation,
                        member + " " + wrong,
                        call(operation).ofType(JSON).withBody(with).send());
            }
        }
    }

    /// Values that a member can't have, or that name what is not there.
    private static List<String> wrong(JsonNode schema) {
        List<String> wrong =
                new ArrayList<>(List.of("[[]]", "{\"x\":1}", "-1", "\"?!\"", "\"" + "x".repeat(300) + "\"", "\"\""));
        unknown(schema).ifPresent(text -> wrong.add("\"" + text + "\""));
        return wrong;
    }

    /// What a text names that is not there; empty where it names nothing.
    private static Optional<String> unknown(JsonNode schema) {
        return switch (schema.path("x-credential").stringValue("")) {
            case "licenseKey" -> Optional.of(MISTYPED);
            case "accountNumber" -> Optional.of("999999999999999");
            default ->
                Optional.of(schema.path("pattern").stringValue(""))
                        .filter(pattern -> pattern.matches("\\^[a-z]+_.*"))
                        .map(pattern -> pattern.substring(1, pattern.indexOf('_') + 1) + "999999999999999");
        };
    }

    private void checkArguments(SoftAssertions softly, Operation operation) {
        for (Argument argument : operation.arguments()) {
            Predicate<Argument> others = REQUIRED.and(other -> !other.equals(argument));
            switch (argument.place()) {
                case "path" ->
                    Stream.of("nothing", value(argument).replaceAll("[0-9]+", "999999999999999"))
                            .filter(wrong -> !wrong.equals(value(argument)))
                            .forEach(wrong -> {
                                Call call = new Call(operation, others).with(argument, wrong);
                                checkTold(softly, operation, argument.name() + " " + wrong, 404, call);
                            });
                case "query" -> {
                    if (argument.required()) {
                        checkTold(softly, operation, "no " + argument.name(), new Call(operation, others).send());
                    }
                    Stream.concat(
                                    Stream.of("?!"),
                                    Stream.of(argument.told(), argument.schema())
                                            .flatMap(told -> unknown(told).stream()))
                            .forEach(wrong -> checkTold(
                                    softly,
                                    operation,
                                    argument.name() + " " + wrong,
                                    new Call(operation, others)
                                            .with(argument, wrong)
                                            .send()));
                    Call broken = call(operation);
                    broken.query.add("x=%zz");
                    checkTold(softly, operation, "a broken query", 400, broken);
                }
                default -> {
                    // below
                }
            }
        }
        boolean isChange = !operation.verb().equals("GET");
        if (isChange) {
            Reply changed = call(operation).withHeader("If-Match", "\"other\"").send();
            softly.assertThat(changed.status() == 412)
                    .as(operation.name() + " takes If-Match: " + changed)
                    .isEqualTo(takes(operation, "If-Match"));
            checkTold(softly, operation, "If-Match", changed);
            checkOnce(softly, operation);
        }
    }

    /// The same key of another request is refused, where one is taken.
    private void checkOnce(SoftAssertions softly, Operation operation) {
        Call call = call(operation).withHeader(KEY, "of " + operation.name());
        if (operation.name().equals("POST /v1/events")) {
            call.body = "{\"name\":\"new\"}"; // the example has an id of its own
        }
        Reply first = call.send();
        checkTold(softly, operation, KEY, first);
        Reply again = call.send();
        softly.assertThat(again.headers().containsKey("idempotency-replayed"))
                .as(operation.name() + " is answered again: " + again)
                .isEqualTo(first.status() < 300
                        && operation.success().path("headers").has("Idempotency-Replayed"));
        call.query.add("other=1");
        Reply other = call.send();
        if (first.status() < 300) {
            softly.assertThat(other.status() == 422)
                    .as(operation.name() + " takes " + KEY + ": " + other)
                    .isEqualTo(takes(operation, KEY));
        }
        checkTold(softly, operation, KEY, other);
        checkTold(softly, operation, KEY, call(operation).withHeader(KEY, " ").send());
    }

    /// What a key, a purchase or a product does not allow any more.
    @Test
    void whatIsNotAllowed_isToldAsItIsDescribed() {
        makeThings();
        SoftAssertions softly = new SoftAssertions();
        Set<String> told = new TreeSet<>();
        for (String change : List.of(
                "{\"blocked\":true}",
                "{\"blocked\":false,\"allowedMachines\":[\"another\"]}",
                "{\"allowedMachines\":[],\"maxMachines\":1}",
                "{\"maxMachines\":9,\"newMachines\":{\"max\":0,\"within\":\"P1D\"}}",
                "{\"newMachines\":null,\"period\":\"P1D\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}")) {
            server.manage("PATCH", "/v1/keys/key_1", change);
            for (Operation operation : operations()) {
                if (isAboutMachines(operation)) {
                    told.addAll(checkTold(softly, operation, change, ofNewMachine(operation)));
                }
            }
        }
        for (String end : List.of("cancel", "refund")) {
            server.manage("POST", "/v1/purchases/pur_1/" + end, "");
            for (Operation operation : operations()) {
                if (operation.path().startsWith("/v1/purchases/")) {
                    told.addAll(checkTold(softly, operation, end, call(operation)));
                }
            }
        }
        server.manage("DELETE", "/v1/products/prd_1", "");
        for (Operation operation : operations()) {
            told.addAll(checkTold(softly, operation, "a revoked product", call(operation)));
        }
        softly.assertAll();
        assertThat(told)
                .contains(
                        "key-blocked",
                        "key-expired",
                        "machine-not-allowed",
                        "machine-limit-reached",
                        "too-many-new-machines",
                        "seats-taken",
                        "purchase-ended",
                        "not-found");
    }

    /// But for the seat that is held, which has to stay so.
    private static boolean isAboutMachines(Operation operation) {
        return Set.of("Activations", "Seats", "License files")
                        .contains(operation.node().get("tags").get(0).stringValue())
                && !operation.name().equals("DELETE /v1/seats/{seat}");
    }

    /// Its example for a machine that has not called yet.
    private Call ofNewMachine(Operation operation) {
        Call call = call(operation);
        if (!operation.bodies().has(JSON)) {
            return call;
        }
        JsonNode content = operation.bodies().get(JSON);
        ObjectNode body = (ObjectNode) filled(content.get("schema"), content.get("example"));
        return call.withBody(body.put("machine", "machine " + machines++));
    }

    /// @return the codes of what was refused
    private static Set<String> checkTold(SoftAssertions softly, Operation operation, String what, Call call) {
        Reply reply = call.send();
        checkTold(softly, operation, what, reply);
        return reply.status() < 400
                ? Set.of()
                : Set.of(reply.json().get("type").stringValue().replaceFirst(".*:", ""));
    }
}
