package dev.licet.bench.run;

import dev.licet.bench.run.Wrk.Load;
import java.util.ArrayList;
import java.util.List;

/// Two servers under the same load, one after the other; a figure for each number of connections.
final class LoadContest implements Contest {
    private final Kit kit;
    private final Licet licet;
    private final Load toYardstick;
    private final Load toLicet;
    private final List<Integer> connections;
    private final List<String> notes;
    private final List<AutoCloseable> owned;

    /// @param owned what is closed at the end, in this order, after the Licet
    private LoadContest(
            Kit kit,
            Licet licet,
            Load toYardstick,
            Load toLicet,
            List<Integer> connections,
            List<String> notes,
            List<AutoCloseable> owned) {
        this.kit = kit;
        this.licet = licet;
        this.toYardstick = toYardstick;
        this.toLicet = toLicet;
        this.connections = connections;
        this.notes = notes;
        this.owned = owned;
    }

    /// Both warm, and at rest.
    static LoadContest warm(
            Kit kit,
            Licet licet,
            Load toYardstick,
            Load toLicet,
            List<Integer> connections,
            List<String> notes,
            AutoCloseable... owned)
            throws Exception {
        LoadContest contest =
                new LoadContest(kit, licet, toYardstick, toLicet, connections, List.copyOf(notes), List.of(owned));
        kit.warmUp(toYardstick, connections.getLast());
        kit.warmUp(toLicet, connections.getLast());
        licet.settle();
        return contest;
    }

    @Override
    public List<Pair> round(boolean yardstickFirst) throws Exception {
        List<Pair> pairs = new ArrayList<>();
        for (int each : connections) {
            pairs.add(Contest.inTurn(yardstickFirst, () -> kit.requestsPerSecond(toYardstick, each), () -> {
                double rate = kit.requestsPerSecond(toLicet, each);
                licet.settle(); // what it loads later is not the other's burden
                return rate;
            }));
        }
        return pairs;
    }

    @Override
    public List<String> notes() {
        return notes;
    }

    @Override
    public void close() throws Exception {
        licet.close();
        for (AutoCloseable each : owned) {
            each.close();
        }
    }
}
