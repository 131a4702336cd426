package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.identity.Permission;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Route;
import dev.licet.server.TestServer;
import dev.licet.server.dialect.Description.Argument;
import dev.licet.server.dialect.Description.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class OpenApiTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Set<String> CREDENTIALS = Set.of(
            "apiKey",
            "userToken",
            "username",
            "password",
            "accessToken",
            "accountNumber",
            "sessionKey",
            "productId",
            "licenseKey");

    /// How a body says no, by dialect.
    private static final Map<String, Pattern> ERROR = Map.of(
            "veoh",
            Pattern.compile("errorCode=\"(?<code>[0-9]+)\" errorMessage=\"(?<message>[^\"]*)\""),
            "videntity",
            Pattern.compile("(?s)<error_number>(?<code>[0-9]+)<.*<error_detail>(?<message>[^<]*)<"),
            "cryptolens",
            Pattern.compile("(?<code>)\"message\":\"(?<message>[^\"]+)\""));

    @TempDir
    static Path directory;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void description_hasEveryRoute_andNoOther_andAllThatItRefersTo() {
        JsonNode description = server.get("/openapi.json").json();
        Set<String> described = new TreeSet<>();
        description
                .get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .propertyNames()
                        .forEach(verb -> described.add(verb.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        assertThat(described)
                .isEqualTo(routes(dialect("rest")).stream()
                        .map(Route::name)
                        .collect(Collectors.toCollection(TreeSet::new)));
        assertThat(description.toString())
                .contains(Arrays.stream(Permission.values())
                        .map(permission -> "\"" + permission.label() + "\"")
                        .collect(Collectors.joining(",", "\"enum\":[", "]")));
        assertThat(description).isEqualTo(Description.of(dialect("rest")).document());
    }

    private static Dialect dialect(String name) {
        return server.dialects().stream()
                .filter(dialect -> dialect.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Those that a description tells of: all but its own.
    private static List<Route> routes(Dialect dialect) {
        return dialect.routes().stream()
                .filter(route -> !route.name().equals("GET /openapi.json"))
                .toList();
    }

    @Test
    void dialectsOfOthersAndOurOwn_describeThemselves() {
        assertThat(server.dialects())
                .filteredOn(dialect -> dialect.description().isPresent())
                .extracting(Dialect::name)
                .containsExactly("veoh", "videntity", "cryptolens", "rest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"veoh", "videntity", "cryptolens", "rest"})
    void eachRoute_isOneOperation_andEachOperationIsARoute(String name) {
        List<Route> routes = routes(dialect(name));
        List<Operation> operations = Description.of(dialect(name)).operations();
        assertThat(operations)
                .extracting(Operation::name)
                .containsExactlyInAnyOrderElementsOf(
                        routes.stream().map(Route::name).toList());
        for (Operation operation : operations) {
            Route route = routes.stream()
                    .filter(known -> known.name().equals(operation.name()))
                    .findFirst()
                    .orElseThrow();
            assertThat(operation.path()).isEqualTo(route.path());
            assertThat(operation.verb())
                    .as(route.name())
                    .isEqualTo(
                            route.verbs().contains("POST")
                                    ? "POST"
                                    : route.verbs().getFirst());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"veoh", "videntity", "cryptolens", "rest"})
    void whatADescriptionRefersTo_isThere(String name) {
        Description description = Description.of(dialect(name));
        Pattern.compile("\"\\$ref\":\"#([^\"]+)\"")
                .matcher(description.document().toString())
                .results()
                .forEach(found -> assertThat(
                                description.document().at(found.group(1)).isObject())
                        .as(found.group(1))
                        .isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"veoh", "videntity", "cryptolens", "rest"})
    void eachOperation_saysWhatItTakes_answersAndRefuses(String name) {
        Description description = Description.of(dialect(name));
        JsonNode info = description.document().get("info");
        assertThat(info.get("version").stringValue()).isEqualTo("1");
        assertThat(info.get("description").stringValue()).isNotBlank();
        Set<String> tags = description
                .document()
                .get("tags")
                .valueStream()
                .map(tag -> tag.get("name").stringValue())
                .collect(Collectors.toSet());
        for (Operation operation : description.operations()) {
            JsonNode node = operation.node();
            assertThat(node.get("summary").stringValue()).as(operation.name()).isNotBlank();
            assertThat(node.get("description").stringValue())
                    .as(operation.name())
                    .isNotBlank();
            assertThat(node.get("tags")).as(operation.name()).hasSize(1);
            assertThat(tags).contains(node.get("tags").get(0).stringValue());
            assertThat(operation.answers())
                    .as(operation.name())
                    .isNotEmpty()
                    .allMatch(answer -> answer.has("example") || isBinary(answer));
            assertThat(operation.errors()).as(operation.name()).isNotEmpty().allSatisfy(OpenApiTest::checkError);
            assertThat(operation.arguments())
                    .as(operation.name())
                    .allSatisfy(argument -> checkArgument(description, argument));
            assertThat(operation.arguments().isEmpty() && operation.bodies().isEmpty())
                    .as(operation.name() + " takes something")
                    .isFalse();
            assertThat(operation.arguments())
                    .filteredOn(Argument::isFixed)
                    .allMatch(argument -> operation
                            .path()
                            .endsWith("?" + argument.name() + "="
                                    + argument.schema().get("const").stringValue()));
        }
    }

    private static void checkError(JsonNode error) {
        assertThat(error.propertyNames()).containsExactly("code", "status", "message", "when");
        assertThat(error.get("code").isNull() || error.get("code").isString()).isTrue();
        assertThat(error.get("status").intValue()).isBetween(200, 599);
        assertThat(error.get("message").stringValue()).isNotBlank();
        assertThat(error.get("when").stringValue()).isNotBlank();
    }

    private static boolean isBinary(JsonNode answer) {
        return answer.path("schema").path("format").stringValue("").equals("binary");
    }

    private static void checkArgument(Description description, Argument argument) {
        JsonNode schema = argument.schema();
        assertThat(schema.path("type").stringValue("")).as(argument.name()).isIn("string", "integer", "boolean");
        checkTold(description, argument.name(), argument.told(), schema);
    }

    /// It is explained, and its example is what it says.
    private static void checkTold(Description description, String name, JsonNode told, JsonNode schema) {
        assertThat(told.path("description").stringValue("")).as(name).isNotBlank();
        if (told.has("x-credential")) {
            assertThat(CREDENTIALS).contains(told.get("x-credential").stringValue());
        }
        assertThat(Schemas.misfit(description, name, schema, told.path("example")))
                .isEmpty();
        if (schema.has("default")) {
            assertThat(Schemas.misfit(description, name, schema, schema.get("default")))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"veoh", "videntity", "cryptolens", "rest"})
    void whatPathsName_isAnArgument(String name) {
        for (Operation operation : Description.of(dialect(name)).operations()) {
            assertThat(operation.arguments())
                    .filteredOn(argument -> argument.place().equals("path"))
                    .as(operation.name())
                    .allMatch(Argument::required)
                    .extracting(Argument::name)
                    .containsExactlyElementsOf(Pattern.compile("\\{([a-z]+)}")
                            .matcher(operation.path())
                            .results()
                            .map(found -> found.group(1))
                            .toList());
        }
    }

    @Test
    void membersOfBodies_areExplained_andExamplesAreWhatTheySay() {
        Description description = Description.of(dialect("rest"));
        for (Operation operation : description.operations()) {
            for (JsonNode body : operation.bodies()) {
                assertThat(Schemas.misfit(description, operation.name(), body.get("schema"), body.path("example")))
                        .isEmpty();
                checkMembers(description, operation.name(), body.get("schema"));
            }
        }
    }

    private static void checkMembers(Description description, String where, JsonNode given) {
        JsonNode schema = description.resolved(given);
        schema.path("oneOf").forEach(one -> checkMembers(description, where, one));
        if (schema.has("items")) {
            checkMembers(description, where, schema.get("items"));
        }
        schema.path("properties").properties().forEach(member -> {
            String name = where + " " + member.getKey();
            checkTold(description, name, member.getValue(), member.getValue());
            checkMembers(description, name, member.getValue());
        });
    }

    @Test
    void problemsOfOneCode_haveOneStatus() {
        Map<String, Set<Integer>> statuses = new TreeMap<>();
        for (Operation operation : Description.of(dialect("rest")).operations()) {
            operation
                    .errors()
                    .forEach(error -> statuses.computeIfAbsent(error.get("code").stringValue(), code -> new TreeSet<>())
                            .add(error.get("status").intValue()));
        }
        assertThat(statuses)
                .hasSizeGreaterThan(20)
                .allSatisfy((code, each) -> assertThat(each).as(code).hasSize(1));
    }

    /// Ours are for two routes alone: other tests send the rest.
    @Test
    void problemsOfGoldenExchanges_areThoseThatTheirOperationTells() throws IOException {
        List<Operation> operations = Description.of(dialect("rest")).operations();
        Pattern problem = Pattern.compile(
                "\"type\":\"urn:licet:problem:(?<code>[a-z-]+)\".*\"status\":(?<status>[0-9]+),\"detail\":\"(?<detail>[^\"]*)\"");
        Set<String> shown = new TreeSet<>();
        try (Stream<Path> files = Files.list(GOLDEN.resolve("rest"))) {
            for (Path file : files.sorted().toList()) {
                Matcher found = problem.matcher(Files.readString(file));
                String route = file.getFileName().toString().startsWith("list") ? "GET /v1/events" : "POST /v1/events";
                if (found.find() && !found.group("code").equals("wrong-verb")) {
                    shown.add(found.group("code"));
                    assertThat(operations)
                            .filteredOn(operation -> operation.name().equals(route))
                            .as(file.toString())
                            .singleElement()
                            .matches(operation -> operation.tells(
                                    found.group("code"),
                                    Integer.parseInt(found.group("status")),
                                    found.group("detail")));
                }
            }
        }
        assertThat(shown).hasSizeGreaterThan(8);
    }

    /// What golden exchanges show is what the code does, so descriptions have to say the same.
    @ParameterizedTest
    @ValueSource(strings = {"veoh", "videntity", "cryptolens"})
    void errorsOfGoldenExchanges_areThoseThatTheirOperationTells(String name) throws IOException {
        List<Operation> operations = Description.of(dialect(name)).operations();
        Set<String> shown = new HashSet<>();
        try (Stream<Path> files = Files.list(GOLDEN.resolve(name))) {
            for (Path file : files.sorted().toList()) {
                String method = file.getFileName().toString().split("-", 2)[0];
                Set<String> errors = errorsIn(name, Files.readString(file));
                shown.addAll(errors);
                assertThat(operations)
                        .filteredOn(operation -> isCalled(operation, method))
                        .as(file.toString())
                        .hasSize(method.equals("none") ? 0 : 1)
                        .allSatisfy(operation -> assertThat(told(operation)).containsAll(errors));
            }
        }
        for (Operation operation : operations) {
            assertThat(told(operation))
                    .filteredOn(error -> !isHardToShow(error))
                    .as(operation.name())
                    .isSubsetOf(shown);
        }
    }

    private static boolean isCalled(Operation operation, String method) {
        String name = operation.name().replace("veoh.license.create", "veoh.license");
        return name.endsWith("/" + method) || name.endsWith("." + method);
    }

    private static Set<String> told(Operation operation) {
        return operation
                .errors()
                .valueStream()
                .map(error -> error.get("status").intValue() + " "
                        + (error.get("code").isNull() ? "" : error.get("code").stringValue()) + " "
                        + error.get("message").stringValue())
                .collect(Collectors.toSet());
    }

    /// The error of a golden exchange, if it has one; its status as it is where no setting says otherwise.
    private static Set<String> errorsIn(String dialect, String exchange) {
        String answer = exchange.substring(exchange.indexOf(">>>\n") + 4);
        String status = exchange.contains("cryptolens-error-status") ? "200" : answer.substring(9, 12);
        String body = answer.substring(answer.indexOf("\n\n") + 2);
        Matcher error = ERROR.get(dialect).matcher(body);
        if (error.find()) {
            return Set.of(status + " " + error.group("code") + " " + error.group("message"));
        }
        return answer.contains("content-type: text/plain") ? Set.of(status + "  " + body.strip()) : Set.of();
    }

    /// Other tests have a slow client or a body that is packed in a strange way; nobody can ask for a failure.
    private static boolean isHardToShow(String error) {
        return error.startsWith("408 ")
                || error.startsWith("415 ")
                || error.contains("The server failed.")
                || error.contains("Something went wrong.")
                || error.startsWith("200 11 ");
    }
}
