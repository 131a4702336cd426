package dev.licet.store.postgres;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.store.sql.EventSelection;
import dev.licet.store.sql.entity.Micros;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;

/// Events as rows of the table `event`.
final class EventRows {
    /// The columns in the order of [#copied].
    static final String COPIED = "event (received_at, account, source, client_id, happened_us, happened_at, name,"
            + " feature, product, key, machine, end_user, session, \"user\", application, value, currency, metadata,"
            + " is_json, id)";

    private static final int COLUMNS = 20;

    static final String SELECT =
            "SELECT *, cast(extract(epoch from received_at) * 1000000 as bigint) AS received_us FROM event WHERE ";

    private static final JsonFactory JSON = new JsonFactory();

    static final EventSelection.Words WORDS = new EventSelection.Words(
            "happened_us >= ?", "happened_us < ?", "strpos(metadata, ?) > 0", Texts::stored, Micros::of);

    private EventRows() {}

    /// Rows in the order of their ids; ends early once their metadata has so many characters.
    static List<RecordedEvent> find(
            Connection connection, EventSelection selection, boolean upwards, int limit, long enough)
            throws SQLException {
        List<RecordedEvent> found = new ArrayList<>();
        long characters = 0;
        try (PreparedStatement statement = selection.prepare(
                connection, SELECT, " ORDER BY id " + (upwards ? "ASC" : "DESC") + " LIMIT " + limit)) {
            statement.setFetchSize(1000);
            try (ResultSet rows = statement.executeQuery()) {
                while (characters < enough && rows.next()) {
                    RecordedEvent row = read(rows);
                    found.add(row);
                    characters += row.event().metadata().map(String::length).orElse(0);
                }
            }
        }
        return found;
    }

    /// All of a row but its id, which comes last and ends it.
    static byte[] copied(UsageEvent event, Instant receivedAt) {
        long micros = Micros.of(event.at());
        return new CopyRow(COLUMNS)
                .add(receivedAt)
                .add(event.account().value())
                .add(event.source())
                .add(event.clientId())
                .add(micros)
                .add(event.at())
                .add(event.name())
                .add(event.feature())
                .add(number(event.product().map(ProductId::value)))
                .add(event.key())
                .add(event.machine())
                .add(event.endUser())
                .add(event.session())
                .add(number(event.user().map(UserId::value)))
                .add(number(event.application().map(ApplicationId::value)))
                .add(event.value())
                .add(event.currency())
                .add(event.metadata())
                .add(event.metadata().isPresent() && isJson(event.metadata().get()))
                .bytes();
    }

    /// The id, which ends a row.
    static byte[] end(long id) {
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(Long.BYTES)
                .putLong(id)
                .array();
    }

    private static OptionalLong number(Optional<Long> value) {
        return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
    }

    /// Whether PostgreSQL can look into it: neither can it where a text has a zero character or half of a pair.
    private static boolean isJson(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            int depth = 0;
            do {
                JsonToken token = parser.currentToken();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (!canBeRead(parser, token)) {
                    return false;
                }
                if (depth == 0) {
                    return parser.nextToken() == null;
                }
            } while (parser.nextToken() != null);
            return false;
        } catch (JacksonException notJson) {
            return false;
        }
    }

    private static boolean canBeRead(JsonParser parser, JsonToken token) {
        if (token != JsonToken.VALUE_STRING && token != JsonToken.PROPERTY_NAME) {
            return true;
        }
        String text = parser.getString();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    static RecordedEvent read(ResultSet row) throws SQLException {
        return new RecordedEvent(
                row.getLong("id"),
                Micros.instant(row.getLong("received_us")),
                new UsageEvent(
                        new AccountNumber(row.getLong("account")),
                        Texts.read(row.getString("source")),
                        text(row, "client_id"),
                        Micros.instant(row.getLong("happened_us")),
                        text(row, "name"),
                        text(row, "feature"),
                        number(row, "product").map(ProductId::new),
                        text(row, "key"),
                        text(row, "machine"),
                        text(row, "end_user"),
                        text(row, "session"),
                        number(row, "user").map(UserId::new),
                        number(row, "application").map(ApplicationId::new),
                        number(row, "value").map(OptionalLong::of).orElseGet(OptionalLong::empty),
                        text(row, "currency"),
                        text(row, "metadata")));
    }

    private static Optional<String> text(ResultSet row, String column) throws SQLException {
        @Nullable String text = row.getString(column);
        return Optional.ofNullable(text).map(Texts::read);
    }

    private static Optional<Long> number(ResultSet row, String column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(number);
    }
}
