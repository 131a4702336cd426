package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.identity.Permission;
import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Every route of our own API, asked by every kind of caller, about its own things and another account's. The
/// routes and the permission that each takes are those that the API itself tells; a route that is not known
/// here fails.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthorizationMatrixTest {
    private static final Pattern NEEDED = Pattern.compile("Needs a token that may ([A-Za-z]+)(?:,? or ([A-Za-z]+))?");
    /// Is in a name of everything that the first account has.
    private static final String MARK = "marked-as-the-first-accounts";

    private TestServer server;
    private Map<String, JsonNode> routes;
    private String stranger;
    private String strangersProduct;
    private String erasure;

    @BeforeAll
    void start(@TempDir Path directory) {
        server = TestServer.start(directory.resolve("data"));
        JsonNode paths =
                server.send(true, "GET", "/openapi.json", Map.of(), "").json().get("paths");
        routes = new LinkedHashMap<>();
        paths.properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(verb -> routes.put(
                                verb.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey(),
                                verb.getValue())));
        routes.remove("GET /openapi.json");
        String account = server.manage("POST", "/v1/accounts", "{\"name\":\"stranger\"}")
                .get("accountNumber")
                .stringValue();
        strangersProduct = server.manage(
                        "POST", "/v1/products", "{\"name\":\"theirs\",\"account\":\"" + account + "\"}")
                .get("id")
                .stringValue();
        erasure = server.manage("POST", "/v1/erasures", "{\"machine\":\"m\",\"reason\":\"" + MARK + "\"}")
                .get("id")
                .stringValue();
        stranger = token("\"account\":\"" + account + "\",", allBut(Set.of("Operate")));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static List<String> allBut(Set<String> some) {
        return Arrays.stream(Permission.values())
                .map(Permission::label)
                .filter(label -> !some.contains(label))
                .toList();
    }

    private String token(String more, List<String> permissions) {
        return server.manage(
                        "POST",
                        "/v1/tokens",
                        "{\"name\":\"t\"," + more + "\"permissions\":["
                                + permissions.stream()
                                        .map(label -> '"' + label + '"')
                                        .collect(Collectors.joining(","))
                                + "]}")
                .get("accessToken")
                .stringValue();
    }

    /// One of everything that a route can be about, made anew: many routes end what they are about.
    private final class Things {
        private final Map<String, String> ids = new LinkedHashMap<>();

        Things() {
            String product = add("product", "/v1/products", "{\"name\":\"" + MARK + "\"}");
            add("account", server.first().accountNumber());
            add("erasure", erasure);
            add("user", "/v1/users", "{\"username\":\"u" + Long.toString(System.nanoTime(), 36) + "\"}");
            add("application", "/v1/applications", "{\"name\":\"" + MARK + "\"}");
            add("token", "/v1/tokens", "{\"name\":\"" + MARK + "\",\"permissions\":[\"GetKey\"]}");
            add("customer", "/v1/customers", "{\"name\":\"" + MARK + "\"}");
            JsonNode key =
                    made("/v1/keys", "{\"product\":\"" + product + "\",\"maxMachines\":5,\"notes\":\"" + MARK + "\"}");
            JsonNode first = key.has("data") ? key.get("data").get(0) : key;
            add("key", first.get("id").stringValue());
            add("text", first.get("key").stringValue());
            String named = "\"product\":\"" + product + "\",\"key\":\"" + ids.get("text") + "\",";
            add("activation", "/v1/activations", "{" + named + "\"machine\":\"" + MARK + "\"}");
            add("seat", "/v1/seats", "{" + named + "\"machine\":\"" + MARK + "\"}");
            add("template", "/v1/templates", "{\"product\":\"" + product + "\",\"name\":\"" + MARK + "\"}");
            add("object", "/v1/data-objects", "{" + named + "\"name\":\"" + MARK + "\",\"text\":\"t\",\"number\":1}");
            add("license", "/v1/licenses", LICENSE);
            add("kind", "actives");
            add("insight", "/v1/saved-insights", "{\"name\":\"" + MARK + "\",\"kind\":\"actives\"}");
            add("dashboard", "/v1/dashboards", "{\"name\":\"" + MARK + "\"}");
            add(
                    "purchase",
                    "/v1/purchases",
                    fill("{\"license\":\"{license}\",\"product\":\"{product}\",\"viewer\":\"" + MARK + "\"}"));
        }

        Things(Things others) {
            ids.putAll(others.ids);
        }

        private void add(String name, String id) {
            ids.put(name, id);
        }

        private String add(String name, String path, String body) {
            String id = made(path, body).get("id").stringValue();
            ids.put(name, id);
            return id;
        }

        private JsonNode made(String path, String body) {
            Reply reply = send(server.first().accessToken(), "POST", path, body);
            assertThat(reply.status()).as(reply.toString()).isBetween(200, 201);
            return reply.json();
        }

        String fill(String text) {
            String filled = text;
            for (Map.Entry<String, String> id : ids.entrySet()) {
                filled = filled.replace("{" + id.getKey() + "}", id.getValue());
            }
            return filled;
        }
    }

    private static final String LICENSE = "{\"name\":\"" + MARK
            + "\",\"type\":\"subscriptionRecurring\",\"price\":{\"amount\":\"1\",\"currency\":\"EUR\"},"
            + "\"term\":{\"count\":1,\"unit\":\"month\"}}";

    /// What is sent to a route that takes a body.
    private static final Map<String, String> BODIES = Map.ofEntries(
            Map.entry("POST /v1/accounts", "{\"name\":\"a\"}"),
            Map.entry("PATCH /v1/accounts/{account}", "{\"name\":\"" + MARK + "\"}"),
            Map.entry("POST /v1/users", "{\"username\":\"{new}\",\"account\":\"{account}\"}"),
            Map.entry("PATCH /v1/users/{user}", "{\"username\":\"{new}\"}"),
            Map.entry("POST /v1/applications", "{\"name\":\"a\",\"account\":\"{account}\"}"),
            Map.entry("PATCH /v1/applications/{application}", "{\"permission\":\"read\"}"),
            Map.entry("POST /v1/tokens", "{\"name\":\"a\",\"permissions\":[\"Manage\"],\"account\":\"{account}\"}"),
            Map.entry("PATCH /v1/tokens/{token}", "{\"permissions\":[\"Manage\"]}"),
            Map.entry("POST /v1/products", "{\"name\":\"a\",\"account\":\"{account}\"}"),
            Map.entry("PATCH /v1/products/{product}", "{\"name\":\"" + MARK + "\"}"),
            Map.entry("POST /v1/events", "{\"name\":\"a\",\"product\":\"{product}\",\"key\":\"{text}\"}"),
            Map.entry("POST /v1/events/void", "{\"events\":[1],\"reason\":\"r\"}"),
            Map.entry("POST /v1/erasures", "{\"machine\":\"m\",\"reason\":\"r\"}"),
            Map.entry("POST /v1/events/import", "{\"id\":\"{new}\",\"time\":\"2026-11-22T10:00:00Z\"}"),
            Map.entry("POST /v1/keys", "{\"product\":\"{product}\"}"),
            Map.entry("PATCH /v1/keys/{key}", "{\"notes\":\"" + MARK + "\"}"),
            Map.entry("POST /v1/keys/{key}/extend", "{\"days\":1}"),
            Map.entry("POST /v1/activations", "{\"product\":\"{product}\",\"key\":\"{text}\",\"machine\":\"m\"}"),
            Map.entry("POST /v1/templates", "{\"product\":\"{product}\",\"name\":\"a\"}"),
            Map.entry(
                    "POST /v1/data-objects",
                    "{\"product\":\"{product}\",\"key\":\"{text}\",\"name\":\"a\",\"text\":\"\",\"number\":0}"),
            Map.entry("PATCH /v1/data-objects/{object}", "{\"text\":\"b\"}"),
            Map.entry("POST /v1/data-objects/{object}/count", "{\"by\":1}"),
            Map.entry("POST /v1/customers", "{\"name\":\"a\"}"),
            Map.entry("PATCH /v1/customers/{customer}", "{\"notes\":\"a\"}"),
            Map.entry("POST /v1/licenses", LICENSE.replace(MARK, "a")),
            Map.entry(
                    "POST /v1/purchases",
                    "{\"license\":\"{license}\",\"product\":\"{product}\",\"customer\":\"{customer}\"}"),
            Map.entry("POST /v1/purchases/{purchase}/transfer", "{\"viewer\":\"" + MARK + "\"}"),
            Map.entry("POST /v1/files", "{\"product\":\"{product}\",\"key\":\"{text}\",\"machine\":\"" + MARK + "\"}"),
            Map.entry(
                    "POST /v1/offline-usage",
                    "{\"product\":\"{product}\",\"key\":\"{text}\",\"machine\":\"m\",\"usage\":\"\"}"),
            Map.entry("POST /v1/seats", "{\"product\":\"{product}\",\"key\":\"{text}\",\"machine\":\"m\"}"),
            Map.entry("POST /v1/insights/{kind}", "{\"product\":\"{product}\"}"),
            Map.entry("POST /v1/saved-insights", "{\"name\":\"a\",\"kind\":\"actives\"}"),
            Map.entry("PATCH /v1/saved-insights/{insight}", "{\"name\":\"" + MARK + "\"}"),
            Map.entry("POST /v1/dashboards", "{\"name\":\"a\"}"),
            Map.entry("PATCH /v1/dashboards/{dashboard}", "{\"name\":\"" + MARK + "\"}"),
            Map.entry("POST /v1/checks", "{\"product\":\"{product}\",\"key\":\"{text}\"}"));

    /// Routes with a body that may be left out, or that take none.
    private static final Set<String> WITHOUT_BODY = Set.of(
            "POST /v1/users/{user}/reset",
            "POST /v1/products/{product}/keys",
            "POST /v1/seats/{seat}/ping",
            "POST /v1/file-keys",
            "POST /v1/purchases/{purchase}/renew",
            "POST /v1/purchases/{purchase}/cancel",
            "POST /v1/purchases/{purchase}/refund");

    /// What a list has to be asked for.
    private static final Map<String, String> QUERIES = Map.of(
            "GET /v1/activations", "?product={product}&key={text}",
            "GET /v1/seats", "?product={product}&key={text}");

    /// What anybody may do to their own account by these, naming nothing of another's.
    private static final Set<String> NAMES_NOTHING = Set.of(
            "GET /v1/accounts",
            "GET /v1/users",
            "GET /v1/applications",
            "GET /v1/tokens",
            "GET /v1/products",
            "GET /v1/events",
            "GET /v1/events/export",
            "POST /v1/events/import",
            "GET /v1/keys",
            "GET /v1/templates",
            "GET /v1/data-objects",
            "GET /v1/customers",
            "GET /v1/licenses",
            "GET /v1/purchases",
            "GET /v1/audit",
            "GET /v1/files",
            "GET /v1/file-keys",
            "POST /v1/file-keys",
            "GET /v1/changes",
            "GET /v1/saved-insights",
            "POST /v1/saved-insights",
            "GET /v1/dashboards",
            "POST /v1/dashboards",
            "GET /v1/erasures",
            "POST /v1/erasures",
            "POST /v1/events/void",
            "POST /v1/customers",
            "POST /v1/licenses");

    private Reply send(String token, String verb, String path, String body) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (!token.isEmpty()) {
            headers.put("Authorization", "Bearer " + token);
        }
        headers.put("Content-Type", "application/json");
        return server.send(true, verb, path, headers, body);
    }

    private Reply ask(String token, String route, Things things) {
        String[] parts = route.split(" ");
        String body = BODIES.getOrDefault(route, "").replace("{new}", "n" + Long.toString(System.nanoTime(), 36));
        return send(token, parts[0], things.fill(parts[1] + QUERIES.getOrDefault(route, "")), things.fill(body));
    }

    /// Empty where any token is enough.
    private List<String> needed(String route) {
        String description = routes.get(route).get("description").stringValue();
        Matcher needed = NEEDED.matcher(description);
        boolean isFound = needed.find();
        assertThat(isFound || description.contains("For any access token."))
                .as(route + " says what it needs")
                .isTrue();
        return isFound
                ? Stream.of(needed.group(1), needed.group(2))
                        .filter(label ->
                                label != null && Permission.parse(label).isPresent())
                        .toList()
                : List.of();
    }

    private void forEachRoute(String caller, Check check) {
        SoftAssertions softly = new SoftAssertions();
        Things things = new Things();
        routes.keySet().forEach(route -> check.of(softly, route, things));
        softly.assertAll();
        assertThat(routes).as(caller).hasSizeGreaterThan(60);
    }

    @FunctionalInterface
    private interface Check {
        void of(SoftAssertions softly, String route, Things things);
    }

    @Test
    void routes_areAllKnownHere() {
        Set<String> withBody = new TreeSet<>(BODIES.keySet());
        withBody.addAll(WITHOUT_BODY);
        assertThat(routes.keySet().stream().filter(route -> route.startsWith("P")))
                .containsExactlyInAnyOrderElementsOf(withBody);
    }

    @Test
    void nobody_andUnknownTokens_areToldNothing() {
        forEachRoute("nobody", (softly, route, things) -> {
            for (String token : List.of("", "unknown", "x".repeat(5000))) {
                Reply reply = ask(token, route, things);
                softly.assertThat(reply.status()).as(route + " " + reply).isEqualTo(401);
                softly.assertThat(reply.body()).as(route).doesNotContain(MARK);
            }
        });
    }

    @Test
    void revokedTokens_areToldNothing() {
        JsonNode token = server.manage("POST", "/v1/tokens", "{\"name\":\"t\",\"permissions\":[\"Manage\"]}");
        server.manage("DELETE", "/v1/tokens/" + token.get("id").stringValue(), "");
        forEachRoute(
                "revoked",
                (softly, route, things) -> softly.assertThat(
                                ask(token.get("accessToken").stringValue(), route, things)
                                        .status())
                        .as(route)
                        .isEqualTo(401));
    }

    @Test
    void allButTheNeededPermission_isNotEnough() {
        forEachRoute("all but", (softly, route, things) -> {
            Set<String> needed = new TreeSet<>(needed(route));
            // Who may operate, and who may manage, may look at what they do.
            Reply reply = ask(token("", allBut(needed)), route, things);
            if (route.equals("GET /v1/accounts") || needed.isEmpty()) {
                softly.assertThat(reply.status())
                        .as(route + ": who operates sees all")
                        .isEqualTo(200);
                return;
            }
            softly.assertThat(reply.status()).as(route + " " + reply).isEqualTo(403);
            softly.assertThat(reply.body()).as(route).doesNotContain(MARK);
        });
    }

    @Test
    void theNeededPermission_isEnough() {
        forEachRoute("only", (softly, route, things) -> {
            for (String label : needed(route)) {
                if (route.equals("DELETE /v1/accounts/{account}")
                        || label.equals("DecrementIntValue")
                        || label.equals("SetIntValue")) {
                    continue; // would end all of this; or is for another body
                }
                // Nobody can give what they may not do.
                List<String> enough = route.contains("/v1/applications")
                        ? List.of(label, "RegisterEvent", "GetEvents", "CreateLicense")
                        : List.of(label);
                Reply reply = ask(token("", enough), route, new Things());
                softly.assertThat(reply.status())
                        .as(route + " with " + label + " " + reply)
                        .isBetween(200, 299);
            }
        });
    }

    @Test
    void strangers_withAllPermissions_findNothingOfAnotherAccount() {
        forEachRoute("stranger", (softly, route, things) -> {
            Reply reply = ask(stranger, route, things);
            if (NAMES_NOTHING.contains(route)) {
                softly.assertThat(reply.status()).as(route + " " + reply).isBetween(200, 202);
                if (!route.startsWith("POST")) {
                    softly.assertThat(reply.body()).as(route).doesNotContain(MARK);
                }
                return;
            }
            int refused = needed(route).contains("Operate") && !route.equals("GET /v1/accounts") ? 403 : 404;
            if (route.equals("POST /v1/events")) {
                softly.assertThat(reply.status()).as(route + " " + reply).isEqualTo(422);
                return;
            }
            softly.assertThat(reply.status()).as(route + " " + reply).isEqualTo(refused);
            softly.assertThat(reply.body()).as(route).doesNotContain(MARK);
            // As of what nobody has: how it is refused does not tell that it exists.
            Things none = new Things(things);
            none.ids.replaceAll((name, id) -> id.startsWith("seat_") || name.equals("text")
                    ? id.replaceAll("[A-Z0-9]{5}", "QQQQQ")
                    : id.replaceAll("[0-9]+", "999999999999999"));
            softly.assertThat(ask(stranger, route, none).status()).as(route).isEqualTo(refused);
        });
    }

    @Test
    void tokensForOneProduct_findNothingOfTheOthers() {
        String own = server.manage("POST", "/v1/products", "{\"name\":\"own\"}")
                .get("id")
                .stringValue();
        String locked =
                token("\"productId\":" + own.substring("prd_".length()) + ",", allBut(Set.of("Operate", "Manage")));
        List<String> aboutAProduct = new ArrayList<>(routes.keySet());
        aboutAProduct.removeIf(route -> needed(route).isEmpty()
                || needed(route).contains("Manage")
                || needed(route).contains("Operate"));
        Things things = new Things();
        SoftAssertions softly = new SoftAssertions();
        for (String route : aboutAProduct) {
            Reply reply = ask(locked, route, things);
            if (route.equals("POST /v1/events")) {
                softly.assertThat(reply.status()).as(route + " " + reply).isEqualTo(422);
            } else {
                softly.assertThat(reply.status()).as(route + " " + reply).isIn(403, 404);
            }
            softly.assertThat(reply.body()).as(route).doesNotContain(MARK);
        }
        softly.assertAll();
        assertThat(strangersProduct).isNotEqualTo(own);
    }
}
