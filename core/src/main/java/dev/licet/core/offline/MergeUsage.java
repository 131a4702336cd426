package dev.licet.core.offline;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.event.Item;
import dev.licet.core.event.RecordEvents;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Names;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.NamedKey;
import dev.licet.core.license.Products;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Takes the record of what was used without a network: each line once, however often it is sent, and none
/// that was left out, put in or altered. Safe for threads.
public final class MergeUsage {
    public static final int MAX_LINES = 10_000;

    private static final String FIELD = "usage";
    private static final int LOCKS = 64;
    /// What other dialects let an event have, too.
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final Accounts accounts;
    private final NamedKey namedKey;
    private final OfflineFiles files;
    private final RecordEvents recordEvents;
    private final List<Object> locks = Stream.generate(Object::new).limit(LOCKS).toList();

    public MergeUsage(
            Accounts accounts, Products products, LicenseKeys keys, OfflineFiles files, RecordEvents recordEvents) {
        this.accounts = accounts;
        this.namedKey = new NamedKey(products, keys);
        this.files = files;
        this.recordEvents = recordEvents;
    }

    /// @param merged how many lines were new @param last the number of the last line that is merged now
    public record Merge(int merged, long last) {}

    private record Line(long number, String text, String code, Item item) {}

    /// @param usage lines as the program wrote them, all or from a number on, of which some may be known
    public Outcome<Merge> merge(Caller caller, Optional<ProductId> product, String key, String machine, String usage) {
        Optional<Refusal> lacking = RecordEvents.refusal(caller);
        return lacking.isPresent()
                ? Outcome.refused(lacking.get())
                : namedKey.key(caller, product, key).then(found -> merge(caller, found, machine, usage));
    }

    private Outcome<Merge> merge(Caller caller, LicenseKey key, String machine, String usage) {
        List<String> texts = usage.lines().toList();
        if (texts.size() > MAX_LINES) {
            return wrong("has more than " + MAX_LINES + " lines; send them in parts");
        }
        List<Line> lines = new ArrayList<>();
        for (String text : texts) {
            Optional<Line> line = line(text, key, machine);
            if (line.isEmpty()) {
                return wrong("line " + (lines.size() + 1) + " of it can't be read");
            }
            lines.add(line.get());
        }
        synchronized (lock(key, machine)) {
            return merge(caller, key, machine, lines);
        }
    }

    /// One at a time for a key on a machine: of two records that part ways the second has to see the first.
    private Outcome<Merge> merge(Caller caller, LicenseKey key, String machine, List<Line> lines) {
        Optional<OfflineFiles.Merged> before = files.merged(key.id(), machine);
        Optional<String> broken = broken(lines, before, key, machine);
        if (broken.isPresent()) {
            return wrong(broken.get());
        }
        long known = before.map(OfflineFiles.Merged::number).orElse(0L);
        List<Line> fresh = lines.stream().filter(line -> line.number > known).toList();
        return fresh.isEmpty() ? Outcome.success(new Merge(0, known)) : store(caller, key, machine, before, fresh);
    }

    private Object lock(LicenseKey key, String machine) {
        return locks.get(Math.floorMod(Objects.hash(key.id(), machine), locks.size()));
    }

    /// The events first: after a crash in between the same lines are sent again, and their codes make them count once.
    private Outcome<Merge> store(
            Caller caller, LicenseKey key, String machine, Optional<OfflineFiles.Merged> before, List<Line> fresh) {
        List<Item> items = fresh.stream().map(Line::item).toList();
        return recordEvents
                .record(caller, new RecordEvents.Batch("offline", Optional.empty(), items))
                .await()
                .then(receipt -> {
                    Line last = fresh.getLast();
                    OfflineFiles.Merged now = new OfflineFiles.Merged(last.number, last.code);
                    return files.merge(key.id(), machine, before, now)
                            ? Outcome.success(new Merge(fresh.size(), last.number))
                            : Outcome.refused(new Refusal.ChangedMeanwhile());
                });
    }

    /// Why the lines do not follow each other and what was merged.
    private Optional<String> broken(
            List<Line> lines, Optional<OfflineFiles.Merged> merged, LicenseKey key, String machine) {
        Account account = accounts.find(key.account()).orElseThrow();
        byte[] secret = FileText.secret(account, key, machine);
        long known = merged.map(OfflineFiles.Merged::number).orElse(0L);
        if (!lines.isEmpty() && lines.getFirst().number > known + 1) {
            return Optional.of("begins with line " + lines.getFirst().number + ", and " + known + " was the last");
        }
        String before = merged.map(OfflineFiles.Merged::code)
                .orElseGet(() -> hex(FileText.code(secret, "usage " + key.key() + " " + machine)));
        long number = lines.isEmpty() ? 0 : lines.getFirst().number - 1;
        Optional<String> previous = number == known ? Optional.of(before) : Optional.empty();
        for (Line line : lines) {
            number++;
            if (line.number != number) {
                return Optional.of("has no line " + number);
            }
            boolean isAltered = previous.isPresent()
                    && !isSame(line.code, hex(FileText.code(secret, previous.get() + "\n" + line.text)));
            if (isAltered) {
                return Optional.of("line " + number + " is not what was recorded");
            }
            if (number == known && !isSame(line.code, before)) {
                return Optional.of("line " + number + " is another than was merged before");
            }
            previous = Optional.of(line.code);
        }
        return Optional.empty();
    }

    private static Optional<Line> line(String text, LicenseKey key, String machine) {
        String[] parts = text.split("\t", -1);
        if (parts.length != 7) {
            return Optional.empty();
        }
        try {
            String name = decoded(parts[2]);
            String feature = decoded(parts[3]);
            String currency = decoded(parts[5]);
            Instant at = Instant.parse(parts[1]);
            if (name.isBlank()
                    || Stream.of(name, feature, currency).anyMatch(MergeUsage::isWrong)
                    || at.isBefore(Instant.EPOCH)
                    || at.isAfter(LATEST)) {
                return Optional.empty();
            }
            Item item = Item.builder()
                    .clientId("offline " + parts[6])
                    .at(at)
                    .name(name)
                    .feature(feature.isBlank() ? null : feature)
                    .value(parts[4].isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(parts[4])))
                    .currency(currency.isBlank() ? null : currency)
                    .product(key.product())
                    .key(key.key())
                    .machine(machine)
                    .build();
            return Optional.of(
                    new Line(Long.parseLong(parts[0]), text.substring(0, text.lastIndexOf('\t')), parts[6], item));
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isWrong(String text) {
        return text.codePointCount(0, text.length()) > Names.MAX_CODE_POINTS || text.indexOf('\0') >= 0;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static <T> Outcome<T> wrong(String rule) {
        return Outcome.refused(new Refusal.InvalidField(FIELD, rule));
    }
}
