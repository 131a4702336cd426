package dev.licet.core.insight;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of an answer. What a row has no value for is null.
public record Table(List<Column> columns, List<List<@Nullable Object>> rows) {

    /// @param name as [Question] has it
    public record Column(String name, Type type) {}

    /// What the values of a column are.
    public enum Type {
        /// A [String].
        TEXT,
        /// A [Long].
        COUNT,
        /// A [java.math.BigDecimal]: a sum or a value, which can be larger than a long.
        NUMBER,
        /// A [java.math.BigDecimal] in the own unit of a currency, with all its digits.
        MONEY,
        /// A [Start].
        START
    }

    public Table {
        columns = List.copyOf(columns);
        List<List<@Nullable Object>> copies = new ArrayList<>();
        for (List<@Nullable Object> row : rows) {
            copies.add(Collections.unmodifiableList(new ArrayList<@Nullable Object>(row)));
        }
        rows = Collections.unmodifiableList(copies);
    }
}
