package dev.licet.store.sql.entity;

import dev.licet.core.audit.Acting;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.TokenId;
import dev.licet.core.id.UserId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes the record of changes: triggers on the tables of [Audited] tell it what changed, and the [SingleWriter] has
/// it
/// write that in the same savepoint, so that neither is there without the other. For the one thread that
/// writes.
public final class ChangeLog {
    static final byte[] BEGINNING = new byte[32];

    /// So many changes later, as many again as are old enough are let go.
    private static final int LET_GO_EVERY = 500;

    private record Seen(
            String kind,
            long account,
            String object,
            @Nullable String before,
            @Nullable String after) {}

    private final Clock clock;
    private final Clock steady;
    /// Empty for ever.
    private final Optional<Duration> kept;
    private final List<Seen> seen = new ArrayList<>();
    private @Nullable Last last;
    private int written;

    /// The newest change.
    private record Last(long id, byte[] hash) {}

    /// @param clock says when something was changed @param steady how long that is ago: one that does not leap
    /// @param kept how long changes are kept
    public ChangeLog(Clock clock, Clock steady, Duration kept) {
        this(clock, steady, Optional.of(kept));
    }

    private ChangeLog(Clock clock, Clock steady, Optional<Duration> kept) {
        this.clock = clock;
        this.steady = steady;
        this.kept = kept;
    }

    /// One that lets no change go.
    public static ChangeLog keepingAll() {
        return new ChangeLog(Clock.systemUTC(), Clock.systemUTC(), Optional.empty());
    }

    /// For the triggers: this changed. Before it was there, and after it is gone, it has no row.
    public void saw(String kind, long account, String object, @Nullable String before, @Nullable String after) {
        if (!Objects.equals(before, after)) {
            seen.add(new Seen(kind, account, object, before, after));
        }
    }

    /// How much was seen and not written.
    int mark() {
        return seen.size();
    }

    /// What was seen since was taken back.
    void forgetFrom(int mark) {
        seen.subList(mark, seen.size()).clear();
    }

    /// A whole transaction was taken back.
    void forgetAll() {
        seen.clear();
        last = null;
    }

    /// Writes what was seen.
    void write(Sql sql, Acting.By by) throws SQLException {
        if (seen.isEmpty()) {
            return;
        }
        Instant at = clock.instant();
        for (Seen change : seen) {
            write(sql, by, at, change);
        }
        seen.clear();
        if (written >= LET_GO_EVERY && kept.isPresent()) {
            letGo(sql, steady.instant().minus(kept.get()));
            written = 0;
        }
    }

    private void write(Sql sql, Acting.By by, Instant at, Seen change) throws SQLException {
        Last before = last == null ? last(sql) : last;
        Entry entry = new Entry(
                before.id + 1,
                Micros.of(at),
                change.account,
                by.user().map(UserId::value).orElse(null),
                by.application().map(ApplicationId::value).orElse(null),
                by.token().map(TokenId::value).orElse(null),
                by.address(),
                by.call(),
                by.request(),
                change.kind,
                change.object,
                change.before,
                change.after);
        byte[] hash = entry.hash(before.hash);
        sql.update(
                "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                entry.id,
                entry.at,
                entry.account,
                entry.user,
                entry.application,
                entry.token,
                entry.address,
                entry.call,
                entry.request,
                entry.kind,
                entry.object,
                entry.before,
                entry.after,
                hash);
        last = new Last(entry.id, hash);
        written++;
    }

    private static Last last(Sql sql) throws SQLException {
        Optional<Last> newest = sql.first(
                "SELECT id, hash FROM change ORDER BY id DESC LIMIT 1",
                row -> new Last(row.getLong(1), row.getBytes(2)));
        return newest.isPresent() ? newest.get() : letGo(sql);
    }

    /// Where the chain begins.
    private static Last letGo(Sql sql) throws SQLException {
        return sql.first("SELECT id, hash FROM change_let_go", row -> new Last(row.getLong(1), row.getBytes(2)))
                .orElseGet(() -> new Last(0, BEGINNING));
    }

    private record Old(long id, long at, byte[] hash) {}

    /// Lets go of some of the oldest, up to the first that is to be kept.
    private static void letGo(Sql sql, Instant then) throws SQLException {
        @Nullable Old last = null;
        for (Old next : sql.all(
                "SELECT id, at, hash FROM change ORDER BY id LIMIT ?",
                row -> new Old(row.getLong("id"), row.getLong("at"), row.getBytes("hash")),
                2 * LET_GO_EVERY)) {
            if (next.at >= Micros.of(then)) {
                break;
            }
            last = next;
        }
        if (last != null) {
            sql.update("DELETE FROM change_let_go");
            sql.update("INSERT INTO change_let_go VALUES (?, ?)", last.id, last.hash);
            sql.update("DELETE FROM change WHERE id <= ?", last.id);
        }
    }

    /// A row of the record, as it is hashed.
    record Entry(
            long id,
            long at,
            long account,
            @Nullable Long user,
            @Nullable Long application,
            @Nullable Long token,
            String address,
            String call,
            String request,
            String kind,
            String object,
            @Nullable String before,
            @Nullable String after) {

        static Entry of(Row row) throws SQLException {
            return new Entry(
                    row.getLong("id"),
                    row.getLong("at"),
                    row.getLong("account"),
                    optional(row, "user"),
                    optional(row, "application"),
                    optional(row, "token"),
                    row.getString("address"),
                    row.getString("call"),
                    row.getString("request"),
                    row.getString("kind"),
                    row.getString("object"),
                    row.getString("before"),
                    row.getString("after"));
        }

        private static @Nullable Long optional(Row row, String column) throws SQLException {
            long value = row.getLong(column);
            return row.wasNull() ? null : value;
        }

        /// SHA-256 of the hash before it and of each member: a number as eight bytes, a text as its length in UTF-8 and
        /// that, what is not there as a length of -1.
        byte[] hash(byte[] previous) {
            MessageDigest digest = sha256();
            digest.update(previous);
            digest.update(ByteBuffer.allocate(24)
                    .putLong(id)
                    .putLong(at)
                    .putLong(account)
                    .flip());
            for (Object member : new @Nullable Object[] {
                user, application, token, address, call, request, kind, object, before, after
            }) {
                add(digest, member == null ? null : member.toString());
            }
            return digest.digest();
        }

        private static void add(MessageDigest digest, @Nullable String text) {
            byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(4)
                    .putInt(text == null ? -1 : bytes.length)
                    .flip());
            digest.update(bytes);
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }
}
