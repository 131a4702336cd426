package dev.licet.bench.run;

import dev.licet.bench.run.Wrk.Load;
import java.util.ArrayList;
import java.util.List;

/// Two servers under the same load, one after the other; a figure for each number of connections of each lane.
final class LoadContest implements Contest {
    private final Kit kit;
    private final Licet licet;
    private final List<Lane> lanes;
    private final List<String> notes;
    private final List<AutoCloseable> owned;

    /// @param owned what is closed at the end, in this order, after the Licet
    private LoadContest(Kit kit, Licet licet, List<Lane> lanes, List<String> notes, List<AutoCloseable> owned) {
        this.kit = kit;
        this.licet = licet;
        this.lanes = lanes;
        this.notes = notes;
        this.owned = owned;
    }

    /// The same load to both sides, each over each of these numbers of connections.
    record Lane(Load toYardstick, Load toLicet, List<Integer> connections) {}

    /// Both warm, and at rest, with one lane.
    static LoadContest warm(
            Kit kit,
            Licet licet,
            Load toYardstick,
            Load toLicet,
            List<Integer> connections,
            List<String> notes,
            AutoCloseable... owned)
            throws Exception {
        return warm(kit, licet, List.of(new Lane(toYardstick, toLicet, connections)), notes, owned);
    }

    /// Both warm on each lane, and at rest.
    static LoadContest warm(Kit kit, Licet licet, List<Lane> lanes, List<String> notes, AutoCloseable... owned)
            throws Exception {
        LoadContest contest = new LoadContest(kit, licet, List.copyOf(lanes), List.copyOf(notes), List.of(owned));
        for (Lane lane : lanes) {
            kit.warmUp(lane.toYardstick(), lane.connections().getLast());
            kit.warmUp(lane.toLicet(), lane.connections().getLast());
        }
        licet.settle();
        return contest;
    }

    @Override
    public List<Pair> round(boolean yardstickFirst) throws Exception {
        List<Pair> pairs = new ArrayList<>();
        for (Lane lane : lanes) {
            for (int connections : lane.connections()) {
                pairs.add(pair(yardstickFirst, lane, connections));
            }
        }
        return pairs;
    }

    private Pair pair(boolean yardstickFirst, Lane lane, int connections) throws Exception {
        return Contest.inTurn(yardstickFirst, () -> kit.requestsPerSecond(lane.toYardstick(), connections), () -> {
            double rate = kit.requestsPerSecond(lane.toLicet(), connections);
            licet.settle(); // what it loads later is not the other's burden
            return rate;
        });
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
