package dev.licet.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One stretch of use, from opening to closing: the steps that are taken in it, one event each.
final class Sitting implements Comparable<Sitting> {
    static final Duration LONGEST = Duration.ofMinutes(110);

    /// One thing that is done. Its texts are as events have them, and made once.
    ///
    /// @param closes the last one, whose value is how many seconds all took
    record Step(Optional<String> name, Optional<String> feature, boolean closes) {}

    private static final Duration SHORTEST = Duration.ofMinutes(3);
    private static final Duration USUALLY_MORE = Duration.ofMinutes(25);

    private static final List<String> FORMATS = List.of("pdf", "png", "svg", "print", "dxf");
    private static final List<String> TOOLS = List.of(
            "pen",
            "brush",
            "text",
            "layers",
            "shapes",
            "colors",
            "align",
            "grid",
            "mask",
            "gradient",
            "trace",
            "effects",
            "symbols",
            "ruler",
            "warp",
            "blend",
            "charts",
            "perspective",
            "scripts",
            "proof");

    private static final Step OPEN = new Step(Optional.of("open"), Optional.empty(), false);
    private static final List<Step> IMPORTS = steps("import", FORMATS);
    private static final List<Step> EDITS = steps("edit", TOOLS);
    private static final List<Step> ERRORS = steps("error", TOOLS);
    private static final List<Step> EXPORTS = steps("export", FORMATS);
    private static final List<Step> SHARES = steps("share", List.of("link", "mail", "team"));
    private static final Step CLOSE = new Step(Optional.of("close"), Optional.empty(), true);

    private final long number;
    private final Stint stint;
    private final Machine machine;
    private final Optional<String> session;
    private final long begin;
    private final long length;
    private final List<Step> steps;
    private int taken;
    private long next;

    /// @param number counted over all @param begin in milliseconds
    private Sitting(long number, Stint stint, Machine machine, long begin, long length, List<Step> steps) {
        this.number = number;
        this.stint = stint;
        this.machine = machine;
        this.session = Optional.of("s" + Long.toString(number, Character.MAX_RADIX));
        this.begin = begin;
        this.length = length;
        this.steps = steps;
        this.next = begin;
    }

    private static List<Step> steps(String name, List<String> features) {
        return Dice.popular(features.stream()
                .map(feature -> new Step(Optional.of(name), Optional.of(feature), false))
                .toList());
    }

    /// One that begins in that hour. @param most of its steps
    static Sitting in(Instant hour, long number, Stint stint, long most, Demo demo, Dice dice) {
        List<Machine> machines = stint.client().machines();
        Machine machine = machines.get(Math.min(dice.below(machines.size()), dice.below(machines.size())));
        Instant begin = hour.plus(dice.within(Crowd.HOUR));
        Duration length = SHORTEST.plus(dice.wait(USUALLY_MORE));
        List<Step> steps = stint.plan().isLesson()
                ? lesson(stint.title(), dice)
                : work(machine.isUpgraded(begin), errors(machine, begin, demo), dice);
        return new Sitting(
                number,
                stint,
                machine,
                begin.toEpochMilli(),
                Math.min(length.toMillis(), LONGEST.toMillis()),
                steps.size() > most ? steps.subList(0, (int) most) : steps);
    }

    /// How many steps fail: more with a new version, until it is mended.
    private static double errors(Machine machine, Instant at, Demo demo) {
        double days = Duration.between(demo.release(), at).toHours() / 24.0;
        return machine.isUpgraded(at) ? .004 + .06 * StrictMath.exp(-days / 15) : .006;
    }

    /// Most import something, fewer edit, fewer export, and few share.
    private static List<Step> work(boolean isUpgraded, double errors, Dice dice) {
        List<Step> steps = new ArrayList<>(16);
        steps.add(OPEN);
        if (dice.happens(.8)) {
            steps.add(dice.oneOf(IMPORTS));
            if (dice.happens(.85)) {
                edit(steps, errors, dice);
                if (dice.happens(isUpgraded ? .65 : .55)) {
                    steps.add(dice.oneOf(EXPORTS));
                    if (dice.happens(isUpgraded ? .45 : .3)) {
                        steps.add(dice.oneOf(SHARES));
                    }
                }
            }
        }
        steps.add(CLOSE);
        return steps;
    }

    private static void edit(List<Step> steps, double errors, Dice dice) {
        for (int left = 1 + dice.below(10); left > 0; left--) {
            steps.add(dice.oneOf(dice.happens(errors) ? ERRORS : EDITS));
        }
    }

    private static List<Step> lesson(Optional<String> title, Dice dice) {
        List<Step> steps = new ArrayList<>(8);
        steps.add(new Step(Optional.of("play"), title, false));
        for (int pauses = dice.below(3); pauses > 0; pauses--) {
            steps.add(new Step(Optional.of("pause"), title, false));
            steps.add(new Step(Optional.of("resume"), title, false));
        }
        steps.add(new Step(Optional.of(dice.happens(.7) ? "finish" : "leave"), title, true));
        return steps;
    }

    int size() {
        return steps.size();
    }

    /// When the next step is taken, in milliseconds.
    long next() {
        return next;
    }

    boolean isOver() {
        return taken == steps.size();
    }

    Step step() {
        return steps.get(taken);
    }

    /// Goes on to the step after this one.
    void take(Dice dice) {
        taken++;
        next = begin + (long) (length * (taken + dice.share()) / steps.size());
    }

    Stint stint() {
        return stint;
    }

    Machine machine() {
        return machine;
    }

    Optional<String> session() {
        return session;
    }

    Optional<String> properties() {
        return next < machine.upgrades().toEpochMilli() ? machine.before() : machine.after();
    }

    long seconds() {
        return (next - begin) / 1000;
    }

    @Override
    public int compareTo(Sitting other) {
        return next == other.next ? Long.compare(number, other.number) : Long.compare(next, other.next);
    }
}
