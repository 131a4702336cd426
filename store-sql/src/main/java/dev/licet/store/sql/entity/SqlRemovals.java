package dev.licet.store.sql.entity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.RemovalId;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals.Asked;
import dev.licet.core.removal.SubjectHash;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The tables of what was removed; the events themselves are the engine's. Safe for threads.
public class SqlRemovals {
    private final Database database;
    private final String salt;

    public SqlRemovals(Database database) {
        this.database = database;
        this.salt = database.read(sql -> sql.first("SELECT salt FROM removal_salt", row -> row.getString(1))
                .orElseThrow());
    }

    /// Of the hashes.
    public final String salt() {
        return salt;
    }

    /// Is told by the writer, before a removal of events up to this one is committed.
    protected void decided(long upTo) {}

    /// Deletes rows of which nothing should be left. @return how many
    protected int forget(Sql sql, String delete, Object... arguments) throws SQLException {
        return sql.update(delete, arguments);
    }

    /// Asks for an erasure, and takes what names the same out of the log of calls.
    public Removal erase(AccountNumber account, Removal.Kind kind, String name, Asked asked, long upTo) {
        SubjectHash subject = SubjectHash.of(salt, account, kind, name);
        return database.writeUnremembered(sql -> {
            decided(upTo);
            int calls = forgetCalls(sql, account, kind, name);
            long id = insert(sql, account, kind, subject.sha256(), asked, upTo, calls, null);
            return find(sql, account, new RemovalId(id)).orElseThrow();
        });
    }

    private int forgetCalls(Sql sql, AccountNumber account, Removal.Kind kind, String name) throws SQLException {
        String column = switch (kind) {
            case MACHINE -> "machine";
            case KEY -> "key";
            case USER, EVENT -> "";
        };
        if (column.isEmpty()) {
            return 0;
        }
        return forget(sql, "DELETE FROM key_call WHERE account = ? AND " + column + " = ?", account.value(), name);
    }

    /// Removes single events, the lowest id first. @return those that were not removed before; empty for
    /// none
    public Optional<Removal> takeOut(AccountNumber account, List<Long> events, Asked asked) {
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
            decided(fresh.getLast());
            long id = insert(sql, account, Removal.Kind.EVENT, null, asked, fresh.getLast(), 0, fresh.size());
            for (long event : fresh) {
                sql.update("INSERT INTO removed_event VALUES (?, ?)", event, id);
            }
            return find(sql, account, new RemovalId(id));
        });
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

    /// What an erasure found. @param first when the first of them was received; empty for none
    public record Found(long events, Optional<Instant> first, Optional<Instant> last) {
        public static final Found NONE = new Found(0, Optional.empty(), Optional.empty());
    }

    /// Notes what it found, before that goes; what was found before a crash stays.
    public void found(long removal, Found found) {
        database.writeUnremembered(sql -> sql.update(
                "UPDATE removal SET events = ?, first_at = ?, last_at = ? WHERE id = ? AND events IS NULL",
                found.events(),
                Micros.of(found.first()),
                Micros.of(found.last()),
                removal));
    }

    /// Notes files that were given up or written anew for all of these.
    public void touched(List<Long> removals, int archiveFiles, int journalFiles) {
        database.writeUnremembered(sql -> {
            for (long removal : removals) {
                sql.update(
                        "UPDATE removal SET archive_files = archive_files + ?, journal_files = journal_files + ?"
                                + " WHERE id = ?",
                        archiveFiles,
                        journalFiles,
                        removal);
            }
            return 0;
        });
    }

    /// Nothing of these is left. @param unreadFiles of which nobody knows what they have
    public void done(List<Long> removals, int unreadFiles, Instant at) {
        database.writeUnremembered(sql -> {
            for (long removal : removals) {
                sql.update(
                        "UPDATE removal SET done_at = ?, unread_files = ? WHERE id = ?",
                        Micros.of(at),
                        unreadFiles,
                        removal);
            }
            return 0;
        });
    }

    /// These single events are in no answer any more.
    public void takenOut(List<Long> events, Instant at) {
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

    public Optional<Removal> find(AccountNumber account, RemovalId id) {
        return database.read(sql -> find(sql, account, id));
    }

    private Optional<Removal> find(Sql sql, AccountNumber account, RemovalId id) throws SQLException {
        return list(sql, account, id.value() - 1, 1).stream()
                .filter(removal -> removal.id().equals(id))
                .findFirst();
    }

    public List<Removal> list(AccountNumber account, long after, int most) {
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

    protected static Removal.Kind kind(Row row) throws SQLException {
        return Removal.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT));
    }
}
