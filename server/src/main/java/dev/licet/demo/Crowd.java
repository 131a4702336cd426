package dev.licet.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Who may be at it, hour by hour. For one thread, from the first hour on.
final class Crowd {
    static final Duration HOUR = Duration.ofHours(1);

    private final List<Stint> coming;
    private final List<Stint> there = new ArrayList<>();
    private final double[][] rhythms = new double[Market.values().length][2];
    private int next;
    /// Up to each of those that are there.
    private double[] weights = new double[64];

    Crowd(List<Stint> stints) {
        coming = stints.stream().sorted(Comparator.comparing(Stint::from)).toList();
    }

    /// Goes on to a later hour. @return how much is used in it, beside the other hours
    double at(Instant hour) {
        Instant end = hour.plus(HOUR);
        there.removeIf(stint -> stint.until().isBefore(end));
        while (next < coming.size() && !coming.get(next).from().isAfter(hour)) {
            if (!coming.get(next).until().isBefore(end)) {
                there.add(coming.get(next));
            }
            next++;
        }
        for (Market market : Market.values()) {
            rhythms[market.ordinal()][0] = Rhythm.at(hour, market, false);
            rhythms[market.ordinal()][1] = Rhythm.at(hour, market, true);
        }
        return weigh();
    }

    private double weigh() {
        if (weights.length < there.size()) {
            weights = new double[2 * there.size()];
        }
        double sum = 0;
        for (int i = 0; i < there.size(); i++) {
            Client client = there.get(i).client();
            sum += client.zeal() * rhythms[client.market().ordinal()][client.isViewer() ? 1 : 0];
            weights[i] = sum;
        }
        return sum;
    }

    /// One of them, the more often the more they use.
    Stint oneOf(Dice dice) {
        int last = there.size() - 1;
        int found = Arrays.binarySearch(weights, 0, last + 1, dice.share() * weights[last]);
        return there.get(Math.min(last, found < 0 ? -found - 1 : found + 1));
    }
}
