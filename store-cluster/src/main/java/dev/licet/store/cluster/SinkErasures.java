package dev.licet.store.cluster;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.SubjectHash;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/// Erasures that sinks obey, in the order in which they were noted: each batch is [planned][SinkPlans] with the
/// last of them, and leaves out what it and those before it are about.
///
/// An event may come into the topic long after it got its id, from a server that hung, or sent again by Kafka's
/// client. So who erases first has the erasure obeyed, then waits for the batches that were planned without it,
/// and only then deletes: whatever comes after that is left out, whenever it comes. No clock is asked.
final class SinkErasures {
    private final String topic;

    SinkErasures(Uuid topic) {
        this.topic = topic.toString();
    }

    /// Has erasures obeyed. For who erases, of whom there is one at a time.
    ///
    /// @return those that no batch can bring events of any more
    Set<Long> obeyed(Sql sql, List<Long> removals) throws SQLException {
        Long[] all = removals.toArray(Long[]::new);
        sql.update(
                "INSERT INTO sink_erasure (removal) SELECT r FROM unnest(?::bigint[]) AS r"
                        + " WHERE NOT EXISTS (SELECT 1 FROM sink_erasure WHERE removal = r) ORDER BY r",
                (Object) all);
        return sql.inTransaction("READ COMMITTED", () -> {
            // All rows, so that who is planning a batch without them is waited for, and who comes later sees them.
            long last = sql
                    .all(
                            "SELECT inserted < until AS is_open, erasures FROM sink_plan WHERE topic = ?"
                                    + " ORDER BY partition FOR UPDATE",
                            row -> row.getBoolean("is_open") ? row.getLong("erasures") : Long.MAX_VALUE,
                            topic)
                    .stream()
                    .reduce(Long.MAX_VALUE, Math::min);
            return Set.copyOf(sql.all(
                    "SELECT removal FROM sink_erasure WHERE removal = ANY (?) AND number <= ?",
                    row -> row.getLong(1),
                    all,
                    last));
        });
    }

    /// What a sink leaves out of one partition. For one thread at a time.
    static final class Obeyed {
        /// Accounts of which some are remembered, at most.
        private static final int SOME = 10_000;

        private final SinkPlans plans;
        private final String salt;
        private final Map<AccountNumber, List<Erasure>> ofAccounts = new HashMap<>();
        private long number;
        private long upTo;

        private record Erasure(Removal.Kind kind, String subject, long upTo) {}

        Obeyed(SinkPlans plans) throws SQLException {
            this.plans = plans;
            this.salt = plans.ask(sql -> sql.first("SELECT salt FROM removal_salt", row -> row.getString(1))
                    .orElseThrow());
        }

        /// Whether an erasure is about an event, or one before that.
        boolean isErased(RecordedEvent event, long erasure) throws SQLException {
            if (erasure != number) {
                upTo = plans.ask(sql -> sql.first(
                                "SELECT coalesce(max(up_to), 0) FROM removal JOIN sink_erasure ON removal = id"
                                        + " WHERE number <= ?",
                                row -> row.getLong(1),
                                erasure)
                        .orElseThrow());
                ofAccounts.clear();
                number = erasure;
            }
            if (event.id() > upTo) {
                return false; // as nearly all are
            }
            for (Erasure one : of(event.event().account())) {
                if (event.id() <= one.upTo() && isNamed(event.event(), one)) {
                    return true;
                }
            }
            return false;
        }

        private boolean isNamed(UsageEvent event, Erasure erasure) {
            Optional<String> name = switch (erasure.kind()) {
                case MACHINE -> event.machine();
                case USER -> event.endUser();
                case KEY -> event.key();
                case EVENT -> Optional.empty(); // has no subject
            };
            return name.isPresent()
                    && SubjectHash.of(salt, event.account(), erasure.kind(), name.get())
                            .sha256()
                            .equals(erasure.subject());
        }

        private List<Erasure> of(AccountNumber account) throws SQLException {
            List<Erasure> known = ofAccounts.get(account);
            if (known != null) {
                return known;
            }
            if (ofAccounts.size() == SOME) {
                ofAccounts.clear();
            }
            List<Erasure> found = plans.ask(sql -> sql.all(
                    "SELECT kind, subject, up_to FROM removal JOIN sink_erasure ON removal = id"
                            + " WHERE account = ? AND number <= ?",
                    row -> new Erasure(
                            Removal.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                            row.getString("subject"),
                            row.getLong("up_to")),
                    account.value(),
                    number));
            ofAccounts.put(account, found);
            return found;
        }
    }
}
