package dev.licet.store.cluster;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.sql.Extent;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/// What is counted, by the [notes][CountParts] of it.
final class NotedCounts implements ClusterInsights.Counts {
    private static final Duration LATER = Duration.ofSeconds(2);

    private final EventIntake.Connections connections;

    NotedCounts(EventIntake.Connections connections) {
        this.connections = connections;
    }

    @Override
    public Optional<Rolled> of(AccountNumber account) {
        try (Sql sql = new Sql(connections.open())) {
            return CountParts.of(sql, account);
        } catch (SQLException e) {
            throw new Unavailable("it can't be told what is counted of the events", LATER, e);
        }
    }

    @Override
    public boolean still(AccountNumber account, Rolled rolled) {
        return of(account)
                .filter(now -> now.zone().equals(rolled.zone())
                        && now.extent() instanceof Extent.Received counted
                        && rolled.extent() instanceof Extent.Received used
                        && counted.parts().containsAll(used.parts()))
                .isPresent();
    }
}
