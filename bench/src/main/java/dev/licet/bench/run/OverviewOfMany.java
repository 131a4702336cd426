package dev.licet.bench.run;

import java.util.List;
import java.util.Locale;

/// `overview-of-many`: the same first page when there are a hundred million events. It takes half an hour to make them.
final class OverviewOfMany implements Measure {
    private static final int EVENTS = 100_000_000;
    private static final int FEW_EVENTS = 200_000;

    @Override
    public String name() {
        return "overview-of-many";
    }

    @Override
    public String question() {
        return """
                How long does what a first page shows take of a hundred million events: events, active machines and \
                revenue by day, four weeks of 400,000 machines, asked one after the other over HTTP? Counted from the \
                events this would take longer than a question may, so there is nothing beside it.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.value("overview", "s", Target.atMost(1, 0.5)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        int events = kit.options().quick() ? FEW_EVENTS : EVENTS;
        Vendor vendor = Vendor.start(kit, events);
        for (int i = 0; i < 3; i++) {
            Overview.overview(vendor, Overview.OWN);
        }
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                return List.of(Pair.alone(Overview.overview(vendor, Overview.OWN)));
            }

            @Override
            public List<String> notes() {
                return List.of(String.format(Locale.ROOT, "%,d events of one account", events));
            }

            @Override
            public void close() {
                vendor.close();
            }
        };
    }
}
