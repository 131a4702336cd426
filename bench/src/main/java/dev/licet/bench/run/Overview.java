package dev.licet.bench.run;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// `overview`: the first page of a console, from what is counted by days.
final class Overview implements Measure {
    static final String OWN = "UTC";
    private static final String OTHER = "Etc/UTC";

    @Override
    public String name() {
        return "overview";
    }

    @Override
    public String question() {
        return """
                How long does what a first page shows take: events, active machines and revenue by day, four weeks of \
                ten million events of 400,000 machines, asked one after the other over HTTP? Beside it the same counted \
                from the events, which is what is asked under another name of the account's time zone.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.value("overview", "s", Target.atMost(0.3, 0.1)),
                Figure.ratioForInformation("overview beside that from the events", "s", "from the events"));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Vendor vendor = Vendor.start(kit);
        for (int i = 0; i < 3; i++) {
            overview(vendor, OTHER);
            overview(vendor, OWN);
        }
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                Pair both = Contest.inTurn(yardstickFirst, () -> overview(vendor, OTHER), () -> overview(vendor, OWN));
                return List.of(Pair.alone(both.licet()), both);
            }

            @Override
            public List<String> notes() {
                return List.of(String.format(Locale.ROOT, "%,d events of one account", Vendor.events(kit)));
            }

            @Override
            public void close() {
                vendor.close();
            }
        };
    }

    static double overview(Vendor vendor, String zone) throws IOException, InterruptedException {
        long began = System.nanoTime();
        vendor.ask("timeseries", "", zone);
        vendor.ask("actives", "", zone);
        vendor.ask("revenue", ",\"unit\":\"day\"", zone);
        return (System.nanoTime() - began) / 1e9;
    }
}
