package dev.licet.demo;

import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// What was used and told, event by event as it came in: by time, but for what programs kept for themselves while the
/// server was away. That comes after it, all at once, by ids of theirs, and some of it twice.
///
/// It takes as much memory as there are customers, and what they do in two hours. For one thread.
final class Usage {
    /// Of those that were kept back, every third is told again.
    private static final int TOLD_TWICE = 3;
    private static final String SOURCE = "rest";
    /// Nobody begins so late that they would not be done at the end.
    private static final int HOURS = 24 * Demo.DAYS - 2;

    private final Vendor vendor;
    private final Demo demo;
    private final Outage outage;
    private final AccountNumber account;
    private final List<Under> under;
    private final Dice dice;
    private final Consumer<UsageEvent> to;
    private final PriorityQueue<Sitting> sittings = new PriorityQueue<>();
    private final Deque<UsageEvent> others = new ArrayDeque<>();
    private final List<UsageEvent> keptBack = new ArrayList<>();
    private long begun;

    /// What a stint's events name.
    record Under(Optional<ProductId> product, Optional<String> key) {}

    /// @param under of each of the vendor's stints @param to is told each event
    Usage(Vendor vendor, AccountNumber account, List<Under> under, Consumer<UsageEvent> to) {
        this.vendor = vendor;
        this.demo = vendor.demo();
        this.outage = demo.outage();
        this.account = account;
        this.under = List.copyOf(under);
        this.to = to;
        this.dice = new Dice(~demo.seed());
    }

    /// Tells so many events, and others where they belong between them. @param told by their times
    void tell(long count, List<UsageEvent> told) {
        others.addAll(told);
        Crowd past = new Crowd(vendor.stints());
        double all =
                IntStream.range(0, HOURS).mapToDouble(i -> past.at(hour(i))).sum();
        Crowd crowd = new Crowd(vendor.stints());
        double sum = 0;
        long planned = 0;
        for (int i = 0; i < HOURS; i++) {
            sum += crowd.at(hour(i));
            long wanted = i == HOURS - 1 ? count : (long) (count * (sum / all));
            while (planned < wanted) {
                Sitting sitting = Sitting.in(hour(i), begun++, crowd.oneOf(dice), count - planned, demo, dice);
                sittings.add(sitting);
                planned += sitting.size();
            }
            tellUntil(hour(i + 1));
        }
        tellUntil(demo.end());
        tellOthersUntil(demo.end());
        tellKeptBack();
    }

    private Instant hour(int number) {
        return demo.begin().plus(Crowd.HOUR.multipliedBy(number));
    }

    private void tellUntil(Instant end) {
        long limit = end.toEpochMilli();
        while (!sittings.isEmpty() && sittings.peek().next() < limit) {
            Sitting sitting = sittings.poll();
            Instant at = Instant.ofEpochMilli(sitting.next());
            tellOthersUntil(at);
            tell(sitting, at);
            sitting.take(dice);
            if (!sitting.isOver()) {
                sittings.add(sitting);
            }
        }
    }

    private void tellOthersUntil(Instant at) {
        while (!others.isEmpty() && !others.getFirst().at().isAfter(at)) {
            to.accept(others.removeFirst());
        }
    }

    private void tell(Sitting sitting, Instant at) {
        if (outage.has(at)) {
            keptBack.add(event(sitting, at, Optional.of("kept-" + keptBack.size())));
            return;
        }
        if (!keptBack.isEmpty()) {
            tellKeptBack();
        }
        to.accept(event(sitting, at, Optional.empty()));
    }

    private void tellKeptBack() {
        keptBack.forEach(to);
        for (int i = 0; i < keptBack.size(); i += TOLD_TWICE) {
            to.accept(keptBack.get(i));
        }
        keptBack.clear();
    }

    private UsageEvent event(Sitting sitting, Instant at, Optional<String> clientId) {
        Sitting.Step step = sitting.step();
        Under named = under.get(sitting.stint().number());
        return new UsageEvent(
                account,
                SOURCE,
                clientId,
                at,
                step.name(),
                step.feature(),
                named.product(),
                named.key(),
                sitting.machine().code(),
                sitting.machine().user(),
                sitting.session(),
                Optional.empty(),
                Optional.empty(),
                step.closes() ? OptionalLong.of(sitting.seconds()) : OptionalLong.empty(),
                Optional.empty(),
                sitting.properties());
    }

    /// That somebody leaves, and why.
    static UsageEvent cancelled(AccountNumber account, Deed.Cancels cancels, Under under, String customer) {
        return new UsageEvent(
                account,
                SOURCE,
                Optional.empty(),
                cancels.at(),
                Optional.of("cancelled"),
                Optional.empty(),
                under.product(),
                under.key(),
                Optional.empty(),
                Optional.of(customer),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.of("{\"reason\":\"" + cancels.reason() + "\"}"));
    }
}
