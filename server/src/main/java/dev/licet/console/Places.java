package dev.licet.console;

import dev.licet.core.id.AccountNumber;
import java.util.HashMap;
import java.util.Map;

/// How many may watch at once: half of the places are for others than any one account. Safe for threads.
final class Places {
    private final int most;
    private final Map<AccountNumber, Integer> taken = new HashMap<>();
    private int all;

    Places(int most) {
        this.most = most;
    }

    synchronized boolean take(AccountNumber account) {
        int own = taken.getOrDefault(account, 0);
        if (all >= most || own >= Math.max(1, most / 2)) {
            return false;
        }
        taken.put(account, own + 1);
        all++;
        return true;
    }

    synchronized void giveBack(AccountNumber account) {
        all--;
        taken.merge(account, -1, (own, less) -> own + less == 0 ? null : own + less);
    }
}
