package dev.licet.demo;

import java.time.ZoneId;
import java.util.List;

/// Where somebody lives, and what they pay with.
enum Market {
    EAST_COAST("America/New_York", "USD"),
    GERMANY("Europe/Berlin", "EUR"),
    JAPAN("Asia/Tokyo", "JPY"),
    CZECHIA("Europe/Prague", "CZK"),
    WEST_COAST("America/Los_Angeles", "USD");

    /// In the order of [Plan]'s prices.
    static final List<String> CURRENCIES = List.of("USD", "EUR", "CZK", "JPY");

    private final ZoneId zone;
    private final String currency;

    Market(String zone, String currency) {
        this.zone = ZoneId.of(zone);
        this.currency = currency;
    }

    ZoneId zone() {
        return zone;
    }

    String currency() {
        return currency;
    }
}
