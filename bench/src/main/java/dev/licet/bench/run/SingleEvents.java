package dev.licet.bench.run;

import dev.licet.bench.run.Wrk.Load;
import java.nio.file.Path;
import java.util.List;

/// `single`: events one a request, over a server that answers at once.
final class SingleEvents implements Measure {
    static final int CONNECTIONS = 1024;

    @Override
    public String name() {
        return "single";
    }

    @Override
    public String question() {
        return """
                How many events a second does Licet take, one a request, each on disk before its answer? RegisterEvent \
                as a form over plain HTTP, 1,024 connections with one request in flight each; over raw Netty that \
                reads the same requests and answers at once.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.ratio("requests", "requests/s", "raw Netty", Target.atLeast(0.40, 0.65)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Path body = kit.file("event", Bodies.event(Licet.initialise(kit, data)));
        Licet licet = Licet.start(kit, data);
        RawNetty netty = RawNetty.start(kit);
        return LoadContest.warm(
                kit,
                licet,
                Load.same(netty.url(Bodies.REGISTER_EVENT), Bodies.FORM, body),
                Load.same(licet.url(Bodies.REGISTER_EVENT), Bodies.FORM, body),
                List.of(CONNECTIONS),
                List.of(),
                netty);
    }
}
