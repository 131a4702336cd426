package dev.licet.core.license;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Which machines a license key may run on.
///
/// @param most how many at a time; 0 for any number, of which none is kept
/// @param allowed the only ones; empty for any
/// @param overdraft how many seats more than it has may be held by who does not say so itself
/// @param churn how many may be new to it within a while; empty for any number
public record MachineRules(int most, List<String> allowed, int overdraft, Optional<Churn> churn) {
    public static final MachineRules ANY = new MachineRules(0, List.of(), 0, Optional.empty());

    /// How many machines may be activated anew within any span of that length.
    public record Churn(int most, Duration window) {
        public static final Duration LONGEST = Duration.ofDays(366);
    }

    public MachineRules {
        allowed = List.copyOf(allowed);
    }

    public boolean allows(String machine) {
        return allowed.isEmpty() || allowed.contains(machine);
    }

    public MachineRules withMost(int changed) {
        return new MachineRules(changed, allowed, overdraft, churn);
    }
}
