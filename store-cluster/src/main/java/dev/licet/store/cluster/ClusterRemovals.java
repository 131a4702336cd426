package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.SubjectHash;
import dev.licet.store.postgres.AdvisoryLocks;
import dev.licet.store.postgres.NotedRemovals;
import dev.licet.store.sql.entity.Database;
import dev.licet.store.sql.entity.Micros;
import dev.licet.store.sql.entity.Sql;
import dev.licet.store.sql.entity.SqlRemovals;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;

/// Takes events out of the table. It is noted before it is done, and done again until it is noted that it was:
/// the note is in PostgreSQL and the events are not.
///
/// Each deletion makes ClickHouse rewrite parts, one after the other. So there is one at a time, for all that is
/// noted by then, and none while one goes on.
final class ClusterRemovals extends NotedRemovals {
    private static final System.Logger LOG = System.getLogger(ClusterRemovals.class.getName());
    /// Ids in one statement.
    private static final int AT_ONCE = 1_000;

    /// Removals that are done together.
    private static final int TOGETHER = 50;

    /// How long a void waits for events that are on their way, and for another deletion.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final long PAUSE_MILLIS = 20;

    private final EventTable table;
    private final EventTable unhurried;
    private final CountTables counts;
    private final EventChanges changes;
    private final EventReads reads;
    private final EventProgress progress;
    private final SinkErasures erasures;
    /// Of who deletes, on this node.
    private final ReentrantLock deleting = new ReentrantLock();

    ClusterRemovals(
            Database database,
            DataSource source,
            CountTables counts,
            EventChanges changes,
            EventReads reads,
            EventProgress progress,
            SinkErasures erasures,
            Clock clock) {
        super(database, source, clock);
        this.table = counts.events();
        this.unhurried = table.unhurried();
        this.counts = counts.unhurried();
        this.changes = changes;
        this.reads = reads;
        this.progress = progress;
        this.erasures = erasures;
    }

    @Override
    public Removal erase(AccountNumber account, Removal.Kind kind, String name, Asked asked) {
        return removals.erase(account, kind, name, asked, progress.acknowledged());
    }

    @Override
    public Optional<Removal> takeOut(AccountNumber account, Set<Long> events, Asked asked) {
        List<Long> there = there(account, List.copyOf(events));
        if (there.isEmpty()) {
            return Optional.empty();
        }
        Optional<Removal> removal = removals.takeOut(account, there, asked);
        if (removal.isEmpty()) {
            return removal;
        }
        try {
            awaitOtherDeletions();
            takeOutNoted();
        } catch (Unavailable e) {
            LOG.log(WARNING, "events are taken out later, which is noted", e);
        }
        return removals.find(account, removal.get().id());
    }

    private static CountParts.Change change(long removal) {
        return new CountParts.Change("removal " + removal, 0);
    }

    /// Those that are there.
    ///
    /// @throws Unavailable when some of the others may be on their way
    private List<Long> there(AccountNumber account, List<Long> events) {
        List<Long> there = reads.there(account, events);
        long acknowledged = progress.acknowledged();
        if (events.stream().allMatch(id -> id > acknowledged || there.contains(id))) {
            return there;
        }
        if (!progress.inserted(PATIENCE).isAll()) {
            throw new Unavailable("some of the events are on their way", Unavailable.SOON);
        }
        return reads.there(account, events);
    }

