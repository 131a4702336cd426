package dev.licet.core.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What clients asked of one key's seats and what they were told, in the order of asking and telling; and whether it is
/// linearizable: whether each call can be given one instant between its asking and its telling, so that one after the
/// other they do what a key with so many seats would (Lowe, Testing for linearizability, 2017: the just-in-time
/// algorithm). A call without an answer, as of a server that was killed, may have been made or not. No seat lapses in
/// it.
/// Safe for threads.
public final class SeatHistory {
    /// What a client, which is a machine, can do.
    public enum Kind {
        CHECK_OUT,
        PING,
        RELEASE
    }

    private record Call(int client, Kind kind) {}

    /// @param granted empty for the asking
    private record Step(int call, Optional<Boolean> granted, boolean isRestart) {}

    /// A way that it may have gone so far. @param holders a bit for each client
    /// @param made of the calls that are not answered yet: those that have had their instant, and what they got
    private record Way(long holders, Map<Integer, Boolean> made) {}

    private final int limit;
    private final List<Call> calls = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    public SeatHistory(int limit) {
        this.limit = limit;
    }

    /// @param client 0 to 63 @return the call's number
    public synchronized int call(int client, Kind kind) {
        calls.add(new Call(client, kind));
        steps.add(new Step(calls.size() - 1, Optional.empty(), false));
        return calls.size() - 1;
    }

    public synchronized void answered(int call, boolean granted) {
        steps.add(new Step(call, Optional.of(granted), false));
    }

    /// The server was killed and is back: what was not answered has been made by now, or never will be.
    public synchronized void restarted() {
        steps.add(new Step(-1, Optional.empty(), true));
    }

    public synchronized int size() {
        return calls.size();
    }

    /// Where it stops to make sense; empty when it is linearizable.
    public synchronized Optional<String> violation() {
        Set<Way> ways = Set.of(new Way(0, Map.of()));
        Set<Integer> pending = new HashSet<>();
        for (Step step : steps) {
            if (step.isRestart()) {
                ways = withoutPending(withAnyOf(ways, pending));
                pending.clear();
            } else if (step.granted().isEmpty()) {
                pending.add(step.call());
            } else {
                ways = after(ways, pending, step);
                pending.remove(step.call());
                if (ways.isEmpty()) {
                    Call call = calls.get(step.call());
                    return Optional.of("call " + step.call() + " of client " + call.client() + ", " + call.kind()
                            + ", can't have been answered " + step.granted().get());
                }
            }
        }
        return Optional.empty();
    }

    /// All ways in which the call has had its instant, maybe after others that wait, and got what was told.
    private Set<Way> after(Set<Way> ways, Set<Integer> pending, Step step) {
        Set<Way> fitting = new HashSet<>();
        for (Way way : withAnyOf(ways, pending)) {
            if (step.granted().equals(Optional.ofNullable(way.made().get(step.call())))) {
                Map<Integer, Boolean> made = new LinkedHashMap<>(way.made());
                made.remove(step.call());
                fitting.add(new Way(way.holders(), Map.copyOf(made)));
            }
        }
        return fitting;
    }

    /// These ways, and each of them after any of the waiting calls in any order.
    private Set<Way> withAnyOf(Set<Way> ways, Set<Integer> pending) {
        Set<Way> seen = new HashSet<>(ways);
        List<Way> left = new ArrayList<>(ways);
        while (!left.isEmpty()) {
            Way way = left.removeLast();
            for (int call : pending) {
                if (!way.made().containsKey(call)) {
                    Way next = made(way, call);
                    if (seen.add(next)) {
                        left.add(next);
                    }
                }
            }
        }
        return seen;
    }

    private Way made(Way way, int number) {
        Call call = calls.get(number);
        long own = 1L << call.client();
        boolean holds = (way.holders() & own) != 0;
        boolean granted = switch (call.kind()) {
            case CHECK_OUT -> holds || Long.bitCount(way.holders()) < limit;
            case PING, RELEASE -> holds;
        };
        long holders =
                call.kind() == Kind.RELEASE ? way.holders() & ~own : granted ? way.holders() | own : way.holders();
        Map<Integer, Boolean> made = new LinkedHashMap<>(way.made());
        made.put(number, granted);
        return new Way(holders, Map.copyOf(made));
    }

    private static Set<Way> withoutPending(Set<Way> ways) {
        Set<Way> settled = new HashSet<>();
        ways.forEach(way -> settled.add(new Way(way.holders(), Map.of())));
        return settled;
    }
}
