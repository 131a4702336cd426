package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.ERROR;

import com.clickhouse.client.api.ClickHouseException;
import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ConnectionInitiationException;
import com.clickhouse.client.api.DataStreamWriter;
import com.clickhouse.client.api.DataTransferException;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.data_formats.ClickHouseBinaryFormatReader;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import dev.licet.core.Unavailable;
import dev.licet.store.sql.Fault;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Statements to ClickHouse by its HTTP interface: to one of its addresses, and to the next when that can't be
/// reached or can't do it now, which a statement here has to bear. Safe for threads.
public final class ClickHouse implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ClickHouse.class.getName());
    private static final Duration SOON = Duration.ofSeconds(2);
    /// What who waits has more than the server, which knows better why something takes too long.
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private static final int CONNECTIONS = 2 * Runtime.getRuntime().availableProcessors() + 2;

    /// What is wrong with one server and may not be with the next: too many statements, no connection to
    /// others of its cluster, a table that is read-only while its keeper is away, too few replicas, an insert
    /// whose end is not known.
    private static final Set<Integer> OF_ONE_SERVER = Set.of(202, 203, 209, 210, 236, 242, 279, 285, 319, 999);

    private static final int TIMEOUT_EXCEEDED = 159;

    private static final String LONGEST_STATEMENT = Integer.toString(16 << 20);

    /// Absence is a value, joins find nothing as nothing, names are those of columns, and times before 1970
    /// are times. An answer begins when the statement has ended, so that it is whole or an error.
    static final Map<String, String> OF_QUESTIONS = Map.of(
            "join_use_nulls", "1",
            "prefer_column_name_to_alias", "1",
            "enable_extended_results_for_datetime_functions", "1",
            "aggregate_functions_null_for_empty", "1",
            "max_query_size", LONGEST_STATEMENT,
            "wait_end_of_query", "1");

    /// All rows of an insert are one block, of however many days, whatever the server's own settings are: what is sent
    /// again is
    /// known again by its blocks. It is stored when it is answered.
    static final Map<String, String> OF_INSERTS = Map.of(
            "async_insert", "0",
            "input_format_parallel_parsing", "0",
            "max_insert_block_size", Integer.toString(EventTable.MOST_ROWS),
            "max_insert_threads", "1",
            "max_partitions_per_insert_block", "0",
            "insert_deduplicate", "1",
            "distributed_foreground_insert", "1",
            "wait_end_of_query", "1");

    /// What is changed is changed when it is answered.
    private static final Map<String, String> OF_CHANGES = Map.of(
            "mutations_sync", "2",
            "lightweight_deletes_sync", "2",
            "alter_sync", "2",
            "distributed_foreground_insert", "1",
            "max_query_size", LONGEST_STATEMENT);

    /// How to reach it.
    ///
    /// @param addresses of replicas, all with the same events: `http://host:8123` or `https://host:8443`
    /// @param connecting how long that may take @param timeout how long a statement may
    /// @param unhurried how long one may that no caller waits for
    public record Settings(
            List<URI> addresses,
            String database,
            String user,
            Optional<String> password,
            Duration connecting,
            Duration timeout,
            Duration unhurried) {
        public Settings {
            addresses = List.copyOf(addresses);
            if (addresses.isEmpty()) {
                throw new IllegalArgumentException("ClickHouse needs an address");
            }
        }

        /// With one address alone. @param timeout of a statement
        Settings at(URI address, Duration timeout) {
            return new Settings(List.of(address), database, user, password, connecting, timeout, timeout);
        }

        Settings inside(String database) {
            return new Settings(addresses, database, user, password, connecting, timeout, unhurried);
        }

        @Override
        public String toString() {
            return database + " of " + user + " at " + addresses;
        }
    }

    /// A statement. @param sql with a `?` for each argument, and none else if there are any
    /// @param id by which it can be [killed][#kill]
    record Statement(String sql, List<?> arguments, Optional<String> id, Duration timeout) {
        /// With a name for each `?`, as ClickHouse has it: the values never become a part of the statement.
        private String named() {
            if (arguments.isEmpty()) {
                return sql;
            }
            StringBuilder named = new StringBuilder(sql.length() + 16 * arguments.size());
            int argument = 0;
            for (int i = 0; i < sql.length(); i++) {
                char c = sql.charAt(i);
                if (c == '?') {
                    String type = type(arguments.get(argument));
                    named.append("{a").append(argument).append(':').append(type).append('}');
                    argument++;
                } else {
                    named.append(c);
                }
            }
            if (argument != arguments.size()) {
                throw new IllegalArgumentException(argument + " places for " + arguments.size() + " arguments");
            }
            return named.toString();
        }

        private static String type(Object argument) {
            return switch (argument) {
                case Long ignored -> "Int64";
                case String ignored -> "String";
                case List<?> ignored -> "Array(Int64)";
                default -> throw new IllegalArgumentException("no argument of a statement: " + argument.getClass());
            };
        }

        private Map<String, Object> values() {
            Map<String, Object> values = new HashMap<>();
            for (int i = 0; i < arguments.size(); i++) {
                Object argument = arguments.get(i);
                values.put("a" + i, argument instanceof String text ? escaped(text) : argument.toString());
            }
            return values;
        }

        /// As the text of one field, which ends at a tab or a line's end.
        private static String escaped(String text) {
            StringBuilder escaped = new StringBuilder(text.length() + 8);
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                switch (c) {
                    case '\\' -> escaped.append("\\\\");
                    case '\t' -> escaped.append("\\t");
                    case '\n' -> escaped.append("\\n");
                    case '\r' -> escaped.append("\\r");
                    case 0 -> escaped.append("\\0");
                    default -> escaped.append(c);
                }
            }
            return escaped.toString();
        }
    }

    /// A row of an answer. @see #number for columns that always have one
    @FunctionalInterface
    interface Row {
        /// @param column from 1 on
        @Nullable
        Object get(int column);

        default long number(int column) {
            return get(column) instanceof Number number ? number.longValue() : 0;
        }

        default Optional<Long> optionalNumber(int column) {
            return get(column) == null ? Optional.empty() : Optional.of(number(column));
        }

        default Optional<String> text(int column) {
            return Optional.ofNullable((String) get(column));
        }
    }

    private final List<Client> clients;
    private final Duration timeout;
    private final Duration unhurried;
    private final Fault fault;
    /// The one that answered last.
    private volatile int current;

    ClickHouse(Settings settings) {
        this(
                settings.addresses().stream()
                        .map(address -> client(address, settings))
                        .toList(),
                settings.timeout(),
                settings.unhurried(),
                new Fault());
    }

    private ClickHouse(List<Client> clients, Duration timeout, Duration unhurried, Fault fault) {
        this.clients = clients;
        this.timeout = timeout;
        this.unhurried = unhurried;
        this.fault = fault;
    }

    /// The same for statements that no caller waits for. It need not be closed.
    ClickHouse unhurried() {
        return new ClickHouse(clients, unhurried, unhurried, fault);
    }

    /// One for each address: a client of several would ask the first alone.
    private static Client client(URI address, Settings settings) {
        return new Client.Builder()
                .addEndpoint(address.toString())
                .setDefaultDatabase(settings.database())
                .setUsername(settings.user())
                .setPassword(settings.password().orElse(""))
                .setConnectTimeout(settings.connecting().toMillis())
                .setConnectionRequestTimeout(settings.timeout().toMillis(), ChronoUnit.MILLIS)
                .setSocketTimeout(settings.timeout().plus(MARGIN).toMillis())
                .setMaxConnections(CONNECTIONS)
                .compressServerResponse(false)
                .setMaxRetries(0)
                .build();
    }

    /// Asks a question. @param read makes something of each row
    <T> List<T> ask(String sql, List<?> arguments, Function<Row, T> read) {
        return ask(new Statement(sql, arguments, Optional.empty(), timeout), read);
    }

    <T> List<T> ask(Statement statement, Function<Row, T> read) {
        return anywhere(client -> {
            QuerySettings settings = settings(statement);
            OF_QUESTIONS.forEach(settings::serverSetting);
            try (QueryResponse response = client.query(statement.named(), statement.values(), settings)
                            .get();
                    ClickHouseBinaryFormatReader reader = client.newBinaryFormatReader(response)) {
                List<T> found = new ArrayList<>();
                while (reader.next() != null) {
                    found.add(read.apply(reader::readValue));
                }
                return found;
            }
        });
    }

    private static QuerySettings settings(Statement statement) {
        QuerySettings settings = new QuerySettings();
        statement.id().ifPresent(settings::setQueryId);
        settings.setNetworkTimeout(statement.timeout().plus(MARGIN).toMillis(), ChronoUnit.MILLIS);
        settings.serverSetting(
                "max_execution_time",
                Long.toString(Math.max(1, statement.timeout().toSeconds())));
        return settings;
    }

    /// Runs a statement that has no rows. It is done, on all replicas, when this returns.
    void run(String sql, Object... arguments) {
        run(Map.of(), sql, arguments);
    }

    /// @param more settings
    void run(Map<String, String> more, String sql, Object... arguments) {
        Statement statement = new Statement(sql, List.of(arguments), Optional.empty(), timeout);
        anywhere(client -> {
            QuerySettings settings = settings(statement);
            OF_CHANGES.forEach(settings::serverSetting);
            more.forEach(settings::serverSetting);
            settings.serverSetting("insert_quorum_timeout", Long.toString(timeout.toMillis()));
            client.query(statement.named(), statement.values(), settings).get().close();
            return true;
        });
    }

    /// Runs a statement that does something else the second time, at one address. It has ended when this returns,
    /// as far as that can be told. Where it is answered that the server is busy, the client sends it a second time,
    /// which who asks has to notice.
    void runOnce(String sql) {
        String id = UUID.randomUUID().toString();
        Statement statement = new Statement(sql, List.of(), Optional.of(id), timeout);
        QuerySettings settings = settings(statement)
                .serverSetting("max_query_size", LONGEST_STATEMENT)
                .serverSetting("distributed_foreground_insert", "1");
        try {
            clients.get(current)
                    .query(statement.named(), statement.values(), settings)
                    .get()
                    .close();
            fault.isOver();
        } catch (Exception e) {
            Unavailable failure = unavailable(cause(e));
            try {
                kill(id);
            } catch (Unavailable hasGone) {
                failure.addSuppressed(hasGone);
            }
            throw failure;
        }
    }

    /// Inserts rows as one block.
    ///
    /// @param rows in `RowBinary` @param token the same rows with the same one are there once
    /// @param more settings
    void insert(String table, List<String> columns, ByteBuffer rows, String token, Map<String, String> more) {
        anywhere(client -> {
            InsertSettings settings = new InsertSettings().setDeduplicationToken(token);
            OF_INSERTS.forEach(settings::serverSetting);
            more.forEach(settings::serverSetting);
            settings.serverSetting("insert_quorum_timeout", Long.toString(timeout.toMillis()));
            // Written anew each time: the client sends it a second time when it is answered that the server is busy.
            DataStreamWriter body =
                    out -> out.write(rows.array(), rows.arrayOffset() + rows.position(), rows.remaining());
            try (InsertResponse done = client.insert(table, columns, body, ClickHouseFormat.RowBinary, settings)
                    .get()) {
                return true;
            }
        });
    }

    /// Ends a statement that runs, if it still does.
    void kill(String id) {
        run("KILL QUERY WHERE query_id = ? ASYNC", id);
    }

    /// What is wrong; empty when it answers.
    Optional<String> check() {
        try {
            ask("SELECT 1", List.of(), row -> row.number(1));
            return Optional.empty();
        } catch (Unavailable e) {
            return Optional.of("ClickHouse does not answer");
        }
    }

    @FunctionalInterface
    private interface Attempt<T> {
        T on(Client client) throws Exception;
    }

    private <T> T anywhere(Attempt<T> attempt) {
        int first = current;
        for (int i = 0; ; i++) {
            int at = (first + i) % clients.size();
            try {
                T answer = attempt.on(clients.get(at));
                current = at;
                fault.isOver();
                return answer;
            } catch (Exception e) {
                Exception why = cause(e);
                if (i == clients.size() - 1 || !mayPassElsewhere(why)) {
                    throw unavailable(why);
                }
            }
        }
    }

    private static Exception cause(Exception e) {
        return e instanceof ExecutionException && e.getCause() instanceof Exception cause ? cause : e;
    }

    private static boolean mayPassElsewhere(Exception e) {
        return switch (e) {
            case ServerException server -> OF_ONE_SERVER.contains(server.getCode());
            case ConnectionInitiationException ignored -> true;
            case DataTransferException broken -> !(broken.getCause() instanceof SocketTimeoutException);
            case ClickHouseException ignored -> true; // such as an answer that ends too early
            default -> false;
        };
    }

    private Unavailable unavailable(Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        } else if (e instanceof ServerException server && server.getCode() == TIMEOUT_EXCEEDED) {
            return new Unavailable("the question took too long", SOON, e);
        } else if (fault.happened(e.getMessage() == null ? e.toString() : e.getMessage())) {
            LOG.log(ERROR, "ClickHouse fails; this is told once until it answers again", e);
        }
        return new Unavailable("the events can't be reached now", SOON, e);
    }

    @Override
    public void close() {
        clients.forEach(Client::close);
    }
}
