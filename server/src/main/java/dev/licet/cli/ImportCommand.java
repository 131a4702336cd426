package dev.licet.cli;

import static dev.licet.cli.Command.option;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.licet.core.Unavailable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Takes the events of files that an export wrote. Each counts once however often it is taken, so a run that was cut is
/// gone on with by the same command.
final class ImportCommand {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int CHUNK_EVENTS = 1_000;
    private static final int CHUNK_BYTES = 900 << 10;
    private static final int MOST_TOLD = 20;
    /// How long a server may be too busy.
    private static final Duration BUSY = Duration.ofMinutes(10);

    private final Api api;
    private final Given given;
    private final Progress progress;
    private long accepted;
    private long duplicates;
    private long rejected;
    private long bytes;

    private ImportCommand(Api api, Given given) {
        this.api = api;
        this.given = given;
        this.progress = new Progress(given.err(), "imported");
    }

    static Command command() {
        return Target.command(
                "import",
                "FILE...",
                "Take the events of files that an export wrote. Each counts once, however often it is taken.",
                ImportCommand::run,
                EventFormat.option(),
                option("products", "FROM=TO,...", "Products that have another id here, such as prd_1=prd_7."));
    }

    private static int run(Target target, Given given) {
        if (target.isRunning() && given.text("account").isPresent()) {
            throw new CliFailure(Cli.WRONG_USE, "--account goes with --data; a token is for its own account");
        }
        Map<String, String> products = products(given);
        Map<Path, EventFormat> files = new LinkedHashMap<>();
        for (String name : given.operands()) {
            if (!Files.isReadable(Path.of(name)) || Files.isDirectory(Path.of(name))) {
                throw new CliFailure(Cli.WRONG_USE, "can't read the file " + name);
            }
            files.put(
                    Path.of(name),
                    EventFormat.of(given, name)
                            .orElseThrow(() ->
                                    new CliFailure(Cli.WRONG_USE, "say by --format what " + name + " is written in")));
        }
        return target.with(api -> new ImportCommand(api, given).all(files, products, target.printer()));
    }

    private static Map<String, String> products(Given given) {
        Map<String, String> products = new HashMap<>();
        for (String pair : given.text("products").map(text -> text.split(",")).orElse(new String[0])) {
            String[] ids = pair.split("=", -1);
            if (ids.length != 2 || !ids[0].matches("prd_[0-9]+") || !ids[1].matches("prd_[0-9]+")) {
                throw new CliFailure(Cli.WRONG_USE, "--products takes pairs such as prd_1=prd_7");
            }
            products.put(ids[0], ids[1]);
        }
        return products;
    }

    private int all(Map<Path, EventFormat> files, Map<String, String> products, Printer printer) {
        files.forEach((file, format) -> {
            try (EventDocuments documents = EventDocuments.open(file, format, products)) {
                one(file, documents);
            } catch (IOException e) {
                throw new CliFailure(Cli.FAILED, String.valueOf(e.getMessage()));
            }
        });
        if (given.has("json")) {
            Map<String, Object> summary = new LinkedHashMap<>();
            summary.put("accepted", accepted);
            summary.put("duplicates", duplicates);
            summary.put("rejected", rejected);
            printer.print(summary);
        } else {
            progress.end(": " + accepted + " are new, " + duplicates + " were there, " + rejected + " were not taken");
        }
        return rejected == 0 ? 0 : Cli.FAILED;
    }

    private void one(Path file, EventDocuments documents) throws IOException {
        long before = 0;
        while (true) {
            ByteArrayOutputStream chunk = new ByteArrayOutputStream();
            int count = 0;
            while (count < CHUNK_EVENTS && chunk.size() < CHUNK_BYTES) {
                Optional<byte[]> document = documents.next();
                if (document.isEmpty()) {
                    break;
                }
                chunk.writeBytes(document.get());
                chunk.write('\n');
                count++;
            }
            if (count == 0) {
                return;
            }
            take(file, before, send(chunk.toByteArray()));
            before += count;
            bytes += chunk.size();
            progress.at(accepted + duplicates + rejected, bytes, OptionalDouble.of(documents.share()));
        }
    }

    /// @return the answer, a line for each event
    private String send(byte[] chunk) {
        long end = System.nanoTime() + BUSY.toNanos();
        while (true) {
            Duration wait;
            try {
                Api.Got got = api.send("POST", "/v1/events/import", "application/x-ndjson", chunk, Api.PATIENCE);
                if (got.isFine()) {
                    return new String(got.bytes(), UTF_8);
                }
                wait = retryAfter(got);
            } catch (Unavailable e) {
                wait = e.retryAfter();
            }
            if (System.nanoTime() + wait.toNanos() > end) {
                throw new CliFailure(Cli.FAILED, "the server has been too busy for long; the same command goes on");
            }
            pause(wait);
        }
    }

    /// @throws CliFailure when it is of no use to try again
    private static Duration retryAfter(Api.Got got) {
        if (got.status() != 503 && got.status() != 429) {
            Target.fine(got.reply());
        }
        got.bytes();
        String seconds = got.headers().getOrDefault("Retry-After", "1");
        return Duration.ofSeconds(seconds.matches("[0-9]{1,4}") ? Math.max(1, Long.parseLong(seconds)) : 1);
    }

    private static void pause(Duration wait) {
        try {
            Thread.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliFailure(Cli.FAILED, "interrupted");
        }
    }

    /// @param before how many events of the file came before these
    private void take(Path file, long before, String answer) {
        long number = before;
        for (String line : answer.split("\n")) {
            number++;
            if (line.startsWith("{\"status\":\"accepted\"")) {
                accepted++;
            } else if (line.startsWith("{\"status\":\"duplicate\"")) {
                duplicates++;
            } else if (line.startsWith("{\"status\":\"rejected\"")) {
                tellRejected(file, number, MAPPER.readTree(line));
            }
        }
    }

    private void tellRejected(Path file, long number, JsonNode result) {
        if (++rejected > MOST_TOLD) {
            return;
        }
        JsonNode error = result.path("errors").path(0);
        given.err()
                .println(file + ", event " + number + ": "
                        + error.path("pointer").asString("").replace("#/", "") + " "
                        + error.path("detail").asString("can't be taken"));
    }
}
