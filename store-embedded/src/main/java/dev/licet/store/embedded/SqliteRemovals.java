package dev.licet.store.embedded;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.RemovalId;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals.Asked;
import dev.licet.core.removal.SubjectHash;
import dev.licet.store.sql.entity.Micros;
import dev.licet.store.sql.entity.Row;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The tables of what was removed. They are asked before an event is added, whatever it is added from.
final class SqliteRemovals implements Removed.Source {
    private final SqliteDatabase database;
    private final String salt;
    /// No event above it is removed. Raised before what raises it is committed.
    private volatile long highest;

    SqliteRemovals(SqliteDatabase database) {
        this.database = database;
        this.salt = database.read(sql -> sql.first("SELECT salt FROM removal_salt", row -> row.getString(1))
                .orElseThrow());
        this.highest = database.read(sql -> sql.first(
                        "SELECT max(coalesce((SELECT max(up_to) FROM removal WHERE subject IS NOT NULL), 0),"
                                + " coalesce((SELECT max(event) FROM removed_event), 0))",
                        row -> row.getLong(1))
                .orElseThrow());
    }

    /// Asks for an erasure, and takes what names the same out of the log of calls.
    Removal erase(AccountNumber account, Removal.Kind kind, String name, Asked asked, long upTo) {
        SubjectHash subject = SubjectHash.of(salt, account, kind, name);
        return database.writeUnremembered(sql -> {
            raise(upTo);
            int calls = forgetCalls(sql, account, kind, name);
            long id = insert(sql, account, kind, subject.sha256(), asked, upTo, calls, null);
            return find(sql, account, new RemovalId(id)).orElseThrow();
        });
    }

    /// What is deleted here is overwritten, too.
    private static int forgetCalls(Sql sql, AccountNumber account, Removal.Kind kind, String name) throws SQLException {
        String column = switch (kind) {
            case MACHINE -> "machine";
            case KEY -> "key";
            case USER, EVENT -> "";
        };
        if (column.isEmpty()) {
            return 0;
        }
        sql.first("PRAGMA secure_delete = 1", row -> row.getInt(1));
        int forgotten =
                sql.update("DELETE FROM key_call WHERE account = ? AND " + column + " = ?", account.value(), name);
        sql.first("PRAGMA secure_delete = 0", row -> row.getInt(1));
        return forgotten;
    }

    /// Removes single events, the lowest id first. @return those that were not removed before; empty for
    /// none
    Optional<Removal> takeOut(AccountNumber account, List<Long> events, Asked asked) {
        return database.writeUnremembered(sql -> {
            List<Long> fresh = new ArrayList<>();
            for (long event : events) {
                if (sql.first("SELECT 1 FROM removed_event WHERE event = ?", row -> 1, event)
                        .isEmpty()) {
                    fresh.add(event);
                }
            }
            if (fresh.isEmpty()) {
                return Optional.empty();
            }
            raise(fresh.getLast());
            long id = insert(sql, account, Removal.Kind.EVENT, null, asked, fresh.getLast(), 0, fresh.size());
            for (long event : fresh) {
                sql.update("INSERT INTO removed_event VALUES (?, ?)", event, id);
            }
            return find(sql, account, new RemovalId(id));
        });
    }

    private void raise(long to) {
        highest = Math.max(highest, to); // by the database's one writer
    }

