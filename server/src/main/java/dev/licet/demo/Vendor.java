package dev.licet.demo;

import dev.licet.core.customer.Customer;
import dev.licet.core.license.Term;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/// Who bought what when from a vendor that is made up: nobody of them is there, nor was.
///
/// They come in growing numbers, try, buy, renew, and leave for a reason or are paid back. Made whole at once, since a
/// life is some ten lines; what is used comes from [Usage], event by event.
public final class Vendor {
    public static final String NAME = "Quorvale Works";
    static final String PROGRAM = "Quorvale Sketch";
    static final String LIBRARY = "Quorvale Lessons";
    /// Whose calendar the vendor's days, months and years are of.
    static final ZoneId ZONE = ZoneId.of("Europe/Prague");

    private static final int EVENTS_OF_A_CUSTOMER = 2_000;
    private static final int LEAST_CUSTOMERS = 20;
    private static final int MOST_CUSTOMERS = 300;
    private static final int CUSTOMERS_A_VIEWER = 4;

    private static final List<String> FIRST_NAMES = List.of(
            "Ada", "Bela", "Cyril", "Dora", "Emil", "Fumiko", "Grete", "Hana", "Ivo", "Jun", "Kei", "Lena", "Mara",
            "Nils", "Olga", "Petr", "Rosa", "Sora", "Tomas", "Vera");
    private static final List<String> LAST_NAMES = List.of(
            "Adler", "Brandl", "Carver", "Dusek", "Ebner", "Fujita", "Gray", "Hayashi", "Irving", "Jelinek", "Kolar",
            "Lang", "Mori", "Novak", "Ono", "Page", "Richter", "Svoboda", "Tanaka", "Weaver");
    private static final List<String> COMPANIES =
            List.of("Atelier", "Studio", "Print", "Design", "Type", "Signs", "Maps", "Books", "Labels", "Posters");
    private static final List<String> SYSTEMS = Dice.popular(List.of("windows", "macos", "linux"));
    private static final List<String> DEVICES = Dice.popular(List.of("browser", "tv", "phone"));
    private static final List<Market> MARKETS = Dice.popular(List.of(Market.values()));
    private static final List<Optional<String>> TITLES = Dice.popular(IntStream.rangeClosed(1, 20)
            .mapToObj(n -> Optional.of("Lesson " + n))
            .toList());
    private static final List<String> REASONS =
            Dice.popular(List.of("too expensive", "not used", "missing feature", "other program", "too many errors"));

    private final Demo demo;
    private final Dice dice;
    private final List<Client> clients = new ArrayList<>();
    private final List<Stint> stints = new ArrayList<>();
    private final List<Deed> deeds = new ArrayList<>();

    public Vendor(Demo demo) {
        this.demo = demo;
        this.dice = new Dice(demo.seed());
        int customers = Math.clamp(demo.events() / EVENTS_OF_A_CUSTOMER, LEAST_CUSTOMERS, MOST_CUSTOMERS);
        for (int i = 0; i < customers; i++) {
            customer();
        }
        for (int i = 0; i < customers / CUSTOMERS_A_VIEWER; i++) {
            viewer();
        }
        deeds.sort(Comparator.comparing(Deed::at));
    }

    Demo demo() {
        return demo;
    }

    List<Client> clients() {
        return List.copyOf(clients);
    }

    /// By their numbers.
    List<Stint> stints() {
        return List.copyOf(stints);
    }

    /// In the order of their times.
    List<Deed> deeds() {
        return List.copyOf(deeds);
    }

    private void customer() {
        boolean isFirst = clients.isEmpty(); // who stays for good, so that somebody is there at any time
        boolean isOld = isFirst || dice.happens(0.2);
        boolean isTeam = !isFirst && dice.happens(0.1);
        Client client = client(false, isTeam ? 3 + dice.below(8) : 1 + dice.below(2));
        Instant at = isFirst ? demo.begin() : joins(isOld);
        deed(new Deed.Joins(demo.served(at), client));
        at = at.plus(Duration.ofMinutes(1));
        if (!isOld && dice.happens(0.6)) {
            Instant end = at.plus(Duration.ofDays(15));
            Stint trial = stint(client, Plan.TRIAL, Optional.empty(), at, end);
            deed(new Deed.Tries(demo.served(at), trial));
            activate(trial);
            if (dice.happens(0.45)) {
                return;
            }
            at = at.plus(dice.within(Duration.ofDays(20))).plus(Duration.ofHours(1));
        }
        Plan plan = isFirst ? Plan.OWN : isTeam ? Plan.TEAM : plan();
        buy(client, plan, demo.served(at));
    }

    /// More of them the later it is.
    private Instant joins(boolean isOld) {
        double day = isOld ? 3 * dice.share() : 3 + (Demo.DAYS - 3) * Math.sqrt(dice.share());
        return demo.begin().plus(Duration.ofSeconds((long) (day * 86_400)));
    }

    private Plan plan() {
        double share = dice.share();
        return share < 0.4 ? Plan.MONTHLY : share < 0.75 ? Plan.YEARLY : Plan.OWN;
    }