    private void awaitOtherDeletions() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (table.isBeingChanged()) {
                if (System.nanoTime() > end) {
                    throw new Unavailable("other events are being deleted", Unavailable.SOON);
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A single event that is to go.
    private record Noted(long event, AccountNumber account, long removal) {}

    /// Single events that are noted and not taken out yet, whoever has noted them: of many who come at once, one
    /// does it for all.
    private void takeOutNoted() {
        deleting.lock();
        try {
            for (List<Noted> noted = noted(); !noted.isEmpty(); noted = noted()) {
                takeOut(noted);
            }
        } finally {
            deleting.unlock();
        }
    }

    private void takeOut(List<Noted> noted) {
        for (int from = 0; from < noted.size(); from += AT_ONCE) {
            List<Noted> page = noted.subList(from, Math.min(noted.size(), from + AT_ONCE));
            List<Long> some = page.stream().map(Noted::event).toList();
            List<Long> accounts =
                    page.stream().map(one -> one.account().value()).distinct().toList();
            String condition =
                    "account IN (" + String.join(", ", Collections.nCopies(accounts.size(), "?")) + ") AND has(?, id)";
            Object[] arguments =
                    Stream.concat(accounts.stream(), Stream.of(some)).toArray();
            List<Long> hours = table.hours(condition, arguments);
            byRemoval(page).forEach((removal, account) -> changes.begin(change(removal), account, hours));
            table.delete(condition, arguments);
        }
        byRemoval(noted).keySet().forEach(removal -> changes.end(change(removal)));
        removals.takenOut(noted.stream().map(Noted::event).toList(), clock.instant());
    }

    private static Map<Long, AccountNumber> byRemoval(List<Noted> noted) {
        return noted.stream().collect(Collectors.toMap(Noted::removal, Noted::account, (one, same) -> one));
    }

    /// Of some removals all events, the lowest first.
    private List<Noted> noted() {
        return database.read(sql -> sql.all(
                "SELECT event, account, removal FROM removed_event JOIN (SELECT id, account FROM removal"
                        + " WHERE kind = ? AND done_at IS NULL ORDER BY id LIMIT " + TOGETHER
                        + ") AS r ON r.id = removal ORDER BY event",
                row -> new Noted(
                        row.getLong("event"), new AccountNumber(row.getLong("account")), row.getLong("removal")),
                Removal.Kind.EVENT.label()));
    }

    /// Erasures wait for events that they are about and that are on their way, as far as ids tell, so that they can
    /// tell how many there were. What comes still later the [sinks][SinkErasures] leave out.
    @Override
    protected void remove(Sql locked, List<Pending> pending) throws SQLException {
        if (table.isBeingChanged()) {
            return;
        }
        if (pending.stream().anyMatch(one -> one.kind() == Removal.Kind.EVENT)) {
            takeOutNoted();
        }
        long inserted = progress.inserted().last();
        List<Pending> next = pending.stream()
                .filter(one -> one.kind() != Removal.Kind.EVENT && one.upTo() <= inserted)
                .limit(TOGETHER)
                .toList();
        if (next.isEmpty()) {
            return;
        }
        Set<Long> obeyed =
                erasures.obeyed(locked, next.stream().map(Pending::removal).toList());
        erase(
                locked,
                next.stream().filter(one -> obeyed.contains(one.removal())).toList());
    }

    /// Erases what was received in hours of which it is noted that their events change, and no others.
    private void erase(Sql locked, List<Pending> erased) throws SQLException {
        if (erased.isEmpty()) {
            return;
        }
        table.sync();
        List<String> conditions = new ArrayList<>();
        List<Object> all = new ArrayList<>();
        for (Pending one : erased) {
            List<Object> arguments = arguments(one);
            // What was found before a crash stays as it was noted.
            removals.found(one.removal(), found(condition(one), arguments));
            conditions.add("(" + condition(one) + ")");
            all.addAll(arguments);
        }
        String condition = "(" + String.join(" OR ", conditions) + ")";
        List<Long> hours = unhurried.hours(condition, all.toArray());
        for (Pending one : erased) {
            changes.begin(change(one.removal()), one.account(), hours);
        }
        if (!hours.isEmpty()) {
            String noted = hours.stream().map(Object::toString).collect(Collectors.joining(", "));
            unhurried.erase(condition + " AND " + CountParts.HOUR + " IN (" + noted + ")", all.toArray());
        }
        unhurried.eraseDeleted(); // some may have been voided before
        for (AccountNumber account :
                erased.stream().map(Pending::account).distinct().toList()) {
            forgetNames(locked, account);
        }
        erased.forEach(one -> changes.end(change(one.removal())));
        removals.done(erased.stream().map(Pending::removal).toList(), 0, clock.instant());
    }

    /// While nobody counts: who does may have read the names before.
    private void forgetNames(Sql locked, AccountNumber account) throws SQLException {
        locked.execute("SET lock_timeout = 0");
        locked.first("SELECT pg_advisory_lock(?)", row -> true, AdvisoryLocks.ROLLER);
        counts.forgetNames(account, CountParts.generations(locked, account));
        locked.first("SELECT pg_advisory_unlock(?)", row -> true, AdvisoryLocks.ROLLER);
    }

    private static String condition(Pending pending) {
        String column = column(pending.kind());
        String name = pending.kind() == Removal.Kind.KEY
                ? "if(match(" + KEY_SYMBOLS + ", '" + CHECKED_KEY + "'), " + KEY_SYMBOLS + ", key)"
                : column;
        return "account = ? AND id <= ? AND lower(hex(SHA256(concat(?, " + name + ")))) = ?";
    }

    private List<Object> arguments(Pending pending) {
        return List.of(
                pending.account().value(),
                pending.upTo(),
                SubjectHash.prefix(removals.salt(), pending.account().toString(), pending.kind()),
                Objects.requireNonNull(pending.subject()));
    }

    private SqlRemovals.Found found(String condition, List<Object> arguments) {
        return unhurried
                .database()
                .ask(
                        "SELECT count(), toUnixTimestamp64Micro(min(received_at)),"
                                + " toUnixTimestamp64Micro(max(received_at)) FROM event WHERE " + condition,
                        arguments,
                        row -> row.number(1) == 0
                                ? SqlRemovals.Found.NONE
                                : new SqlRemovals.Found(
                                        row.number(1),
                                        Optional.of(Micros.instant(row.number(2))),
                                        Optional.of(Micros.instant(row.number(3)))))
                .getFirst();
    }
}
