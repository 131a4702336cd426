package dev.licet.bench.run;

import dev.licet.bench.run.Wrk.Load;
import java.nio.file.Path;
import java.util.List;

/// `postgres` and `copy`: the same requests to PostgreSQL behind raw Netty, with one commit a request.
final class PostgresPeer implements Measure {
    private final String name;
    private final String question;
    private final Figure figure;
    private final String backend;
    private final int callers;
    private final String path;
    private final int connections;

    private PostgresPeer(
            String name, String question, Figure figure, String backend, int callers, String path, int connections) {
        this.name = name;
        this.question = question;
        this.figure = figure;
        this.backend = backend;
        this.callers = callers;
        this.path = path;
        this.connections = connections;
    }

    static PostgresPeer inserts() {
        return new PostgresPeer(
                "postgres",
                """
                How many single events a second does Licet take, over PostgreSQL with one commit an event? Both get \
                RegisterEvent as a form over plain HTTP by 1,024 connections; PostgreSQL stands behind raw Netty, \
                which reads the same form and inserts it by 64 database connections into a table without an index.""",
                Figure.ratio("events", "events/s", "PostgreSQL", Target.atLeast(3, 4.5)),
                "insert",
                64,
                Bodies.REGISTER_EVENT,
                SingleEvents.CONNECTIONS);
    }

    static PostgresPeer copies() {
        return new PostgresPeer(
                "copy",
                """
                How many events a second does Licet take in batches of 1,000, over PostgreSQL's COPY with one commit \
                a batch? Both get RegisterEvents as JSON over plain HTTP by 16 connections; PostgreSQL stands behind \
                raw Netty, which reads the same JSON (Jackson, streaming) and copies it by 4 database connections \
                into a table without an index.""",
                Figure.ratio("batches", "requests/s", "PostgreSQL", Target.atLeast(0.5, 1.0)),
                "copy",
                4,
                Bodies.REGISTER_EVENTS,
                Batches.CONNECTIONS);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String question() {
        return question;
    }

    @Override
    public List<Figure> figures() {
        return List.of(figure);
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Licet.Credentials credentials = Licet.initialise(kit, data);
        boolean batch = path.equals(Bodies.REGISTER_EVENTS);
        Path body = kit.file("body", batch ? Bodies.batch(credentials) : Bodies.event(credentials));
        String type = batch ? Bodies.JSON : Bodies.FORM;
        Licet licet = Licet.start(kit, data);
        Postgres postgres = Postgres.start(kit);
        postgres.createEventTable();
        RawNetty front = RawNetty.start(
                kit,
                List.of(
                        "--backend",
                        backend,
                        "--to",
                        postgres.url("postgres"),
                        "--callers",
                        Integer.toString(callers)));
        LoadContest contest = LoadContest.warm(
                kit,
                licet,
                Load.same(front.url(path), type, body),
                Load.same(licet.url(path), type, body),
                List.of(connections),
                List.of(postgres.description()),
                front,
                postgres);
        if (postgres.events() == 0) {
            throw new IllegalStateException("PostgreSQL took no events");
        }
        return contest;
    }
}
