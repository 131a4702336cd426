package dev.licet.bench.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The server under test, started as a user would start it.
final class Licet implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// What `./licet init` printed for a data directory.
    record Credentials(
            String accountNumber,
            String username,
            String password,
            String accessToken,
            long product,
            String licenseKey,
            String publicKeyXml) {

        /// Its names alone: the rest is secret.
        @Override
        public String toString() {
            return "credentials of " + accountNumber;
        }
    }

    private final Server process;
    private final Path data;
    private final int port;
    private final int tlsPort;

    private Licet(Server process, Path data, int port, int tlsPort) {
        this.process = process;
        this.data = data;
        this.port = port;
        this.tlsPort = tlsPort;
    }

    static Credentials initialise(Kit kit, Path data) throws IOException, InterruptedException {
        String printed = Kit.Tool.run(Kit.START, launcher(kit), "init", "--data", data.toString(), "--json");
        JsonNode json = JSON.readTree(printed);
        return new Credentials(
                json.get("account_number").asString(),
                json.get("username").asString(),
                json.get("password").asString(),
                json.get("access_token").asString(),
                json.get("product_id").asLong(),
                json.get("license_key").asString(),
                json.get("public_key_xml").asString());
    }

    /// Starts it, and does not wait until it answers. What it refuses it answers with a status of its own, so that
    /// the load generator counts it as failed.
    static Licet begin(Kit kit, Path data) throws IOException {
        int port = Probe.freePort();
        int tlsPort = Probe.freePort();
        List<String> command = new ArrayList<>(List.of(
                launcher(kit),
                "serve",
                "--data",
                data.toString(),
                "--port",
                Integer.toString(port),
                "--tls-port",
                Integer.toString(tlsPort),
                "--cryptolens-error-status",
                "4xx"));
        Server process = Server.start("licet", kit.directory().resolve("licet.log"), environment(kit), command);
        return new Licet(process, data, port, tlsPort);
    }

    /// What makes a demo in this directory and serves it.
    static List<String> demo(Kit kit, Path data) {
        return List.of(
                launcher(kit),
                "demo",
                "--events",
                Integer.toString(kit.options().backlog()),
                "--data",
                data.toString(),
                "--port",
                "0",
                "--tls-port",
                "0");
    }

    static Licet start(Kit kit, Path data) throws IOException, InterruptedException {
        Licet licet = begin(kit, data);
        licet.process.awaitAnswer(licet.port, "/health/ready", 200, Kit.START);
        licet.process.awaitListening(licet.tlsPort, Kit.START);
        return licet;
    }

    private static String launcher(Kit kit) {
        return kit.home().resolve("licet").toString();
    }

    static Map<String, String> environment(Kit kit) {
        return Map.of(
                "LICET_JAVA_OPTS",
                "-Xmx" + kit.options().heap() + " " + kit.options().licetOptions());
    }

    Server process() {
        return process;
    }

    Path certificate() {
        return data.resolve("tls/cert.pem");
    }

    Path certificateKey() {
        return data.resolve("tls/key.pem");
    }

    int port() {
        return port;
    }

    int tlsPort() {
        return tlsPort;
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    String tlsUrl(String path) {
        return "https://127.0.0.1:" + tlsPort + path;
    }

    /// Waits until it has loaded what it has taken.
    void settle() throws IOException, InterruptedException {
        process.settle(Kit.SETTLE);
    }

    /// A value of its metrics.
    double metric(String name) throws IOException, InterruptedException {
        return Kit.Tool.run(Duration.ofSeconds(10), "curl", "-sf", url("/metrics"))
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new IOException("no metric " + name));
    }

    @Override
    public void close() {
        process.close();
    }
}
