package dev.licet.core.store;

import java.util.List;

/// What a move has brought from one store to another.
public record MoveReport(List<Table> tables) {
    public MoveReport {
        tables = List.copyOf(tables);
    }

    /// How many rows of a kind there are in the source, and in the target.
    public record Table(String name, long source, long target) {
        public boolean isWhole() {
            return source == target;
        }
    }

    /// Whether each table has as many rows as in the source. Else the move is not finished.
    public boolean isWhole() {
        return tables.stream().allMatch(Table::isWhole);
    }
}
