package dev.licet.store.sql.entity;

import dev.licet.core.license.Features;
import dev.licet.core.license.MachineRules;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The columns that keys and templates of keys have in common.
final class KeyColumns {
    private KeyColumns() {}

    static Features features(Row row) throws SQLException {
        return new Features(
                row.getInt("features"), row.getString("named_features").lines().toList());
    }

    static MachineRules machines(Row row) throws SQLException {
        int churn = row.getInt("churn_most");
        boolean anyChurn = row.wasNull();
        return new MachineRules(
                row.getInt("max_machines"),
                row.getString("allowed_machines").lines().toList(),
                row.getInt("overdraft"),
                anyChurn
                        ? Optional.empty()
                        : Optional.of(new MachineRules.Churn(
                                churn, Duration.of(row.getLong("churn_window"), ChronoUnit.MICROS))));
    }

    static @Nullable Integer churnMost(MachineRules machines) {
        return machines.churn().map(MachineRules.Churn::most).orElse(null);
    }

    static @Nullable Long churnWindow(MachineRules machines) {
        return machines.churn().map(churn -> churn.window().toNanos() / 1000).orElse(null);
    }

    static String lines(List<String> texts) {
        return String.join("\n", texts);
    }
}
