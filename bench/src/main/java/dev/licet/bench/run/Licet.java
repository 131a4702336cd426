package dev.licet.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The server under test, started as a user would start it.
final class Licet implements AutoCloseable {
    private static final Pattern PRINTED = Pattern.compile("(\\w+)='([^']*)'");
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
        return credentials(field -> json.get(field).asString());
    }

    private static Credentials credentials(Function<String, String> field) {
        return new Credentials(
                field.apply("account_number"),
                field.apply("username"),
                field.apply("password"),
                field.apply("access_token"),
                Long.parseLong(field.apply("product_id")),
                field.apply("license_key"),
                field.apply("public_key_xml"));
    }

    /// Starts it, and does not wait until it answers. What it refuses it answers with a status of its own, so that
    /// the load generator counts it as failed.
    static Licet begin(Kit kit, Path data) throws IOException {
        return begin(kit, "licet", data, List.of());
    }

    /// @param name of its log @param more settings
    private static Licet begin(Kit kit, String name, Path data, List<String> more) throws IOException {
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
        command.addAll(more);
        Server process = Server.start(name, log(kit, name), environment(kit), command);
        return new Licet(process, data, port, tlsPort);
    }

    private static Path log(Kit kit, String name) {
        return kit.directory().resolve(name + ".log");
    }

    /// One of several nodes on the same engines. @param settings where they are
    static Licet node(Kit kit, String name, List<String> settings) throws IOException, InterruptedException {
        Licet node = begin(kit, name, kit.directory().resolve(name), settings);
        node.process.awaitAnswer(node.port, "/health/ready", 200, Kit.START);
        return node;
    }

    /// What brings the events of these engines from one to the other.
    static Server sink(Kit kit, String name, List<String> settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                launcher(kit), "sink", "--data", kit.directory().resolve(name).toString()));
        command.addAll(settings);
        return Server.start(name, log(kit, name), environment(kit), command);
    }

    /// What the first node on a database has printed.
    static Credentials printedBy(Kit kit, String name) throws IOException {
        Map<String, String> printed = new HashMap<>();
        Matcher word = PRINTED.matcher(Files.readString(log(kit, name)));
        while (word.find()) {
            printed.putIfAbsent(word.group(1), word.group(2));
        }
        return credentials(field -> Objects.requireNonNull(printed.get(field), () -> "it did not print " + field));
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
