package dev.licet.bench.run;

import dev.licet.bench.StoreFill;
import dev.licet.bench.TableCopy;
import dev.licet.bench.run.Licet.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// `export`: all events as a Parquet file, over DuckDB's own COPY of the same table.
final class Exporting implements Measure {
    private static final int EVENTS = 10_000_000;
    private static final int FEW_EVENTS = 200_000;
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Override
    public String name() {
        return "export";
    }

    @Override
    public String question() {
        return """
                How long does an export of ten million events take? GET /v1/events/export?format=parquet by curl into a \
                file, from the request to the last byte, over DuckDB's COPY of a copy of the same event table into a \
                file, by itself in a process of its own, its table read before. Both pack by zstd, with the same memory \
                and threads.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.ratio("an export", "s", "DuckDB's COPY", Target.atMost(1.5, 1.2)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        int events = kit.options().quick() ? FEW_EVENTS : EVENTS;
        Path data = kit.directory().resolve("data");
        Credentials credentials = Licet.initialise(kit, data);
        Kit.Tool.run(
                LIMIT,
                kit.java(
                                StoreFill.class.getName(),
                                List.of(),
                                List.of(data.toString(), Integer.toString(events), credentials.accountNumber()))
                        .toArray(String[]::new));
        Path table = kit.directory().resolve("copy.duckdb");
        Files.copy(data.resolve("events.duckdb"), table);
        if (Files.exists(data.resolve("events.duckdb.wal"))) {
            Files.copy(data.resolve("events.duckdb.wal"), kit.directory().resolve("copy.duckdb.wal"));
        }
        Licet licet = Licet.begin(kit, data);
        licet.process().awaitAnswer(licet.port(), "/health/ready", 200, LIMIT);
        licet.process().settle(LIMIT);
        Path exported = kit.directory().resolve("exported.parquet");
        Path copied = kit.directory().resolve("copied.parquet");
        export(licet, credentials, exported, events);
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                return List.of(Contest.inTurn(yardstickFirst, () -> copy(kit, table, copied), () -> {
                    licet.process().settle(LIMIT);
                    return export(licet, credentials, exported, events);
                }));
            }

            @Override
            public List<String> notes() {
                return List.of(
                        String.format(Locale.ROOT, "%,d events of one account", events),
                        String.format(
                                Locale.ROOT,
                                "The export had %,d bytes, the copy of all columns %,d",
                                exported.toFile().length(),
                                copied.toFile().length()));
            }

            @Override
            public void close() {
                licet.close();
            }
        };
    }

    private static double copy(Kit kit, Path table, Path file) throws IOException, InterruptedException {
        Files.deleteIfExists(file);
        List<String> command =
                kit.java(TableCopy.class.getName(), List.of(), List.of(table.toString(), file.toString()));
        return Double.parseDouble(
                Kit.Tool.run(LIMIT, command.toArray(String[]::new)).strip());
    }

    private static double export(Licet licet, Credentials credentials, Path file, int events)
            throws IOException, InterruptedException {
        Files.deleteIfExists(file);
        Path headers = file.resolveSibling("headers");
        long began = System.nanoTime();
        Kit.Tool.run(
                LIMIT,
                "curl",
                "-sf",
                "-H",
                "Authorization: Bearer " + credentials.accessToken(),
                "-D",
                headers.toString(),
                "-o",
                file.toString(),
                licet.url("/v1/events/export?format=parquet"));
        double seconds = (System.nanoTime() - began) / 1e9;
        if (!Files.readString(headers).toLowerCase(Locale.ROOT).contains("licet-events: " + events)) {
            throw new IOException("not all events were exported: " + Files.readString(headers));
        }
        return seconds;
    }
}
