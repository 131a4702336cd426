package dev.licet.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.commons.cli.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Which data a management command works on, and how it prints: options that all of them have.
final class Target {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Optional<Path> data;
    private final Optional<String> url;
    private final Optional<String> token;
    private final Optional<Path> certificate;
    private final Optional<String> account;
    private final Printer printer;

    private Target(Given given) {
        this.data = given.text("data").map(Path::of);
        this.url = given.text("url");
        this.token = given.text("token");
        this.certificate = given.text("cacert").map(Path::of);
        this.account = given.text("account");
        this.printer = new Printer(given.out(), given.has("json"));
    }

    /// What a management command does. @return the exit code
    interface Action {
        int run(Target target, Given given);
    }

    /// A management command.
    static Command command(String words, String about, Action action, Option... options) {
        Command command = Command.of(words, about, given -> action.run(new Target(given), given), options);
        command.options()
                .addOption(Command.option("data", "DIR", "The data directory of a server that does not run."))
                .addOption(Command.option("url", "URL", "The address of a running server."))
                .addOption(Command.option("token", "TOKEN", "An access token of that server, with Manage."))
                .addOption(Command.option("cacert", "FILE", "The server's certificate, if it made its own."))
                .addOption(
                        Command.option("account", "NUMBER", "Whose account; the first, or the token's, if not said."))
                .addOption(Command.flag("json", "Print JSON."));
        return command;
    }

    /// A management command on one thing, which is named after the words.
    static Command command(String words, String operand, String about, Action action, Option... options) {
        Command command = command(words, about, action, options);
        return new Command(words, Optional.of(operand), about, command.options(), command.action());
    }

    /// What most things are called by.
    static Option name() {
        return Command.required("name", "NAME", "What it is called.");
    }

    /// The members of a request with [what it is called][#name].
    static Map<String, Object> named(Given given) {
        Map<String, Object> members = members();
        members.put("name", given.required("name"));
        return members;
    }

    /// The members of a request that were given.
    static Map<String, Object> members() {
        return new LinkedHashMap<>();
    }

    /// Calls once and prints what comes back.
    int send(String verb, String path, Map<String, Object> members) {
        return with(api -> {
            printer.print(plain(fine(api.call(verb, path, body(members)))));
            return 0;
        });
    }

    /// Makes a thing, and prints it once it is as it should be.
    int sendAndAwait(
            String collection, Map<String, Object> members, Predicate<Map<String, Object>> ready, Duration patience) {
        return with(api -> {
            Map<String, Object> made = plain(fine(api.call("POST", collection, body(members))));
            String path = collection + "/" + encoded(String.valueOf(made.get("id")));
            long end = System.nanoTime() + patience.toNanos();
            Map<String, Object> now = plain(fine(api.call("GET", path, "")));
            while (!ready.test(now)) {
                if (System.nanoTime() > end) {
                    throw new CliFailure(Cli.FAILED, made.get("id") + " is not done yet; it goes on by itself");
                }
                pause();
                now = plain(fine(api.call("GET", path, "")));
            }
            printer.print(now);
            return 0;
        });
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliFailure(Cli.FAILED, "interrupted");
        }
    }

    /// Calls for the thing that is named by its id, its number or its name.
    ///
    /// @param after what follows the id in the path
    int sendTo(String verb, String collection, String prefix, String named, String after, Map<String, Object> members) {
        return with(api -> {
            String id = id(api, collection, prefix, named);
            printer.print(plain(fine(api.call(verb, collection + "/" + encoded(id) + after, body(members)))));
            return 0;
        });
    }

    /// Prints all of a collection.
    int list(String collection) {
        return with(api -> {
            printer.print(all(api, collection));
            return 0;
        });
    }

    private List<Map<String, Object>> all(Api api, String collection) {
        List<Map<String, Object>> all = new ArrayList<>();
        String cursor = "";
        while (true) {
            JsonNode page = fine(api.call(
                    "GET",
                    collection + "?limit=1000"
                            + account.map(number -> "&account=" + encoded(number))
                                    .orElse("") + (cursor.isEmpty() ? "" : "&cursor=" + encoded(cursor)),
                    ""));
            for (JsonNode item : page.get("data")) {
                all.add(plain(item));
            }
            if (page.get("next").isNull()) {
                return all;
            }
            cursor = page.get("next").stringValue();
        }
    }

    private String id(Api api, String collection, String prefix, String named) {
        if (named.startsWith(prefix) && !prefix.isEmpty()) {
            return named;
        }
        if (named.matches("[0-9]+")) {
            return prefix + named;
        }
        List<Map<String, Object>> called = all(api, collection).stream()
                .filter(thing -> named.equals(thing.get("username")) || named.equals(thing.get("name")))
                .toList();
        List<Map<String, Object>> living = called.stream()
                .filter(thing -> !Boolean.TRUE.equals(thing.get("revoked")))
                .toList();
        List<Map<String, Object>> matching = living.isEmpty() ? called : living;
        if (matching.size() != 1) {
            throw new CliFailure(
                    Cli.FAILED,
                    matching.isEmpty()
                            ? "there is no '" + named + "'; 'list' shows what is there"
                            : "there are several called '" + named + "'; use the id that 'list' shows");
        }
        return String.valueOf(
                matching.getFirst().getOrDefault("id", matching.getFirst().get("account_number")));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// Does something with the API of this data. @return the exit code
    int with(Function<Api, Integer> work) {
        if (data.isPresent() == url.isPresent()) {
            throw new CliFailure(
                    Cli.WRONG_USE,
                    "say either --data DIR (the server is stopped) or --url URL --token TOKEN (it runs)");
        }
        try (Api api = data.map(this::local).orElseGet(this::remote)) {
            return work.apply(api);
        }
    }

    private Api local(Path directory) {
        return LocalApi.open(directory, account);
    }

    private Api remote() {
        String secret = token.orElseThrow(() -> new CliFailure(Cli.WRONG_USE, "--url needs --token"));
        return RemoteApi.open(url.orElseThrow(), secret, certificate);
    }

    private String body(Map<String, Object> members) {
        if (!members.isEmpty()) {
            account.ifPresent(number -> members.putIfAbsent("account", number));
        }
        return members.isEmpty() ? "" : MAPPER.writeValueAsString(members);
    }

    boolean isRunning() {
        return url.isPresent();
    }

    Printer printer() {
        return printer;
    }

    static JsonNode fine(Api.Reply reply) {
        if (!reply.isFine()) {
            JsonNode detail = reply.body().path("detail");
            // What the API calls a bad request is a value that breaks its rule.
            throw new CliFailure(
                    reply.status() == 400 ? Cli.WRONG_USE : Cli.FAILED,
                    detail.isString() ? detail.stringValue() : "the server answered " + reply.status());
        }
        return reply.body();
    }

    /// The members under the names that scripts know: `apiKey` is `api_key`.
    private static Map<String, Object> plain(JsonNode object) {
        Map<String, Object> plain = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String name = member.getKey().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
            plain.put(name, MAPPER.treeToValue(member.getValue(), Object.class));
        }
        return plain;
    }
}
