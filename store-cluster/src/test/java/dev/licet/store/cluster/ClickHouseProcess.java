package dev.licet.store.cluster;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A process with ClickHouse's engine behind its HTTP interface, as far as that is used here: statements in
/// the address, the body or both, their parameters and settings, users by headers, errors by their codes. What
/// is not there: packed bodies, sessions, and answers that begin before the statement has ended, as with
/// `wait_end_of_query`.
///
/// It ends when its standard input does, so that nothing is left of a test that was ended.
final class ClickHouseProcess {
    /// Of the environment.
    static final String PASSWORD = "CLICKHOUSE_TEST_PASSWORD";

    /// Of the environment: settings of the user, which a statement may have otherwise, as `name=value,name=value`.
    static final String PROFILE = "CLICKHOUSE_TEST_PROFILE";

    static final String USER = "licet";

    /// A statement that brings its own format, before the data if it has any.
    private static final Pattern FORMAT = Pattern.compile("\\bFORMAT\\s+(\\w+)\\s*;?\\s*$", Pattern.CASE_INSENSITIVE);

    private static final Pattern CODE = Pattern.compile("^Code: (\\d+)\\.");
    private static final String KILL = "KILL QUERY WHERE query_id =";
    private static final int UNKNOWN_TABLE = 60;
    private static final int AUTHENTICATION_FAILED = 516;

    private final LibChdb engine;
    private final String password;
    private final Map<String, String> profile = new LinkedHashMap<>();

    private ClickHouseProcess(LibChdb engine, String password, String profile) {
        this.engine = engine;
        this.password = password;
        for (String setting : profile.isEmpty() ? new String[0] : profile.split(",")) {
            this.profile.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
    }

    /// @param arguments the library, the directory of data, the port
    public static void main(String... arguments) throws Exception {
        LibChdb engine = new LibChdb(Path.of(arguments[0]), Path.of(arguments[1]));
        ClickHouseProcess process = new ClickHouseProcess(
                engine,
                System.getenv(PASSWORD),
                Optional.ofNullable(System.getenv(PROFILE)).orElse(""));
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[2])), 0);
        server.createContext("/", process::answer);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        while (System.in.read() >= 0) {}
        Runtime.getRuntime().halt(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestURI().getPath().equals("/ping")) {
                send(exchange, 200, "Ok.\n".getBytes(StandardCharsets.US_ASCII));
                return;
            }
            try {
                requireUser(exchange.getRequestHeaders());
                send(exchange, 200, run(exchange, body));
            } catch (LibChdb.Failure e) {
                refuse(exchange, e.getMessage());
            } catch (RuntimeException e) {
                refuse(exchange, "Code: 1002. DB::Exception: " + e);
            }
        }
    }

    private void requireUser(Headers headers) throws LibChdb.Failure {
        String given = Optional.ofNullable(headers.getFirst("Authorization"))
                .map(basic -> new String(
                        Base64.getDecoder().decode(basic.substring("Basic ".length())), StandardCharsets.UTF_8))
                .orElseGet(() -> headers.getFirst("X-ClickHouse-User") + ":" + headers.getFirst("X-ClickHouse-Key"));
        if (!given.equals(USER + ":" + password)) {
            throw new LibChdb.Failure("Code: " + AUTHENTICATION_FAILED + ". DB::Exception: Authentication failed:"
                    + " password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)");
        }
    }

    private byte[] run(HttpExchange exchange, byte[] body) throws LibChdb.Failure {
        Map<String, String> settings = new LinkedHashMap<>(profile);
        Map<String, byte[]> parameters = new HashMap<>();
        Map<String, String> own = new HashMap<>();
        arguments(exchange).forEach((name, value) -> {
            switch (name) {
                case "query", "query_id", "database", "default_format" -> own.put(name, value);
                case "wait_end_of_query", "buffer_size", "compress", "enable_http_compression" -> {}
                default -> {
                    if (name.startsWith("param_")) {
                        parameters.put(name.substring("param_".length()), value.getBytes(StandardCharsets.UTF_8));
                    } else {
                        settings.put(name, value);
                    }
                }
            }
        });
        Headers headers = exchange.getRequestHeaders();
        String format = format(own.get("query") == null ? new String(body, StandardCharsets.UTF_8) : own.get("query"))
                .or(() -> Optional.ofNullable(own.get("default_format")))
                .or(() -> Optional.ofNullable(headers.getFirst("X-ClickHouse-Format")))
                .orElse("TabSeparated");
        String database = own.getOrDefault(
                "database",
                Optional.ofNullable(headers.getFirst("X-ClickHouse-Database")).orElse("default"));
        String id = own.getOrDefault("query_id", UUID.randomUUID().toString());
        settings.put("log_comment", id);
        try (LibChdb.Connection connection = engine.open(settings)) {
            if (!database.equals("default")) {
                connection.query(("USE `" + database + "`").getBytes(StandardCharsets.UTF_8), "TabSeparated", Map.of());
            }
            byte[] answer = new byte[0];
            if (own.get("query") == null) {
                answer = connection.query(byComment(body), format, parameters);
            } else if (body.length == 0) {
                answer = connection.query(own.get("query").getBytes(StandardCharsets.UTF_8), format, parameters);
            } else {
                // What stands in the address comes before the body, which has the data then.
                String insert = FORMAT.matcher(own.get("query")).replaceFirst("");
                connection.insert(insert.getBytes(StandardCharsets.UTF_8), format, body);
            }
            exchange.getResponseHeaders().set("X-ClickHouse-Format", format);
            exchange.getResponseHeaders().set("X-ClickHouse-Timezone", "UTC");
            exchange.getResponseHeaders().set("X-ClickHouse-Query-Id", id);
            exchange.getResponseHeaders()
                    .set(
                            "X-ClickHouse-Summary",
                            "{\"read_rows\":\"" + connection.rowsRead() + "\",\"read_bytes\":\""
                                    + connection.bytesRead() + "\"}");
            return answer;
        }
    }

    /// The library takes no id for a statement: its comment stands for it.
    private static byte[] byComment(byte[] statement) {
        String text = new String(statement, StandardCharsets.UTF_8);
        return text.startsWith(KILL)
                ? text.replace(KILL, "KILL QUERY WHERE Settings['log_comment'] =")
                        .getBytes(StandardCharsets.UTF_8)
                : statement;
    }

    private static Map<String, String> arguments(HttpExchange exchange) {
        Map<String, String> arguments = new LinkedHashMap<>();
        String query = exchange.getRequestURI().getRawQuery();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            int equals = pair.indexOf('=');
            arguments.put(
                    URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                    URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return arguments;
    }

    private static Optional<String> format(String statement) {
        Matcher format = FORMAT.matcher(statement);
        return format.find() ? Optional.of(format.group(1)) : Optional.empty();
    }

    private static void refuse(HttpExchange exchange, String message) throws IOException {
        Matcher code = CODE.matcher(message);
        int number = code.find() ? Integer.parseInt(code.group(1)) : 1002;
        exchange.getResponseHeaders().set("X-ClickHouse-Exception-Code", Integer.toString(number));
        int status = switch (number) {
            case UNKNOWN_TABLE -> 404;
            case AUTHENTICATION_FAILED -> 403;
            default -> 500;
        };
        send(exchange, status, (message + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] bytes) throws IOException {
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
