package dev.licet.bench.run;

import dev.licet.bench.run.Licet.Credentials;
import dev.licet.bench.run.LoadContest.Lane;
import dev.licet.bench.run.Wrk.Load;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `seatping`: seats of floating licenses held by a ping, over a server that answers at once.
final class SeatPings implements Measure {
    private static final String SEATS = "/v1/seats";
    private static final int COUNT = 200;
    private static final List<Integer> CONNECTIONS = List.of(64, 1024);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public String name() {
        return "seatping";
    }

    @Override
    public String question() {
        return """
                How many seats a second does Licet hold by a ping? POST /v1/seats/{seat}/ping with an access token and \
                kept connections, 200 seats of one key in turn, over plain HTTP and over HTTPS; over raw Netty that \
                answers the same requests at once, with the same certificate and TLS engine. Requests count once the \
                connections are open: handshakes are not in the rates.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(figure("HTTP, 64"), figure("HTTP, 1024"), figure("HTTPS, 64"), figure("HTTPS, 1024"));
    }

    private static Figure figure(String load) {
        return Figure.ratio(load + " connections", "requests/s", "raw Netty", Target.atLeast(0.40, 0.65));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Credentials credentials = Licet.initialise(kit, data);
        Licet licet = Licet.start(kit, data);
        Path pings = pings(kit, licet, credentials);
        RawNetty plain = RawNetty.start(kit);
        RawNetty tls = RawNetty.startTls(kit, licet);
        SSLContext trusting = Probe.trusting(licet.certificate());
        String token = credentials.accessToken();
        Duration leadIn = kit.options().leadIn();
        return LoadContest.warm(
                kit,
                licet,
                List.of(
                        new Lane(
                                Load.paths(plain.url("/"), token, pings, leadIn),
                                Load.paths(licet.url("/"), token, pings, leadIn),
                                CONNECTIONS),
                        new Lane(
                                Load.paths(tls.url("/"), token, pings, leadIn),
                                Load.paths(licet.tlsUrl("/"), token, pings, leadIn),
                                CONNECTIONS)),
                List.of(
                        "TLS of Licet: " + Probe.agreement(licet.tlsPort(), trusting),
                        "TLS of raw Netty: " + Probe.agreement(tls.port(), trusting)),
                plain,
                tls);
    }

    /// Checks the seats out. @return a file with the paths that ping them, one a line
    private static Path pings(Kit kit, Licet licet, Credentials credentials) throws IOException, InterruptedException {
        Map<String, String> headers =
                Map.of("Content-Type", Bodies.JSON, "Authorization", "Bearer " + credentials.accessToken());
        List<String> paths = new ArrayList<>();
        try (HttpClient client = Probe.client()) {
            for (int i = 0; i < COUNT; i++) {
                String wanted = """
                        {"product":"prd_%d","key":"%s","machine":"machine-%d","interval":"PT10M"}""".formatted(credentials.product(), credentials.licenseKey(), i);
                JsonNode seat = JSON.readTree(Probe.post(client, licet.url(SEATS), wanted, headers));
                paths.add(SEATS + "/" + seat.path("id").asString() + "/ping");
            }
            String answer = Probe.post(client, licet.url(paths.getFirst()), "", headers);
            if (!JSON.readTree(answer).hasNonNull("until")) {
                throw new IOException("no ping: " + answer);
            }
        }
        return kit.file("pings", String.join("\n", paths) + "\n");
    }
}
