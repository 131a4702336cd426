package dev.licet.store.embedded;

import dev.licet.core.event.ExportedRows;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// The rows of a Parquet file, by a DuckDB in memory that reads no more of it than is asked for.
final class ParquetRows implements ExportedRows {
    private static final String MEMORY = "512MiB";

    private final Path file;
    private final DuckDBConnection connection;
    private final Statement statement;
    private final List<String> columns = new ArrayList<>();
    private final long total;
    private final ResultSet rows;

    private ParquetRows(Path file, DuckDBConnection connection) throws SQLException {
        this.file = file;
        this.connection = connection;
        this.statement = connection.createStatement();
        this.total = EventTable.number(connection, "SELECT count(*) FROM " + Archive.rows(file));
        List<String> texts = new ArrayList<>();
        try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + Archive.rows(file))) {
            while (described.next()) {
                String name = described.getString(1);
                columns.add(name);
                texts.add(text('"' + name.replace("\"", "\"\"") + '"', described.getString(2)));
            }
        }
        this.rows = statement.executeQuery("SELECT " + String.join(", ", texts) + " FROM " + Archive.rows(file));
    }

    private static String text(String column, String type) {
        return type.startsWith("TIMESTAMP")
                ? "strftime(" + column + "::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%fZ')"
                : column + "::VARCHAR";
    }

    static ParquetRows open(Path file) throws IOException {
        Properties settings = new Properties();
        settings.setProperty("memory_limit", MEMORY);
        settings.setProperty("threads", "1"); // the other end of the import needs the rest
        settings.setProperty("autoinstall_known_extensions", "false"); // nothing is fetched
        settings.setProperty("jdbc_stream_results", "true");
        try {
            DuckDBConnection connection = DuckDBConnection.newConnection("jdbc:duckdb:", false, settings);
            try {
                return new ParquetRows(file, connection);
            } catch (Throwable e) {
                connection.close();
                throw e;
            }
        } catch (Exception e) {
            throw unreadable(file, e);
        }
    }

    private static IOException unreadable(Path file, Exception why) {
        return new IOException(file + " can't be read as Parquet: " + why.getMessage(), why);
    }

    @Override
    public long total() {
        return total;
    }

    @Override
    public Optional<Map<String, String>> next() throws IOException {
        try {
            if (!rows.next()) {
                return Optional.empty();
            }
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                @Nullable String text = rows.getString(i + 1);
                if (text != null) {
                    row.put(columns.get(i), text);
                }
            }
            return Optional.of(row);
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            statement.close();
            connection.close();
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
    }
}