    private void buy(Client client, Plan plan, Instant at) {
        boolean isRefunded = client.number() > 0 && dice.happens(0.05);
        Instant refund = at.plus(dice.within(Duration.ofDays(12))).plus(Duration.ofHours(6));
        Instant end = isRefunded
                ? refund
                : plan.term().map(term -> leaves(plan, term, at)).orElse(demo.end());
        Stint stint = stint(client, plan, Optional.empty(), at, end);
        deed(new Deed.Buys(at, stint));
        activate(stint);
        if (isRefunded) {
            deed(new Deed.Refunds(demo.served(refund), stint));
        } else {
            plan.term().ifPresent(term -> renew(stint, term));
        }
    }

    /// When the last term ends; of those who stay, the one that they are in.
    private Instant leaves(Plan plan, Term term, Instant from) {
        double leaving = plan == Plan.MONTHLY ? 0.06 : 0.25;
        int terms = 1;
        while (end(term, terms, from).isBefore(demo.end()) && !dice.happens(leaving)) {
            terms++;
        }
        return end(term, terms, from);
    }

    private static Instant end(Term term, int terms, Instant from) {
        return term.times(terms).after(from, ZONE);
    }

    private void renew(Stint stint, Term term) {
        int terms = 1;
        Instant end = end(term, terms, stint.from());
        while (end.isBefore(stint.until())) {
            deed(new Deed.Renews(demo.served(end.minus(Duration.ofHours(1))), stint));
            end = end(term, ++terms, stint.from());
        }
        if (!stint.until().isBefore(demo.end())) {
            return; // who is still there has not left
        }
        Instant cancels = stint.until().minus(Duration.ofDays(1)).minus(dice.within(Duration.ofDays(20)));
        deed(new Deed.Cancels(demo.served(cancels), stint, dice.oneOf(REASONS)));
    }

    private void activate(Stint stint) {
        if (stint.plan() == Plan.TEAM) {
            return; // its machines hold seats
        }
        Instant at = stint.from();
        for (Machine machine : stint.client()
                .machines()
                .subList(0, Math.min(2, stint.client().machines().size()))) {
            at = at.plus(Duration.ofMinutes(2));
            deed(new Deed.Activates(demo.served(at), stint, machine));
            at = at.plus(dice.within(Duration.ofHours(2)));
        }
    }

    private void viewer() {
        Client client = client(true, 1 + dice.below(2));
        Instant at = joins(dice.happens(0.25));
        while (at.isBefore(demo.end())) {
            Plan plan = dice.happens(0.75) ? Plan.LESSON_RENTAL : Plan.LESSON_OWN;
            Instant from = demo.served(at);
            Instant end = plan.term().map(term -> term.after(from, ZONE)).orElse(demo.end());
            deed(new Deed.Buys(from, stint(client, plan, dice.oneOf(TITLES), from, end)));
            at = at.plus(Duration.ofHours(1)).plus(dice.wait(Duration.ofDays(90)));
        }
    }

    private Client client(boolean isViewer, int machines) {
        int number = clients.size();
        Market market = dice.oneOf(MARKETS);
        String first = dice.oneOf(FIRST_NAMES);
        String last = dice.oneOf(LAST_NAMES);
        Customer.Details details = new Customer.Details(
                first + " " + last,
                (first + "." + last + "." + number + "@example.com").toLowerCase(Locale.ROOT),
                machines > 2 ? last + " " + dice.oneOf(COMPANIES) : "",
                "");
        List<Machine> all = IntStream.range(0, machines)
                .mapToObj(i -> isViewer ? device(number, i) : machine(number, i))
                .toList();
        double zeal = machines * (0.2 + dice.wait(Duration.ofSeconds(1)).toMillis() / 1000.0);
        Client client = new Client(number, isViewer, details, market, all, isViewer ? zeal * 3 : zeal);
        clients.add(client);
        return client;
    }

    /// The new version comes in two waves: to some soon after its release, to the others when all are told of it.
    private Machine machine(int client, int number) {
        String system = dice.oneOf(SYSTEMS);
        Instant upgrades = dice.happens(0.3)
                ? demo.release().plus(dice.wait(Duration.ofDays(6)))
                : demo.releaseForAll().plus(dice.wait(Duration.ofDays(18)));
        return new Machine(
                Optional.of("m-" + client + "-" + number),
                Optional.of("user-" + client + "-" + number),
                system + " " + (number + 1),
                upgrades,
                Optional.of("{\"version\":\"2.3\",\"os\":\"" + system + "\"}"),
                Optional.of("{\"version\":\"3.0\",\"os\":\"" + system + "\"}"));
    }

    private Machine device(int client, int number) {
        Optional<String> properties = Optional.of("{\"device\":\"" + dice.oneOf(DEVICES) + "\"}");
        return new Machine(
                Optional.of("d-" + client + "-" + number),
                Optional.of("viewer-" + client),
                "player " + (number + 1),
                demo.end(),
                properties,
                properties);
    }

    private Stint stint(Client client, Plan plan, Optional<String> title, Instant from, Instant until) {
        Stint stint = new Stint(stints.size(), client, plan, title, from, until);
        stints.add(stint);
        return stint;
    }

    /// What would come after the end does not happen.
    private void deed(Deed deed) {
        if (deed.at().isBefore(demo.end())) {
            deeds.add(deed);
        }
    }
}
