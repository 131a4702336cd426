package dev.licet.store.postgres;

import dev.licet.core.checkup.Finding;
import java.sql.SQLException;
import java.util.function.Consumer;
import javax.sql.DataSource;

/// What is tried in a schema that is thrown away.
@FunctionalInterface
public interface SchemaTrial {
    /// Takes few connections at a time, since servers may have the others.
    int READERS = 2;

    /// @param one connections that are in the schema @param other more of them, of another time zone
    void in(DataSource one, DataSource other, Consumer<Finding> tell) throws SQLException;
}
