package dev.licet.bench.run;

import dev.licet.bench.run.Wrk.Load;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.json.JsonMapper;

/// `keycloak`: sessions kept alive, over Keycloak's refreshed tokens.
final class KeycloakPeer implements Measure {
    private static final int CONNECTIONS = 64;
    private static final String REALM = "bench";
    private static final String TOKEN = "/realms/" + REALM + "/protocol/openid-connect/token";
    private static final Duration BUILD = Duration.ofMinutes(5);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public String name() {
        return "keycloak";
    }

    @Override
    public String question() {
        return """
                How many sessions a second does Licet keep alive, over Keycloak refreshing tokens? /session/ping and \
                grant_type=refresh_token over HTTPS with the same certificate, 64 connections, 64 sessions in turn. \
                Keycloak is optimized by its own build, keeps its sessions in PostgreSQL, as it does by default, and \
                does not rotate refresh tokens.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.ratio("sessions", "requests/s", "Keycloak", Target.atLeast(15, 30)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Licet.Credentials credentials = Licet.initialise(kit, data);
        Licet licet = Licet.start(kit, data);
        Path pings = Bodies.pings(kit, licet, credentials, Pings.SESSIONS);
        Postgres postgres = Postgres.start(kit);
        postgres.createDatabase("keycloak");
        int port = Probe.freePort();
        Server keycloak = keycloak(kit, licet, postgres, port);
        String url = "https://127.0.0.1:" + port + TOKEN;
        SSLContext trusting = Probe.trusting(licet.certificate());
        Path refreshes = refreshes(kit, keycloak, trusting, url);
        return LoadContest.warm(
                kit,
                licet,
                Load.inTurn(url, Bodies.FORM, refreshes, kit.options().leadIn()),
                Load.inTurn(
                        licet.tlsUrl(Pings.PING),
                        Bodies.FORM,
                        pings,
                        kit.options().leadIn()),
                List.of(CONNECTIONS),
                List.of(
                        "Keycloak 26.0.0 on JDK " + feature(javaHome()) + ", heap "
                                + kit.options().heap() + ", TLS " + Probe.agreement(port, trusting),
                        "TLS of Licet: " + Probe.agreement(licet.tlsPort(), trusting),
                        postgres.description()),
                keycloak,
                postgres);
    }

    private static Server keycloak(Kit kit, Licet licet, Postgres postgres, int port)
            throws IOException, InterruptedException {
        Path home = unpacked(kit);
        String kc = home.resolve("bin/kc.sh").toString();
        Map<String, String> environment = Map.of(
                "JAVA_HOME",
                javaHome().toString(),
                "JAVA_OPTS_KC_HEAP",
                "-Xms" + kit.options().heap() + " -Xmx" + kit.options().heap(),
                "KC_BOOTSTRAP_ADMIN_USERNAME",
                "admin",
                "KC_BOOTSTRAP_ADMIN_PASSWORD",
                "admin");
        Path built = home.resolve(".built");
        if (!Files.exists(built)) {
            System.out.println("building Keycloak ...");
            Kit.Tool.run(BUILD, environment, List.of(kc, "build", "--db=postgres"));
            Files.createFile(built);
        }
        Files.createDirectories(home.resolve("data/import"));
        Files.writeString(home.resolve("data/import/bench-realm.json"), realm());
        return Server.start(
                "keycloak",
                kit.directory().resolve("keycloak.log"),
                environment,
                List.of(
                        kc,
                        "start",
                        "--optimized",
                        "--import-realm",
                        "--hostname-strict=false",
                        "--http-host=127.0.0.1",
                        "--https-port=" + port,
                        "--https-certificate-file=" + licet.certificate(),
                        "--https-certificate-key-file=" + licet.certificateKey(),
                        "--db-url=jdbc:postgresql://127.0.0.1:" + postgres.port() + "/keycloak",
                        "--db-username=bench",
                        "--db-password=none",
                        "--cache=local"));
    }

    /// It runs on JDK 17 to 23 and not on ours: the newest of these that is installed.
    private static Path javaHome() throws IOException {
        try (Stream<Path> installed = Files.list(Path.of("/usr/lib/jvm"))) {
            return installed
                    .filter(home -> !Files.isSymbolicLink(home) && feature(home) >= 17 && feature(home) <= 23)
                    .max(Comparator.comparingInt(KeycloakPeer::feature))
                    .orElseThrow(() -> new IOException("Keycloak needs a JDK 17 to 23 in /usr/lib/jvm"));
        }
    }

    /// The feature version of the JDK in a directory; 0 when there is none.
    private static int feature(Path home) {
        Properties release = new Properties();
        try (var in = Files.newBufferedReader(home.resolve("release"))) {
            release.load(in);
        } catch (IOException e) {
            return 0;
        }
        String version = release.getProperty("JAVA_VERSION", "0").replace("\"", "");
        return Integer.parseInt(version.split("[.+-]")[0]);
    }

    private static Path unpacked(Kit kit) throws IOException, InterruptedException {
        Path peer = kit.peer("keycloak");
        Path home = peer.resolve("keycloak-26.0.0");
        if (!Files.exists(home)) {
            Path archive = peer.resolve("keycloak-quarkus-dist-26.0.0.tar.gz");
            Kit.Tool.run(BUILD, "tar", "-xzf", archive.toString(), "-C", peer.toString());
        }
        return home;
    }

    /// One realm with a public client and a user.
    private static String realm() {
        return """
                {"realm": "bench", "enabled": true, "sslRequired": "none", "revokeRefreshToken": false,
                 "ssoSessionIdleTimeout": 86400, "ssoSessionMaxLifespan": 86400,
                 "clients": [{"clientId": "bench", "enabled": true, "publicClient": true,
                              "directAccessGrantsEnabled": true, "standardFlowEnabled": false}],
                 "users": [{"username": "bench", "enabled": true, "emailVerified": true, "email": "bench@example.org",
                            "firstName": "Bench", "lastName": "Bench",
                            "credentials": [{"type": "password", "value": "bench", "temporary": false}]}]}
                """;
    }

    /// As many sessions as on the other side, as the forms that refresh them.
    private static Path refreshes(Kit kit, Server keycloak, SSLContext trusting, String url)
            throws IOException, InterruptedException {
        HttpClient client = Probe.client(trusting);
        String login = Bodies.form(
                Map.of("grant_type", "password", "client_id", "bench", "username", "bench", "password", "bench"));
        long end = System.nanoTime() + BUILD.toNanos();
        List<String> bodies = new ArrayList<>();
        while (bodies.size() < Pings.SESSIONS) {
            try {
                String answer = Probe.post(client, url, login, Map.of("Content-Type", Bodies.FORM));
                String token = JSON.readTree(answer).get("refresh_token").asString();
                bodies.add(Bodies.form(
                        Map.of("grant_type", "refresh_token", "client_id", "bench", "refresh_token", token)));
            } catch (IOException e) {
                keycloak.check();
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(500);
            }
        }
        client.close();
        return kit.file("refreshes", String.join("\n", bodies) + "\n");
    }
}
