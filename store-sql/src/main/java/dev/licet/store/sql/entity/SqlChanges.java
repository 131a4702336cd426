package dev.licet.store.sql.entity;

import dev.licet.core.audit.Acting;
import dev.licet.core.audit.Change;
import dev.licet.core.audit.Changes;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.TokenId;
import dev.licet.core.id.UserId;
import dev.licet.core.store.VerifyReport;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The table of changes, which [ChangeLog] writes.
public final class SqlChanges implements Changes {
    private static final int AT_ONCE = 1000;
    private static final String ANOTHER_HASH = "has another hash than the one that is known";
    /// A time in what is told of a row. In no text of it: quotation marks have a backslash before them there.
    private static final Pattern TIME =
            Pattern.compile("\"([A-Za-z]*At|[a-z]*Until|at|since)\":(-?[0-9]{1,18})(?=[,}])");

    private final Database database;

    SqlChanges(Database database) {
        this.database = database;
    }

    @Override
    public List<Change> list(AccountNumber account, Query query) {
        StringBuilder where = new StringBuilder("account = ? AND id > ? AND id < ?");
        List<Object> arguments = new ArrayList<>(List.of(account.value(), query.after(), query.before()));
        query.kind().ifPresent(kind -> and(where, "kind = ?", arguments, kind));
        query.object().ifPresent(object -> and(where, "object = ?", arguments, object));
        query.from().ifPresent(from -> and(where, "at >= ?", arguments, Micros.of(from)));
        query.until().ifPresent(until -> and(where, "at < ?", arguments, Micros.of(until)));
        arguments.add(query.most());
        return database.read(sql -> sql.all(
                "SELECT * FROM change WHERE " + where + " ORDER BY id " + (query.newestFirst() ? "DESC" : "ASC")
                        + " LIMIT ?",
                SqlChanges::row,
                arguments.toArray()));
    }

    private static void and(StringBuilder where, String condition, List<Object> arguments, Object argument) {
        where.append(" AND ").append(condition);
        arguments.add(argument);
    }

    private static Change row(Row row) throws SQLException {
        ChangeLog.Entry entry = ChangeLog.Entry.of(row);
        return new Change(
                entry.id(),
                Micros.instant(entry.at()),
                new AccountNumber(entry.account()),
                new Acting.By(
                        Optional.ofNullable(entry.user()).map(UserId::new),
                        Optional.ofNullable(entry.application()).map(ApplicationId::new),
                        Optional.ofNullable(entry.token()).map(TokenId::new),
                        entry.address(),
                        entry.call(),
                        entry.request()),
                entry.kind(),
                entry.object(),
                told(entry.before()),
                told(entry.after()),
                HexFormat.of().formatHex(row.getBytes("hash")));
    }

    private static Optional<String> told(@Nullable String json) {
        return Optional.ofNullable(json)
                .map(text -> TIME.matcher(text)
                        .replaceAll(time ->
                                "\"" + time.group(1) + "\":\"" + Micros.instant(Long.parseLong(time.group(2))) + "\""));
    }

    /// Checks that each change is what was recorded, and follows the one before it.
    ///
    /// @param knownId of a change whose hash somebody kept; 0 for none @param knownHash that hash
    public static VerifyReport verify(Sql sql, long knownId, String knownHash) throws SQLException {
        long id =
                sql.first("SELECT id FROM change_let_go", row -> row.getLong(1)).orElse(0L);
        byte[] hash = sql.first("SELECT hash FROM change_let_go", row -> row.getBytes(1))
                .orElse(ChangeLog.BEGINNING);
        if (knownId > 0 && knownId < id) {
            return report(0, id, hash, Optional.of("was let go, so that it can't be compared any more"), knownId);
        }
        if (knownId > 0 && knownId == id && !HexFormat.of().formatHex(hash).equalsIgnoreCase(knownHash)) {
            return report(0, id, hash, Optional.of(ANOTHER_HASH), knownId);
        }
        long changes = 0;
        boolean sawKnown = knownId <= id;
        while (true) {
            List<Checked> some = sql.all(
                    "SELECT * FROM change WHERE id > ? ORDER BY id LIMIT ?",
                    row -> new Checked(ChangeLog.Entry.of(row), row.getBytes("hash")),
                    id,
                    AT_ONCE);
            if (some.isEmpty()) {
                String lost = "is gone, with all changes after " + id;
                return report(changes, id, hash, sawKnown ? Optional.empty() : Optional.of(lost), knownId);
            }
            for (Checked next : some) {
                Optional<String> why = next.wrong(id, hash, knownId, knownHash);
                if (why.isPresent()) {
                    return report(changes, id, hash, why, next.entry.id());
                }
                id = next.entry.id();
                hash = next.hash;
                changes++;
                sawKnown |= id == knownId;
            }
        }
    }

    private static VerifyReport report(long changes, long id, byte[] hash, Optional<String> why, long broken) {
        return new VerifyReport(
                changes, id, HexFormat.of().formatHex(hash), why.map(words -> new VerifyReport.Broken(broken, words)));
    }

    private record Checked(ChangeLog.Entry entry, byte[] hash) {
        Optional<String> wrong(long lastId, byte[] lastHash, long knownId, String knownHash) {
            if (entry.id() != lastId + 1) {
                return Optional.of("comes after " + lastId + ": changes between them are gone");
            }
            if (!Arrays.equals(entry.hash(lastHash), hash)) {
                return Optional.of("is not what was recorded");
            }
            return entry.id() == knownId && !HexFormat.of().formatHex(hash).equalsIgnoreCase(knownHash)
                    ? Optional.of(ANOTHER_HASH)
                    : Optional.empty();
        }
    }
}
