package dev.licet.store.sql;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;

import dev.licet.core.insight.Field.Column;
import java.time.LocalDateTime;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/// The table of events, as every engine has it.
final class EventColumns {
    static final Table<?> EVENT = DSL.table(name("event"));
    static final Field<Long> ID = column("id", SQLDataType.BIGINT);
    static final Field<Long> ACCOUNT = column("account", SQLDataType.BIGINT);
    static final Field<LocalDateTime> HAPPENED_AT = column("happened_at", SQLDataType.LOCALDATETIME);
    static final Field<LocalDateTime> RECEIVED_AT = column("received_at", SQLDataType.LOCALDATETIME);
    static final Field<Long> PRODUCT = column("product", SQLDataType.BIGINT);
    static final Field<String> KEY = column("key", SQLDataType.VARCHAR);
    static final Field<Long> VALUE = column("value", SQLDataType.BIGINT);
    static final Field<String> CURRENCY = column("currency", SQLDataType.VARCHAR);
    static final Field<String> METADATA = column("metadata", SQLDataType.VARCHAR);

    private EventColumns() {}

    private static <T> Field<T> column(String name, DataType<T> type) {
        return field(name(name), type);
    }

    static Field<String> text(Column column) {
        return column(
                switch (column) {
                    case NAME -> "name";
                    case FEATURE -> "feature";
                    case KEY -> "key";
                    case MACHINE -> "machine";
                    case USER -> "end_user";
                    case SESSION -> "session";
                    case SOURCE -> "source";
                    case CURRENCY -> "currency";
                    case PRODUCT, APPLICATION, VALUE -> throw new IllegalArgumentException(column + " has numbers");
                },
                SQLDataType.VARCHAR);
    }

    static Field<Long> number(Column column) {
        return switch (column) {
            case PRODUCT -> PRODUCT;
            case VALUE -> VALUE;
            case APPLICATION -> column("application", SQLDataType.BIGINT);
            default -> throw new IllegalArgumentException(column + " has texts");
        };
    }
}
