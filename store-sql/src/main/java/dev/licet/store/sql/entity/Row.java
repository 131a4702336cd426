package dev.licet.store.sql.entity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;

/// The row that a query of [Sql] is at, with the types that the tables have. Where a column stands is looked up once a
/// statement: the driver would ask the engine for the names of all columns each time that a statement is run.
public final class Row {
    private final ResultSet rows;
    /// Of the statement, from one run to the next.
    private final Map<String, Integer> places;
    private final String prefix;

    Row(ResultSet rows, Map<String, Integer> places) {
        this(rows, places, "");
    }

    private Row(ResultSet rows, Map<String, Integer> places, String prefix) {
        this.rows = rows;
        this.places = places;
        this.prefix = prefix;
    }

    /// The same row as one of its columns whose names begin so, for what is read of two tables at once.
    public Row of(String prefix) {
        return new Row(rows, places, prefix);
    }

    private int place(String name) throws SQLException {
        String column = prefix + name;
        Integer known = places.get(column);
        if (known != null) {
            return known;
        }
        int place = rows.findColumn(column);
        places.put(column, place);
        return place;
    }

    public long getLong(String column) throws SQLException {
        return rows.getLong(place(column));
    }

    public long getLong(int column) throws SQLException {
        return rows.getLong(column);
    }

    public int getInt(String column) throws SQLException {
        return rows.getInt(place(column));
    }

    public int getInt(int column) throws SQLException {
        return rows.getInt(column);
    }

    public boolean getBoolean(String column) throws SQLException {
        return rows.getBoolean(place(column));
    }

    /// @return null where the table may have none
    @SuppressWarnings("NullAway") // which columns are NOT NULL is known to the tables alone
    public String getString(String column) throws SQLException {
        return rows.getString(place(column));
    }

    @SuppressWarnings("NullAway") // as above
    public String getString(int column) throws SQLException {
        return rows.getString(column);
    }

    @SuppressWarnings("NullAway") // as above
    public byte[] getBytes(String column) throws SQLException {
        return rows.getBytes(place(column));
    }

    @SuppressWarnings("NullAway") // as above
    public byte[] getBytes(int column) throws SQLException {
        return rows.getBytes(column);
    }

    /// Whether what was read last was NULL.
    public boolean wasNull() throws SQLException {
        return rows.wasNull();
    }
}