    private static long insert(
            Sql sql,
            AccountNumber account,
            Removal.Kind kind,
            @Nullable String subject,
            Asked asked,
            long upTo,
            int calls,
            @Nullable Integer events)
            throws SQLException {
        return sql.insert(
                """
                INSERT INTO removal (account, kind, subject, reason, asked_by, asked_at, up_to, calls, events)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                account.value(),
                kind.label(),
                subject,
                asked.reason(),
                asked.by(),
                Micros.of(asked.at()),
                upTo,
                calls,
                events);
    }

    /// Of an erasure from when it was counted on: what is loaded before that counts, and goes with the
    /// others.
    @Override
    public Removed of(IdRange ids) {
        if (ids.first() > highest) {
            return Removed.NOTHING;
        }
        return database.read(sql -> new Removed(
                salt,
                sql.all(
                        "SELECT event FROM removed_event WHERE event BETWEEN ? AND ?",
                        row -> row.getLong(1),
                        ids.first(),
                        ids.last()),
                sql.all(
                        "SELECT * FROM removal WHERE subject IS NOT NULL AND events IS NOT NULL AND up_to >= ?",
                        SqliteRemovals::erasure,
                        ids.first())));
    }

    private static Removed.Erasure erasure(Row row) throws SQLException {
        return new Removed.Erasure(row.getLong("id"), kind(row), row.getString("subject"), row.getLong("up_to"));
    }

    private static Removal.Kind kind(Row row) throws SQLException {
        return Removal.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT));
    }

    /// Whether anything of an erasure is left to do.
    boolean isPending() {
        return database.read(sql -> sql.first("SELECT 1 FROM removal WHERE done_at IS NULL LIMIT 1", row -> 1)
                .isPresent());
    }

    /// What is left to do: erasures, and voids that a crash left.
    Removed pending() {
        return database.read(sql -> new Removed(
                salt,
                sql.all(
                        "SELECT event FROM removed_event JOIN removal ON removal.id = removal WHERE done_at IS NULL",
                        row -> row.getLong(1)),
                sql.all(
                        "SELECT * FROM removal WHERE subject IS NOT NULL AND done_at IS NULL",
                        SqliteRemovals::erasure)));
    }

    /// What an erasure found. @param first when the first of them was received; empty for none
    record Found(long events, Optional<Instant> first, Optional<Instant> last) {
        static final Found NONE = new Found(0, Optional.empty(), Optional.empty());
    }

    /// Notes what it found, before that goes; what was found before a crash stays.
    void found(long removal, Found found) {
        database.writeUnremembered(sql -> sql.update(
                "UPDATE removal SET events = ?, first_at = ?, last_at = ? WHERE id = ? AND events IS NULL",
                found.events(),
                Micros.of(found.first()),
                Micros.of(found.last()),
                removal));
    }

    /// Notes files that were given up or written anew for all of these.
    void touched(Removed removed, int archiveFiles, int journalFiles) {
        database.writeUnremembered(sql -> {
            for (Removed.Erasure erasure : removed.erasures()) {
                sql.update(
                        "UPDATE removal SET archive_files = archive_files + ?, journal_files = journal_files + ?"
                                + " WHERE id = ?",
                        archiveFiles,
                        journalFiles,
                        erasure.removal());
            }
            return 0;
        });
    }

    /// Nothing of these is left. @param unreadFiles of which nobody knows what they have
    void done(Removed removed, int unreadFiles, Instant at) {
        database.writeUnremembered(sql -> {
            for (Removed.Erasure erasure : removed.erasures()) {
                sql.update(
                        "UPDATE removal SET done_at = ?, unread_files = ? WHERE id = ?",
                        Micros.of(at),
                        unreadFiles,
                        erasure.removal());
            }
            return 0;
        });
    }

    /// These single events are in no answer any more.
    void takenOut(List<Long> events, Instant at) {
        database.writeUnremembered(sql -> {
            for (long event : events) {
                sql.update(
                        "UPDATE removal SET done_at = ? WHERE done_at IS NULL AND id ="
                                + " (SELECT removal FROM removed_event WHERE event = ?)",
                        Micros.of(at),
                        event);
            }
            return 0;
        });
    }

    Optional<Removal> find(AccountNumber account, RemovalId id) {
        return database.read(sql -> find(sql, account, id));
    }

    private Optional<Removal> find(Sql sql, AccountNumber account, RemovalId id) throws SQLException {
        return list(sql, account, id.value() - 1, 1).stream()
                .filter(removal -> removal.id().equals(id))
                .findFirst();
    }

    List<Removal> list(AccountNumber account, long after, int most) {
        return database.read(sql -> list(sql, account, after, most));
    }

    private List<Removal> list(Sql sql, AccountNumber account, long after, int most) throws SQLException {
        List<Removal> bare = sql.all(
                "SELECT * FROM removal WHERE account = ? AND id > ? ORDER BY id LIMIT ?",
                this::removal,
                account.value(),
                after,
                most);
        List<Removal> all = new ArrayList<>(bare.size());
        for (Removal removal : bare) {
            all.add(removal.kind() == Removal.Kind.EVENT ? withEvents(sql, removal) : removal);
        }
        return all;
    }

    private static Removal withEvents(Sql sql, Removal bare) throws SQLException {
        List<Long> events = sql.all(
                "SELECT event FROM removed_event WHERE removal = ? ORDER BY event",
                row -> row.getLong(1),
                bare.id().value());
        return new Removal(
                bare.id(),
                bare.account(),
                bare.kind(),
                bare.subject(),
                bare.reason(),
                bare.by(),
                bare.askedAt(),
                bare.upTo(),
                events,
                bare.calls(),
                bare.done());
    }

    private Removal removal(Row row) throws SQLException {
        Optional<Instant> doneAt = Micros.optional(row, "done_at");
        Optional<Instant> first = Micros.optional(row, "first_at");
        Optional<Instant> last = Micros.optional(row, "last_at");
        long events = row.getLong("events");
        int archiveFiles = row.getInt("archive_files");
        int journalFiles = row.getInt("journal_files");
        int unreadFiles = row.getInt("unread_files");
        return new Removal(
                new RemovalId(row.getLong("id")),
                new AccountNumber(row.getLong("account")),
                kind(row),
                Optional.ofNullable(row.getString("subject")).map(hash -> new SubjectHash(salt, hash)),
                row.getString("reason"),
                row.getString("asked_by"),
                Micros.instant(row, "asked_at"),
                row.getLong("up_to"),
                List.of(),
                row.getInt("calls"),
                doneAt.map(at -> new Removal.Done(at, events, first, last, archiveFiles, journalFiles, unreadFiles)));
    }
}
