package dev.licet.dialect.veoh;

import dev.licet.core.license.LicenseType;
import dev.licet.core.license.Licenses.NewLicense;
import dev.licet.core.license.Price;
import dev.licet.core.license.Term;
import dev.licet.dialect.Texts;
import java.util.Optional;

/// Reads the terms of a license out of the arguments of license.create; complains in the order of its page.
record LicenseCodec(String currency) {

    /// Refuses what is over a limit.
    static void checkLimits(Arguments arguments) {
        arguments.text("name").ifPresent(name -> Texts.atMost(arguments.limits().name(), name));
    }

    NewLicense license(Arguments arguments) {
        String name = arguments.text("name").orElseThrow(() -> new VeohRefusal(VeohError.INVALID_NAME));
        if (name.codePoints().anyMatch(Character::isISOControl)) {
            throw new VeohRefusal(VeohError.INVALID_NAME);
        }
        LicenseType type = arguments
                .text("licenseType")
                .flatMap(LicenseCodec::type)
                .orElseThrow(() -> new VeohRefusal(VeohError.INVALID_LICENSE_TYPE));
        Optional<Term> term = term(arguments.text("timeUnits"), arguments.text("duration"));
        Price price = arguments
                .text("price")
                .flatMap(text -> Price.parse(text, currency))
                .orElseThrow(() -> new VeohRefusal(VeohError.INVALID_PRICE));
        return new NewLicense(name, type, price, term);
    }

    private static Optional<Term> term(Optional<String> timeUnits, Optional<String> duration) {
        Optional<Term.Unit> unit =
                timeUnits.map(text -> unit(text).orElseThrow(() -> new VeohRefusal(VeohError.INVALID_TIME_UNITS)));
        if (unit.isEmpty() && duration.isPresent()) {
            throw new VeohRefusal(VeohError.INVALID_TIME_UNITS);
        }
        return unit.map(known -> new Term(
                duration.flatMap(LicenseCodec::count).orElseThrow(() -> new VeohRefusal(VeohError.INVALID_DURATION)),
                known));
    }

    /// A whole number above 0 of 32 bits.
    private static Optional<Integer> count(String text) {
        if (!text.matches("\\+?[0-9]{1,18}")) {
            return Optional.empty();
        }
        long count = Long.parseLong(text);
        return count > 0 && count <= Integer.MAX_VALUE ? Optional.of((int) count) : Optional.empty();
    }

    private static Optional<LicenseType> type(String text) {
        return switch (text) {
            case "subscriptionNoRecur" -> Optional.of(LicenseType.SUBSCRIPTION_NOT_RECURRING);
            case "subscriptionRecur" -> Optional.of(LicenseType.SUBSCRIPTION_RECURRING);
            case "videoOwn" -> Optional.of(LicenseType.OWN);
            case "videoRental" -> Optional.of(LicenseType.RENTAL);
            default -> Optional.empty();
        };
    }

    private static Optional<Term.Unit> unit(String text) {
        return switch (text) {
            case "minute" -> Optional.of(Term.Unit.MINUTE);
            case "hour" -> Optional.of(Term.Unit.HOUR);
            case "day" -> Optional.of(Term.Unit.DAY);
            case "week" -> Optional.of(Term.Unit.WEEK);
            case "month" -> Optional.of(Term.Unit.MONTH);
            case "year" -> Optional.of(Term.Unit.YEAR);
            default -> Optional.empty();
        };
    }
}
