package dev.licet.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBDriver;

/// DuckDB's own way to make a Parquet file of an event table: `TABLE FILE` prints how many seconds its COPY takes the
/// second time. It has the memory and the threads that a server gives it.
public final class TableCopy {
    private TableCopy() {}

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[1]);
        Properties settings = new Properties();
        settings.setProperty("memory_limit", "1GiB");
        settings.setProperty("duckdb.read_only", "true");
        try (Connection connection = new DuckDBDriver().connect("jdbc:duckdb:" + arguments[0], settings)) {
            copy(connection, file);
            Files.delete(file);
            long began = System.nanoTime();
            copy(connection, file);
            System.out.println((System.nanoTime() - began) / 1e9);
        }
    }

    private static void copy(Connection connection, Path file) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("COPY event TO '" + file + "' (FORMAT parquet, COMPRESSION zstd)");
        }
    }
}
