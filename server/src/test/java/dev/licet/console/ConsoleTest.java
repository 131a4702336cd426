package dev.licet.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.licet.core.AtOnce;
import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import dev.licet.server.config.Setting;
import java.io.InputStream;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who gets into the console, and what they may see and do there, as the wire has it.
@Timeout(120)
class ConsoleTest {
    @TempDir
    Path directory;

    /// Those of the next start.
    private final Map<Setting, String> settings = new EnumMap<>(Map.of(Setting.MAX_LIVE_VIEWS, "1"));

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"), settings);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Reply signIn(boolean tls, String account, String username, String password, String next) {
        return server.send(
                tls,
                "POST",
                "/console/sign-in",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                "account=" + account + "&username=" + username + "&password=" + encoded(password) + "&next="
                        + encoded(next));
    }

    private Reply signInAsAdmin(String next) {
        return signIn(
                true,
                server.first().accountNumber(),
                server.first().username(),
                server.first().password(),
                next);
    }

    private static String cookie(Reply reply) {
        assertThat(reply.status()).isEqualTo(303);
        return reply.headers().get("set-cookie").split(";")[0];
    }

    private Reply get(String cookie, String path) {
        return server.send(true, "GET", path, Map.of("Cookie", cookie), "");
    }

    private Reply post(String cookie, String csrf, String path, String form) {
        return server.send(
                true,
                "POST",
                path,
                Map.of(
                        "Cookie",
                        cookie,
                        "X-CSRF-Token",
                        csrf,
                        "HX-Request",
                        "true",
                        "Content-Type",
                        "application/x-www-form-urlencoded"),
                form);
    }

    private String csrf(String cookie) {
        return csrf(cookie, "/console");
    }

    /// A user of the first account. @return name and password
    private String[] user(String name, String permissions) {
        String password = server.manage(
                        "POST", "/v1/users", "{\"username\":\"" + name + "\",\"permissions\":" + permissions + "}")
                .get("password")
                .asString();
        return new String[] {name, password};
    }

    private String cookieOf(String[] user) {
        return cookie(signIn(true, server.first().accountNumber(), user[0], user[1], ""));
    }

    @Test
    void signIn_overTls_givesACookieThatScriptsAndOtherSitesHaveNoUseOf() {
        Reply reply = signInAsAdmin("");

        assertThat(reply.headers().get("set-cookie"))
                .matches("__Host-licet=[A-Za-z0-9]{15,}; Path=/; HttpOnly; SameSite=Lax; Secure");
        assertThat(reply.headers()).containsEntry("location", "/console").containsKey("strict-transport-security");
        Reply page = get(cookie(reply), "/console");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.headers().get("content-security-policy"))
                .contains("default-src 'none'")
                .contains("script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.headers()).containsEntry("cache-control", "no-store");
    }

    @Test
    void signIn_overPlainHttpByAnotherName_isRefused() {
        Reply reply = signIn(
                false, server.first().accountNumber(), "admin", server.first().password(), "");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.body()).contains("https address");
    }

    @Test
    void signIn_wrongOrForeign_isTheSameNo() {
        String foreign = server.manage("POST", "/v1/accounts", "{\"name\":\"other\"}")
                .get("accountNumber")
                .asString();
        String password = server.first().password();
        for (Reply reply : List.of(
                signIn(true, server.first().accountNumber(), "admin", "wrong", ""),
                signIn(true, server.first().accountNumber(), "nobody", password, ""),
                signIn(true, foreign, "admin", password, ""))) {
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.body()).contains("don’t fit");
            assertThat(reply.headers()).doesNotContainKey("set-cookie");
        }
    }

    @Test
    void signIn_ofWhoMayDoNothing_isRefused() {
        String[] user = user("nothing", "[]");

        Reply reply = signIn(true, server.first().accountNumber(), user[0], user[1], "");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.body()).contains("You may do nothing here yet");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/console",
                "//evil.example",
                "/console//evil.example",
                "/\\evil.example",
                "/rest/v1/",
                "/console\r\nSet-Cookie: a=b"
            })
    void signIn_leadsToNoOtherPlace(String next) {
        assertThat(signInAsAdmin(next).headers()).containsEntry("location", "/console");
    }

    @Test
    void signOut_endsTheSession() {
        String cookie = cookie(signInAsAdmin(""));
        assertThat(post(cookie, csrf(cookie), "/console/sign-out", "").status()).isEqualTo(303);

        assertThat(get(cookie, "/console/keys").headers().get("location")).startsWith("/console/sign-in?next=");
    }

    @Test
    void session_endsWithItsTimeout_andWithItsUser() {
        String[] user = user("reader", "[\"GetEvents\",\"UsageAnalytics\"]");
        String cookie = cookieOf(user);
        server.clock().advance(Duration.ofMinutes(29));
        assertThat(get(cookie, "/console").status()).isEqualTo(200);
        server.clock().advance(Duration.ofMinutes(29));
        assertThat(get(cookie, "/console").status()).isEqualTo(200);
        server.clock().advance(Duration.ofMinutes(31));
        assertThat(get(cookie, "/console").status()).isEqualTo(303);

        String again = cookieOf(user);
        String id = server.manage("GET", "/v1/users", "").at("/data/1/id").asString();
        server.manage("DELETE", "/v1/users/" + id, "");
        assertThat(get(again, "/console").status()).isEqualTo(303);
    }

    @Test
    void change_withoutTheWordOfThePage_orFromElsewhere_isRefused() {
        String cookie = cookie(signInAsAdmin(""));
        String csrf = csrf(cookie);
        String form = "name=made";
        assertThat(post(cookie, "", "/console/products/do/add", form).status()).isEqualTo(403);
        assertThat(post(cookie, csrf.replace(csrf.charAt(0), 'f') + "0", "/console/products/do/add", form)
                        .status())
                .isEqualTo(403);
        for (Map.Entry<String, String> from : Map.of(
                        "Origin", "https://evil.example",
                        "Sec-Fetch-Site", "cross-site")
                .entrySet()) {
            Map<String, String> headers = new HashMap<>(Map.of(
                    "Cookie", cookie,
                    "X-CSRF-Token", csrf,
                    "Content-Type", "application/x-www-form-urlencoded"));
            headers.put(from.getKey(), from.getValue());
            assertThat(server.send(true, "POST", "/console/products/do/add", headers, form)
                            .status())
                    .as(from.getKey())
                    .isEqualTo(403);
        }
        assertThat(server.manage("GET", "/v1/products", "").path("data").size()).isEqualTo(1);

        assertThat(post(cookie, csrf, "/console/products/do/add", form).body()).contains("The product is there.");
        assertThat(server.manage("GET", "/v1/products", "").path("data").size()).isEqualTo(2);
    }

    @Test
    void page_thatNeedsMore_isNeitherShownNorNamed_andItsDeedsAreRefused() {
        String cookie = cookieOf(user("reader", "[\"UsageAnalytics\"]"));
        String csrf = csrf(cookie);

        assertThat(get(cookie, "/console").body())
                .doesNotContain("/console/tokens")
                .doesNotContain("/console/system");
        assertThat(get(cookie, "/console/tokens").status()).isEqualTo(403);
        assertThat(get(cookie, "/console/system").status()).isEqualTo(403);
        assertThat(get(cookie, "/console/live/events").status()).isEqualTo(403);
        assertThat(post(cookie, csrf, "/console/products/do/add", "name=x").body())
                .contains("You may not do this");
        assertThat(post(cookie, csrf, "/console/explore/save", "kind=actives&name=mine")
                        .body())
                .doesNotContain("Saved");
    }

    @Test
    void question_thatTheFormHasNoInputsFor_isOpenedAskedAndSavedAsJson() {
        String time = "\"time\":\"" + server.clock().instant().minusSeconds(60);
        server.manage(
                "POST",
                "/v1/events",
                "{\"name\":\"open\",\"machine\":\"m\",\"properties\":{\"plan\":\"pro\"}," + time + "\"}");
        server.manage("POST", "/v1/events", "{\"name\":\"export\",\"machine\":\"m\"," + time + "\"}");
        String question = """
                {"steps":[{"name":"open","filters":[{"field":"properties.plan","is":["pro"]}]},{"name":"export"}],\
                "window":"PT2H"}""";
        String deep = server.manage(
                        "POST",
                        "/v1/saved-insights",
                        "{\"name\":\"deep\",\"kind\":\"funnel\",\"question\":" + question + "}")
                .path("id")
                .asString();
        String plain = server.manage(
                        "POST",
                        "/v1/saved-insights",
                        "{\"name\":\"plain\",\"kind\":\"revenue\",\"question\":{\"zone\":\"Asia/Tokyo\"}}")
                .path("id")
                .asString();
        String[] user = user("analyst", "[\"UsageAnalytics\",\"EditInsights\"]");
        String cookie = cookieOf(user);
        String csrf = csrf(cookie);

        assertThat(get(cookie, "/console/explore?saved=" + plain).body())
                .contains("value=\"Asia/Tokyo\"")
                .contains("data-takes=\"in-total\" selected")
                .doesNotContain("<textarea");
        String page = get(cookie, "/console/explore?saved=" + deep).body();
        assertThat(page)
                .contains("<textarea id=\"written\"")
                .contains("properties.plan")
                .doesNotContain("name=\"step0\"");

        String asked = "kind=funnel&question=" + URLEncoder.encode(question, StandardCharsets.UTF_8);
        assertThat(get(cookie, "/console/explore/csv?" + asked).body().lines().skip(1))
                .hasSize(2)
                .allMatch(line -> line.contains(",1"));
        post(cookie, csrf, "/console/explore/save", asked + "&name=again");
        assertThat(server.manage("GET", "/v1/saved-insights", "").path("data").valueStream())
                .anyMatch(saved -> saved.path("name").asString().equals("again")
                        && saved.path("question").path("steps").path(0).has("filters"));
        for (String broken : List.of("{", "[]", "no")) {
            assertThat(post(
                                    cookie,
                                    csrf,
                                    "/console/explore/save",
                                    "kind=funnel&name=x&question=" + URLEncoder.encode(broken, StandardCharsets.UTF_8))
                            .body())
                    .contains("must be one JSON object");
        }
    }

    @Test
    void things_ofAnotherAccount_areNotThere() {
        String foreign = server.manage("POST", "/v1/accounts", "{\"name\":\"other\"}")
                .get("accountNumber")
                .asString();
        String product = server.manage("POST", "/v1/products", "{\"name\":\"theirs\",\"account\":\"" + foreign + "\"}")
                .get("id")
                .asString();
        String[] user = user("manager", "[\"Manage\",\"GetKeys\",\"GetKey\",\"UsageAnalytics\"]");
        String cookie = cookieOf(user);
        String csrf = csrf(cookie);

        assertThat(get(cookie, "/console/products").body()).doesNotContain("theirs");
        assertThat(get(cookie, "/console/products/" + product + "/do/change").status())
                .isEqualTo(404);
        assertThat(post(cookie, csrf, "/console/products/" + product + "/do/revoke", "")
                        .body())
                .contains("Nothing is here");
        assertThat(get(cookie, "/console/keys/key_99999").status()).isEqualTo(404);
    }

    @Test
    void user_cantBeGivenWhatTheGiverMayNotDo_norItsPasswordBeTaken() {
        String[] manager = user("manager", "[\"Manage\"]");
        String cookie = cookieOf(manager);
        String csrf = csrf(cookie, "/console/users");

        assertThat(post(cookie, csrf, "/console/users/do/add", "username=more&permissions=Operate")
                        .body())
                .contains("class=\"wrong\"");
        assertThat(post(cookie, csrf, "/console/users/usr_1/do/reset", "").body())
                .contains("class=\"wrong\"")
                .doesNotContain("class=\"secret\"");
    }

    private String csrf(String cookie, String path) {
        Matcher word = Pattern.compile("data-csrf=\"([0-9a-f]+)\"")
                .matcher(get(cookie, path).body());
        assertThat(word.find()).isTrue();
        return word.group(1);
    }

    @Test
    void lentCredentials_mayDoNoMoreThanTheirUser_andEndAfterAnHour() {
        String cookie = cookieOf(user("reader", "[\"GetEvents\",\"UsageAnalytics\"]"));
        Reply reply = post(cookie, csrf(cookie), "/docs/credentials", "");
        String token = reply.json().get("accessToken").asString();

        assertThat(reply.json().has("apiKey"))
                .as("any application may record events")
                .isFalse();
        assertThat(bearer(token, "/v1/events")).isEqualTo(200);
        assertThat(bearer(token, "/v1/users")).isEqualTo(403);
        server.clock().advance(Duration.ofMinutes(59));
        assertThat(bearer(token, "/v1/events")).isEqualTo(200);
        server.clock().advance(Duration.ofMinutes(1));
        assertThat(bearer(token, "/v1/events")).isEqualTo(401);
    }

    @Test
    void lentCredentials_endWithARightLess_andWithTheSignOut() {
        String[] user = user("reader", "[\"GetEvents\",\"UsageAnalytics\"]");
        String cookie = cookieOf(user);
        String csrf = csrf(cookie);
        String first = post(cookie, csrf, "/docs/credentials", "")
                .json()
                .get("accessToken")
                .asString();
        assertThat(server.manage("GET", "/v1/tokens", "").get("data").size()).isEqualTo(1);

        server.manage("PATCH", "/v1/users/usr_2", "{\"permissions\":[\"UsageAnalytics\"]}");
        assertThat(bearer(first, "/v1/events")).isEqualTo(401);

        String second = post(cookie, csrf, "/docs/credentials", "")
                .json()
                .get("accessToken")
                .asString();
        assertThat(bearer(second, "/v1/saved-insights")).isEqualTo(200);
        post(cookie, csrf, "/console/sign-out", "");
        assertThat(bearer(second, "/v1/saved-insights")).isEqualTo(401);
    }

    @Test
    void user_cantTakeTheirOwnRights_norTouchWhoMayDoMore() {
        String[] manager = user("manager", "[\"Manage\"]");
        String cookie = cookieOf(manager);
        String csrf = csrf(cookie, "/console/users");
        String was = "was-username=x&username=x&was-permissions=x&permissions=";

        assertThat(post(cookie, csrf, "/console/users/usr_1/do/revoke", "").body())
                .contains("class=\"wrong\"");
        assertThat(post(cookie, csrf, "/console/users/usr_1/do/change", was + "GetEvents")
                        .body())
                .contains("class=\"wrong\"");
        assertThat(post(cookie, csrf, "/console/users/usr_2/do/revoke", "").body())
                .contains("class=\"wrong\"");
        assertThat(post(cookie, csrf, "/console/users/usr_2/do/change", was).body())
                .contains("nobody can take it from themselves");
        assertThat(server.manage("GET", "/v1/users", "").findValuesAsString("revoked"))
                .containsOnly("false");
    }

    /// Nobody's credentials live longer because a clock was wrong.
    @Test
    void whatIsGoodForAnHour_isSo_whenTheClockIsAYearAhead() {
        String cookie = cookie(signInAsAdmin(""));
        String csrf = csrf(cookie);
        server.clock().set(server.clock().instant().plus(Duration.ofDays(365)));
        String lent = post(cookie, csrf, "/docs/credentials", "")
                .json()
                .get("accessToken")
                .asString();
        String made = server.manage("POST", "/v1/tokens", "{\"name\":\"brief\",\"validFor\":\"PT1H\"}")
                .get("accessToken")
                .asString();
        assertThat(bearer(lent, "/v1/events")).isEqualTo(200);
        assertThat(bearer(made, "/v1/events")).isEqualTo(200);

        server.clock().advance(Duration.ofMinutes(65));

        assertThat(bearer(lent, "/v1/events")).isEqualTo(401);
        assertThat(bearer(made, "/v1/events")).isEqualTo(401);
    }

    /// An operator has to see what takes the disk.
    @Test
    void pages_areThere_onAFullDisk_andChangesSayWhy() {
        assumeTrue(
                directory.toFile().getUsableSpace() < 256L << 30,
                "SKIPPED: this disk has more room than the largest floor");
        String cookie = cookie(signInAsAdmin(""));
        String csrf = csrf(cookie);
        settings.put(Setting.DISK_FLOOR, "1024GiB");
        server.restart();
        server.clock().advance(Duration.ofMinutes(10)); // the session should be kept alive

        Reply page = get(cookie, "/console/system");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("Free");
        Reply change = post(cookie, csrf, "/console/products/do/add", "name=x");
        assertThat(change.status()).isEqualTo(503);
        assertThat(change.body()).contains("Try again");
    }

    @Test
    void manyAtOnce_areLentCredentials_andOnesOfThemAreGood() {
        String cookie = cookieOf(user("reader", "[\"GetEvents\",\"UsageAnalytics\"]"));
        String csrf = csrf(cookie);
        List<String> tokens = AtOnce.run(
                32,
                i -> post(cookie, csrf, "/docs/credentials", "")
                        .json()
                        .get("accessToken")
                        .asString());

        assertThat(tokens.stream().filter(token -> bearer(token, "/v1/events") == 200))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/%zz",
                "/console/%00",
                "/console/keys/%2e%2e%2f%2e%2e",
                "/console/keys?cursor=nonsense",
                "/console/keys?search=%ff",
                "/console/keys?endsFrom=nonsense&endsUntil=-1",
                "/console/audit?from=nonsense&object=x",
                "/console/explore/csv?kind=actives&from=nonsense",
                "/console/explore/csv?kind=nonsense&zone=nonsense",
                "/console/explore/csv?saved=nonsense",
                "/console/explore?saved=ins_999",
                "/console/dashboards/nonsense",
                "/console/dashboards/tile/nonsense",
                "/console/overview/nonsense",
                "/console/products/prd_1/do/nonsense",
                "/console/products/prd_1/nonsense/change",
                "/console/products/a/b/c/d",
                "/docs/nonsense",
                "/docs/rest/nonsense",
                "/docs/rest/openapi.json/x"
            })
    void whatNoPageAsksFor_isAClearAnswer(String path) {
        Reply reply = get(cookie(signInAsAdmin("")), path);

        assertThat(reply.status()).as(reply.body()).isBetween(200, 499);
        assertThat(reply.body()).doesNotContain("Exception", "dev.licet");
    }

    @Test
    void explorer_isOnePageForAnybody_whateverTheyCallTheServer() {
        Reply first = server.get("/docs/veoh");
        Reply second = server.send(
                false, "GET", "/docs/veoh", Map.of("X-Forwarded-Host", "evil.example", "Accept-Encoding", "br"), "");

        assertThat(first.status()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(first.headers().get("content-security-policy")).contains("default-src 'none'");
    }

    private int bearer(String token, String path) {
        return server.send(true, "GET", path, Map.of("Authorization", "Bearer " + token), "")
                .status();
    }

    @Test
    void liveViews_beyondTheLimit_areRefused_andEndWithTheServer() throws Exception {
        String cookie = cookie(signInAsAdmin(""));
        try (Socket first = server.connect(true)) {
            first.getOutputStream()
                    .write(TestServer.request("GET", "/console/live/events", Map.of("Cookie", cookie), new byte[0]));
            InputStream in = first.getInputStream();
            assertThat(new String(in.readNBytes(15), StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 200 OK");

            assertThat(get(cookie, "/console/live/events").body()).contains("event: full", "max-live-views");
            for (int i = 0; i < 3; i++) {
                assertThat(server.send(true, "HEAD", "/console/live/events", Map.of("Cookie", cookie), "")
                                .status())
                        .isEqualTo(405);
            }

            long began = System.nanoTime();
            server.restart();
            assertThat(System.nanoTime() - began).isLessThan(10_000_000_000L);
        }
    }

    @Test
    void root_leadsToTheConsole() {
        assertThat(server.get("/").headers()).containsEntry("location", "/console");
    }

    @Test
    void file_withAnotherHash_isNotThere_andTheRightOneIsKeptForEver() {
        Matcher href = Pattern.compile("/console/assets/[0-9a-f]+/console\\.css")
                .matcher(server.get("/console/sign-in").body());
        assertThat(href.find()).isTrue();

        Reply file = server.get(href.group());
        assertThat(file.status()).isEqualTo(200);
        assertThat(file.headers().get("cache-control")).contains("immutable");
        assertThat(server.get("/console/assets/000000000000/console.css").status())
                .isEqualTo(404);
        assertThat(server.get("/console/assets/x/../../../Console.class").status())
                .isEqualTo(404);
    }
}
