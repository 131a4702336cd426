package dev.licet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The management commands, in this process: on a stopped server's data and on a running server.
class CommandTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path directory;

    private record Result(int exitCode, String out, String err) {
        JsonNode json() {
            assertThat(err).isEmpty();
            assertThat(exitCode).isZero();
            return JSON.readTree(out);
        }

        void failsWith(int code, String... parts) {
            assertThat(err.strip().lines()).hasSize(1);
            assertThat(err).startsWith("licet: ").contains(parts).doesNotContain("Exception:", "java.");
            assertThat(out).isEmpty();
            assertThat(exitCode).isEqualTo(code);
        }
    }

    private static Result run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Result(exitCode, out.toString(), err.toString());
    }

    /// A command line that has the same ending each time.
    private record Commands(List<String> ending) {
        Result call(String... arguments) {
            List<String> all = new ArrayList<>(Arrays.asList(arguments));
            all.addAll(ending);
            return run(all.toArray(String[]::new));
        }

        JsonNode json(String... arguments) {
            return call(arguments).json();
        }
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    private Commands stopped() {
        return new Commands(List.of("--data", data(), "--json"));
    }

    private static Commands running(TestServer server, String token) {
        return new Commands(List.of(
                "--url",
                "https://127.0.0.1:" + server.tlsPort() + "/",
                "--cacert",
                server.data().resolve("tls").resolve("cert.pem").toString(),
                "--json",
                "--token",
                token));
    }

    private static void manageEverything(Commands commands) {
        JsonNode account = commands.json("account", "add", "--name", "Second company");
        assertThat(account.get("account_number").stringValue()).matches("[0-9]{15}");
        assertThat(account.get("public_key_xml").stringValue()).startsWith("<RSAKeyValue>");
        assertThat(commands.json("account", "list")).hasSize(2);
        assertThat(commands.json("account", "set", "Second company", "--name", "Renamed")
                        .get("name")
                        .stringValue())
                .isEqualTo("Renamed");

        JsonNode user = commands.json("user", "add", "--username", "ada");
        assertThat(user.get("username").stringValue()).isEqualTo("ada");
        String password = user.get("password").stringValue();
        JsonNode reset = commands.json("user", "reset", "ada");
        assertThat(reset.get("password").stringValue()).isNotEqualTo(password).hasSizeGreaterThan(11);
        assertThat(commands.json("user", "set", "ada", "--username", "ada2")
                        .get("username")
                        .stringValue())
                .isEqualTo("ada2");
        assertThat(commands.json("user", "list").toString()).contains("ada2").doesNotContain("password", password);
        commands.call("user", "add", "--username", "ada2").failsWith(1, "already");

        JsonNode app = commands.json(
                "app",
                "add",
                "--name",
                "Player",
                "--permission",
                "write",
                "--partner",
                "--quota",
                "1000/1h",
                "--gap",
                "500ms",
                "--owner",
                "ada2");
        String apiKey = app.get("api_key").stringValue();
        assertThat(app.get("permission").stringValue()).isEqualTo("write");
        assertThat(app.get("partner").booleanValue()).isTrue();
        assertThat(app.get("quota").toString()).isEqualTo("{\"calls\":1000,\"window\":\"PT1H\",\"used\":0}");
        assertThat(app.get("gap").stringValue()).isEqualTo("PT0.5S");
        assertThat(commands.json("app", "list").toString()).contains("Player").doesNotContain(apiKey);
        JsonNode changed = commands.json(
                "app", "set", "Player", "--permission", "read", "--no-partner", "--quota", "none", "--gap", "none");
        assertThat(changed.get("permission").stringValue()).isEqualTo("read");
        assertThat(changed.get("partner").booleanValue()).isFalse();
        assertThat(changed.has("quota")).isFalse();
        assertThat(changed.has("gap")).isFalse();
        commands.call("app", "set", "Player", "--permission", "admin").failsWith(2, "permission");
        assertThat(commands.json("app", "revoke", "Player").get("revoked").booleanValue())
                .isTrue();

        JsonNode product = commands.json("product", "add", "--name", "Editor");
        long productId = product.get("product_id").longValue();
        assertThat(commands.json("product", "set", Long.toString(productId), "--name", "Editor 2")
                        .get("name")
                        .stringValue())
                .isEqualTo("Editor 2");
        assertThat(commands.json("product", "key", "Editor 2")
                        .get("license_key")
                        .stringValue())
                .isNotBlank();
        assertThat(commands.json("product", "list").toString()).contains("Editor 2");

        JsonNode token = commands.json(
                "token", "add", "--permission", "RegisterEvent,GetEvents", "--product", Long.toString(productId));
        assertThat(token.get("permissions")).hasSize(2);
        assertThat(token.get("product_id").longValue()).isEqualTo(productId);
        String id = token.get("id").stringValue();
        assertThat(commands.json("token", "list").toString())
                .contains(id)
                .doesNotContain(token.get("access_token").stringValue());
        assertThat(commands.json("token", "set", "--permission", "GetEvents,GetKey", "--permission", "Activate", id)
                        .get("permissions"))
                .hasSize(3);
        assertThat(commands.json("token", "set", id, "--permission", "GetEvents", "--product", "0")
                        .has("product_id"))
                .isFalse();
        assertThat(commands.json("token", "revoke", id).get("revoked").booleanValue())
                .isTrue();
        assertThat(commands.json("product", "set", "Editor 2", "--retention", "90d")
                        .get("retention")
                        .stringValue())
                .isEqualTo("P90D");
        assertThat(commands.json("product", "set", "Editor 2", "--retention", "none")
                        .has("retention"))
                .isFalse();
        JsonNode erasure = commands.json("erase", "--machine", "m", "--reason", "a letter");
        assertThat(erasure.get("state").stringValue()).isEqualTo("done");
        assertThat(erasure.get("certificate").stringValue()).startsWith("licet-erasure: 1\n");
        assertThat(commands.json("disk").get("free").longValue()).isPositive();
        assertThat(commands.json("product", "revoke", "Editor 2").get("revoked").booleanValue())
                .isTrue();
        assertThat(commands.json("user", "revoke", "ada2").get("revoked").booleanValue())
                .isTrue();
        assertThat(commands.json("account", "revoke", "Renamed").get("revoked").booleanValue())
                .isTrue();

        commands.call("user", "revoke", "nobody").failsWith(1, "there is no 'nobody'");
        commands.call("token", "revoke", "tok_1/../../x").failsWith(1, "There is no such");
        commands.call("user", "list", "--account", "1 2&x=y").failsWith(2, "");
    }

    @Test
    void everything_isManaged_onAStoppedServersData() {
        assertThat(run("init", "--data", data()).exitCode()).isZero();
        manageEverything(stopped());
        stopped().call("user", "list", "--account", "999999999999999").failsWith(1, "no account");
    }

    @Test
    void everything_isManaged_onARunningServer() {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            manageEverything(running(server, server.first().accessToken()));
        }
    }

    @Test
    void people_seeTheSameAsText() {
        assertThat(run("init", "--data", data()).out()).contains("account_number", "access_token");
        assertThat(run("user", "add", "--username", "ada", "--data", data()).out())
                .containsPattern("(?m)^username +ada$")
                .containsPattern("(?m)^password +\\S+$");
        assertThat(run("user", "list", "--data", data()).out()).contains("username=ada");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "user",
                "user nonsense --data x",
                "user add --data x",
                "user list",
                "user list --data x --url http://127.0.0.1:1 --token t",
                "user list --url http://127.0.0.1:1",
                "user list --url nonsense --token t",
                "user list --data x --nonsense",
                "app add --data x --name a --quota 1000",
                "app add --data DATA --name a --quota 1000",
                "app add --data DATA --name a --quota 0/1h",
                "app add --data DATA --name a --quota 10/soon",
                "product set --data DATA 1",
                "product set --data DATA 1 --retention 29d",
                "product set --data DATA 1 --retention soon",
                "erase --data DATA --reason r",
                "erase --data DATA --machine m",
                "erase --data DATA --machine m --key k --reason r",
                "erase --data DATA --machine m --reason r --wait soon",
                "disk",
                "app add --data DATA --name a --gap 5",
                "app add --data DATA --name a --gap 0ms",
                "app add --data DATA --name a --permission nonsense",
                "user add --data DATA --name a",
                "token add --data DATA --permission nonsense",
                "token add --data DATA --product x",
                "token add --data DATA --key-lock x",
                "init",
                "init --data DATA",
                "serve --port x",
                "serve --nonsense",
                "serve --data DATA --config /nonexistent/file",
                "demo --events 999",
                "demo --events 1000000001",
                "demo --events many",
                "demo --seed x",
                "demo --until yesterday",
                "demo --until 2999-01-01",
                "demo --max-body huge",
                "demo --data DATA",
            })
    void wrongUse_exitsWith2_andSaysWhy(String line) {
        assertThat(run("init", "--data", data()).exitCode()).isZero();
        Result result = run(
                line.isEmpty() ? new String[0] : line.replace("DATA", data()).split(" "));
        assertThat(result.exitCode()).as(line + " -> " + result).isEqualTo(2);
        assertThat(result.err()).isNotBlank().doesNotContain("Exception", "\tat ");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void directoryThatIsNotInitialised_andServerThatIsNotThere_fail() {
        run("user", "list", "--data", directory.resolve("empty").toString()).failsWith(1, "licet init");
        run("user", "list", "--url", "http://127.0.0.1:1", "--token", "t")
                .failsWith(1, "can't reach http://127.0.0.1:1");
    }

    @Test
    void serverWithAnUnknownCertificate_isNotTrusted_andTheWayOutIsNamed() {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            run("user", "list", "--url", "https://127.0.0.1:" + server.tlsPort(), "--token", "t")
                    .failsWith(1, "--cacert");
        }
    }

    /// What a token may not do.
    @Nested
    class Borders {
        @Test
        void revokedThings_stopWorking() {
            try (TestServer server = TestServer.start(directory.resolve("data"))) {
                Commands operator = running(server, server.first().accessToken());
                JsonNode token = operator.json("token", "add", "--permission", "RegisterEvent");
                String form = "token="
                        + URLEncoder.encode(token.get("access_token").stringValue(), StandardCharsets.UTF_8)
                        + "&EventName=x";
                assertThat(server.post(true, "/api/ai/RegisterEvent", form).body())
                        .contains("\"result\":0");
                operator.json("token", "revoke", token.get("id").stringValue());
                assertThat(server.post(true, "/api/ai/RegisterEvent", form).body())
                        .contains("Access denied.");

                JsonNode managing = operator.json("token", "add", "--permission", "Manage");
                Commands manager = running(server, managing.get("access_token").stringValue());
                assertThat(manager.call("user", "list").exitCode()).isZero();
                operator.json("token", "set", managing.get("id").stringValue(), "--permission", "GetEvents");
                manager.call("user", "list").failsWith(1, "does not permit");
                operator.json("token", "revoke", managing.get("id").stringValue());
                manager.call("user", "list").failsWith(1, "missing, unknown or revoked");
            }
        }

        @Test
        void anotherAccount_isInvisible_withoutOperate() {
            try (TestServer server = TestServer.start(directory.resolve("data"))) {
                Commands operator = running(server, server.first().accessToken());
                JsonNode other = operator.json("account", "add", "--name", "Other");
                String number = other.get("account_number").stringValue();
                JsonNode theirs = operator.json("user", "add", "--username", "mallory", "--account", number);
                JsonNode product = operator.json("product", "add", "--name", "Theirs", "--account", number);
                JsonNode app = operator.json("app", "add", "--name", "Theirs", "--account", number);
                JsonNode token = operator.json("token", "add", "--permission", "RegisterEvent", "--account", number);
                Commands manager = running(
                        server,
                        operator.json("token", "add", "--permission", "Manage,GetEvents")
                                .get("access_token")
                                .stringValue());
                for (String noun : List.of("user", "app", "token", "product")) {
                    assertThat(manager.json(noun, "list").toString()).doesNotContain(number, "Theirs", "mallory");
                    manager.call(noun, "list", "--account", number).failsWith(1, "There is no such account");
                }
                assertThat(manager.json("account", "list")).hasSize(1);
                assertThat(manager.json("account", "list").toString()).doesNotContain(number);
                manager.call("account", "revoke", number).failsWith(1, "licet: ");
                manager.call("user", "reset", theirs.get("id").stringValue()).failsWith(1, "There is no such user");
                manager.call("app", "revoke", app.get("id").stringValue()).failsWith(1, "There is no such");
                manager.call("token", "revoke", token.get("id").stringValue()).failsWith(1, "There is no such");
                manager.call("product", "revoke", product.get("id").stringValue())
                        .failsWith(1, "There is no such");
                manager.call("product", "key", product.get("id").stringValue()).failsWith(1, "There is no such");
                manager.call("user", "add", "--username", "x", "--account", number)
                        .failsWith(1, "licet: ");
                assertThat(operator.json("user", "list", "--account", number)).hasSize(1);
            }
        }

        @Test
        void nobody_givesAToken_whatTheyLack() {
            try (TestServer server = TestServer.start(directory.resolve("data"))) {
                Commands operator = running(server, server.first().accessToken());
                JsonNode own = operator.json("token", "add", "--permission", "Manage,GetEvents");
                Commands manager = running(server, own.get("access_token").stringValue());
                for (String permission : List.of("Operate", "RegisterEvent", "GetEvents,CreateLicense")) {
                    manager.call("token", "add", "--permission", permission).failsWith(1, "does not permit");
                    manager.call("token", "set", own.get("id").stringValue(), "--permission", permission)
                            .failsWith(1, "does not permit");
                }
                assertThat(manager.json("token", "add", "--permission", "GetEvents")
                                .get("permissions"))
                        .hasSize(1);
                manager.call("token", "add", "--permission", "Everything").failsWith(2, "permissions may have");
            }
        }
    }
}
