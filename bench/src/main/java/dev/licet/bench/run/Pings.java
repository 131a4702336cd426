package dev.licet.bench.run;

import dev.licet.bench.run.Wrk.Load;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;

/// `ping`: sessions kept alive over TLS, over a server that answers at once.
final class Pings implements Measure {
    static final int SESSIONS = 64;
    static final String PING = "/session/ping";

    @Override
    public String name() {
        return "ping";
    }

    @Override
    public String question() {
        return """
                How many sessions a second does Licet keep alive? /session/ping over HTTPS with kept connections, 64 \
                sessions in turn; over raw Netty with the same certificate and TLS engine that answers at once. \
                Requests count once the connections are open: handshakes are not in the rates.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.ratio("64 connections", "requests/s", "raw Netty", Target.atLeast(0.40, 0.65)),
                Figure.ratio("1024 connections", "requests/s", "raw Netty", Target.atLeast(0.40, 0.65)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Licet.Credentials credentials = Licet.initialise(kit, data);
        Licet licet = Licet.start(kit, data);
        Path pings = Bodies.pings(kit, licet, credentials, SESSIONS);
        RawNetty netty = RawNetty.startTls(kit, licet);
        SSLContext trusting = Probe.trusting(licet.certificate());
        return LoadContest.warm(
                kit,
                licet,
                Load.inTurn(netty.url(PING), Bodies.FORM, pings, kit.options().leadIn()),
                Load.inTurn(
                        licet.tlsUrl(PING), Bodies.FORM, pings, kit.options().leadIn()),
                List.of(64, 1024),
                List.of(
                        "TLS of Licet: " + Probe.agreement(licet.tlsPort(), trusting),
                        "TLS of raw Netty: " + Probe.agreement(netty.port(), trusting)),
                netty);
    }
}
