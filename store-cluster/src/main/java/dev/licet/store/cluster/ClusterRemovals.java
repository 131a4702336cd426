package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.RemovalId;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.SubjectHash;
import dev.licet.store.postgres.NotedRemovals;
import dev.licet.store.sql.entity.Database;
import dev.licet.store.sql.entity.Micros;
import dev.licet.store.sql.entity.Sql;
import dev.licet.store.sql.entity.SqlRemovals;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/// Takes events out of the table. It is noted before it is done, and done again until it is noted that it was:
/// the note is in PostgreSQL and the events are not.
final class ClusterRemovals extends NotedRemovals {
    private static final System.Logger LOG = System.getLogger(ClusterRemovals.class.getName());
    /// One event at a time has its note, so not many are looked for.
    private static final int AT_ONCE = 1_000;

    private final EventTable table;
    private final EventReads reads;
    private final EventProgress progress;

    ClusterRemovals(
            Database database,
            DataSource source,
            EventTable table,
            EventReads reads,
            EventProgress progress,
            Clock clock) {
        super(database, source, clock);
        this.table = table;
        this.reads = reads;
        this.progress = progress;
    }

    @Override
    public Removal erase(AccountNumber account, Removal.Kind kind, String name, Asked asked) {
        return removals.erase(account, kind, name, asked, progress.acknowledged());
    }

    @Override
    public Optional<Removal> takeOut(AccountNumber account, Set<Long> events, Asked asked) {
        long inserted = progress.inserted().last();
        long acknowledged = progress.acknowledged();
        if (events.stream().anyMatch(id -> id > inserted && id <= acknowledged)) {
            throw new Unavailable("some of the events are on their way", Unavailable.SOON);
        }
        List<Long> there = reads.there(account, List.copyOf(events));
        if (there.isEmpty()) {
            return Optional.empty();
        }
        Optional<Removal> removal = removals.takeOut(account, there, asked);
        if (removal.isEmpty()) {
            return removal;
        }
        try {
            takeOut(account, removal.get().events());
        } catch (Unavailable e) {
            LOG.log(WARNING, "events are taken out later, which is noted", e);
        }
        return removals.find(account, removal.get().id());
    }

    private void takeOut(AccountNumber account, List<Long> events) {
        for (int from = 0; from < events.size(); from += AT_ONCE) {
            List<Long> some = events.subList(from, Math.min(events.size(), from + AT_ONCE));
            table.delete("account = ? AND has(?, id)", account.value(), List.copyOf(some));
        }
        removals.takenOut(events, clock.instant());
    }

    /// Waits for events that it is about and that are on their way, as far as their ids tell: one that another
    /// node sends in the same moments can come after it, as docs/cluster.md says.
    @Override
    protected void remove(Sql locked, Pending pending) {
        if (progress.inserted().last() < pending.upTo()) {
            return;
        }
        if (pending.kind() == Removal.Kind.EVENT) {
            removals.find(pending.account(), new RemovalId(pending.removal()))
                    .ifPresent(removal -> takeOut(pending.account(), removal.events()));
            return;
        }
        String condition = condition(pending);
        Object[] arguments = arguments(pending);
        // What was found before a crash stays as it was noted.
        removals.found(pending.removal(), found(condition, arguments));
        table.erase(condition, arguments);
        removals.done(List.of(pending.removal()), 0, clock.instant());
    }

    private static String condition(Pending pending) {
        String column = column(pending.kind());
        String name = pending.kind() == Removal.Kind.KEY
                ? "if(match(" + KEY_SYMBOLS + ", '" + CHECKED_KEY + "'), " + KEY_SYMBOLS + ", key)"
                : column;
        return "account = ? AND id <= ? AND lower(hex(SHA256(concat(?, " + name + ")))) = ?";
    }

    private Object[] arguments(Pending pending) {
        return new Object[] {
            pending.account().value(),
            pending.upTo(),
            SubjectHash.prefix(removals.salt(), pending.account().toString(), pending.kind()),
            Objects.requireNonNull(pending.subject())
        };
    }

    private SqlRemovals.Found found(String condition, Object... arguments) {
        return table.database()
                .ask(
                        "SELECT count(), toUnixTimestamp64Micro(min(received_at)),"
                                + " toUnixTimestamp64Micro(max(received_at)) FROM event WHERE " + condition,
                        List.of(arguments),
                        row -> row.number(1) == 0
                                ? SqlRemovals.Found.NONE
                                : new SqlRemovals.Found(
                                        row.number(1),
                                        Optional.of(Micros.instant(row.number(2))),
                                        Optional.of(Micros.instant(row.number(3)))))
                .getFirst();
    }
}
