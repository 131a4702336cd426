package dev.licet.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Which data a management command works on, and how it prints: options that all of them have.
final class Target {
    private static final JsonMapper MAPPER = new JsonMapper();

    @Option(names = "--data", paramLabel = "DIR", description = "The data directory of a server that does not run.")
    @Nullable
    Path data;

    @Option(names = "--url", paramLabel = "URL", description = "The address of a running server.")
    @Nullable
    String url;

    @Option(names = "--token", paramLabel = "TOKEN", description = "An access token of that server, with Manage.")
    @Nullable
    String token;

    @Option(names = "--cacert", paramLabel = "FILE", description = "The server's certificate, if it made its own.")
    @Nullable
    Path certificate;

    @Option(
            names = "--account",
            paramLabel = "NUMBER",
            description = "Whose account; the first, or the token's, if not said.")
    @Nullable
    String account;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command = CommandSpec.create();

    /// The members of a request that were given.
    static Map<String, Object> members() {
        return new LinkedHashMap<>();
    }

    /// Calls once and prints what comes back.
    int send(String verb, String path, Map<String, Object> members) {
        return with(api -> {
            printer().print(plain(fine(api.call(verb, path, body(members)))));
            return 0;
        });
    }

    /// Calls for the thing that is named by its id, its number or its name.
    ///
    /// @param after what follows the id in the path
    int sendTo(String verb, String collection, String prefix, String named, String after, Map<String, Object> members) {
        return with(api -> {
            String id = id(api, collection, prefix, named);
            printer().print(plain(fine(api.call(verb, collection + "/" + encoded(id) + after, body(members)))));
            return 0;
        });
    }

    /// Prints all of a collection.
    int list(String collection) {
        return with(api -> {
            printer().print(all(api, collection));
            return 0;
        });
    }

    private List<Map<String, Object>> all(Api api, String collection) {
        List<Map<String, Object>> all = new ArrayList<>();
        String cursor = "";
        while (true) {
            JsonNode page = fine(api.call(
                    "GET",
                    collection + "?limit=1000" + (account == null ? "" : "&account=" + encoded(account))
                            + (cursor.isEmpty() ? "" : "&cursor=" + encoded(cursor)),
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

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private int with(Function<Api, Integer> work) {
        if ((data == null) == (url == null)) {
            throw new CliFailure(
                    Cli.WRONG_USE,
                    "say either --data DIR (the server is stopped) or --url URL --token TOKEN (it runs)");
        }
        if (url != null && token == null) {
            throw new CliFailure(Cli.WRONG_USE, "--url needs --token");
        }
        try (Api api = url == null ? local() : RemoteApi.open(url, secretToken(), Optional.ofNullable(certificate))) {
            return work.apply(api);
        }
    }

    private Api local() {
        return LocalApi.open(Objects.requireNonNull(data), Optional.ofNullable(account));
    }

    private String secretToken() {
        return Objects.requireNonNull(token);
    }

    private String body(Map<String, Object> members) {
        if (account != null && !members.isEmpty()) {
            members.putIfAbsent("account", account);
        }
        return members.isEmpty() ? "" : MAPPER.writeValueAsString(members);
    }

    private static JsonNode fine(Api.Reply reply) {
        if (!reply.isFine()) {
            JsonNode detail = reply.body().path("detail");
            // What the API calls a bad request is a value that breaks its rule.
            throw new CliFailure(
                    reply.status() == 400 ? Cli.WRONG_USE : Cli.FAILED,
                    detail.isString() ? detail.stringValue() : "the server answered " + reply.status());
        }
        return reply.body();
    }

    private Printer printer() {
        return new Printer(command.commandLine().getOut(), json);
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
