package dev.licet.bench.run;

import dev.licet.bench.front.Front;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The Netty server of [dev.licet.bench.front], in a process of its own.
final class RawNetty implements AutoCloseable {
    private final Server process;
    private final int port;
    private final String scheme;

    private RawNetty(Server process, int port, String scheme) {
        this.process = process;
        this.port = port;
        this.scheme = scheme;
    }

    /// Answers at once.
    static RawNetty start(Kit kit) throws IOException, InterruptedException {
        return start(kit, List.of());
    }

    static RawNetty start(Kit kit, List<String> arguments) throws IOException, InterruptedException {
        RawNetty netty = begin(kit, List.of(), arguments, "http");
        netty.process.awaitAnswer(netty.port, "/", 200, Kit.START);
        return netty;
    }

    /// With the certificate of that Licet.
    static RawNetty startTls(Kit kit, Licet licet) throws IOException, InterruptedException {
        RawNetty netty = begin(
                kit,
                List.of(),
                List.of(
                        "--cert",
                        licet.certificate().toString(),
                        "--key",
                        licet.certificateKey().toString()),
                "https");
        netty.process.awaitListening(netty.port, Kit.START);
        return netty;
    }

    /// Starts it, and does not wait until it answers.
    static RawNetty begin(Kit kit, List<String> jvmOptions, List<String> arguments, String scheme) throws IOException {
        int port = Probe.freePort();
        List<String> all = new ArrayList<>(List.of("--port", Integer.toString(port)));
        all.addAll(arguments);
        Server process = Server.start(
                "netty",
                kit.directory().resolve("netty.log"),
                Map.of(),
                kit.java(Front.class.getName(), jvmOptions, all));
        return new RawNetty(process, port, scheme);
    }

    Server process() {
        return process;
    }

    int port() {
        return port;
    }

    String url(String path) {
        return scheme + "://127.0.0.1:" + port + path;
    }

    @Override
    public void close() {
        process.close();
    }
}
