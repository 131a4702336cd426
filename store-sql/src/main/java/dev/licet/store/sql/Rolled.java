package dev.licet.store.sql;

import dev.licet.core.insight.Span;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRulesProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How far an engine has counted the events of an account by days: in `day_sum` how many there were and what
/// their values add up to, by product and currency; in `day_active` how many each machine, user and key had, by
/// product. A day can have several rows of the same, which add up to what is right.
///
/// @param zone by whose calendar @param extent which events
public record Rolled(ZoneId zone, Extent extent) {
    /// Events before it are not counted.
    public static final LocalDate FIRST = LocalDate.of(2000, 1, 1);

    /// Nor are those from it on.
    public static final LocalDate END = LocalDate.of(2100, 1, 1);

    /// What the rows of `day_active` of one kind are counted by: the column of the events.
    public static final Map<String, String> KINDS = Map.of("machine", "machine", "user", "end_user", "key", "key");

    /// A zone as it is noted beside what was counted: with the version of its rules, which come with the JDK.
    public static String noted(ZoneId zone) {
        String version = ZoneRulesProvider.getAvailableZoneIds().contains(zone.getId())
                ? ZoneRulesProvider.getVersions(zone.getId()).lastEntry().getKey()
                : "fixed";
        return zone.getId() + " " + version;
    }

    /// The zone that was noted, if its rules are those of this process.
    public static Optional<ZoneId> zone(String noted) {
        return Optional.of(ZoneId.of(noted.substring(0, noted.indexOf(' ')))).filter(zone -> noted.equals(noted(zone)));
    }

    /// Whether what was noted is another zone than this one, or older rules of it.
    public static boolean isOver(String noted, ZoneId zone) {
        return !noted.startsWith(zone.getId() + " ") || noted.compareTo(noted(zone)) < 0;
    }

    /// By how much the zone's clocks are ahead in all of the time that is counted.
    public static List<Span.Offset> offsets(ZoneId zone) {
        return new Span(
                        FIRST.atStartOfDay(ZoneOffset.UTC).toInstant(),
                        END.atStartOfDay(ZoneOffset.UTC).toInstant(),
                        zone)
                .offsets();
    }
}
