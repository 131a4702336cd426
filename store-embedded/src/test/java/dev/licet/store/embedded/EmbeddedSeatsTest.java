package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.session.HoldSeats;
import dev.licet.core.store.SeatsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSeatsTest extends SeatsContract {
    @TempDir
    Path directory;

    @Override
    protected Store open() {
        return EmbeddedStore.open(directory);
    }

    @Test
    void start_onAFullDisk_succeeds_andGivesNoSeat(@TempDir Path full) {
        TestClock clock = new TestClock();
        LicenseKey key;
        try (Store store = EmbeddedStore.open(full)) {
            store.accounts()
                    .add(new Account(TestEvents.ACCOUNT, "Vendor", SigningKey.generate(), false, clock.instant()));
            key = store.licenseKeys()
                    .add(
                            TestEvents.ACCOUNT,
                            store.products()
                                    .add(TestEvents.ACCOUNT, "Editor", clock.instant())
                                    .id(),
                            "KEY",
                            clock.instant())
                    .orElseThrow();
        }
        JournalSettings noRoom = new JournalSettings(100, 1 << 20, 1L << 60, 1_000_000);
        EmbeddedStore.EventSettings settings =
                new EmbeddedStore.EventSettings(Duration.ofDays(30), false, TestEvents.QUERY_MEMORY, noRoom);
        try (EmbeddedStore store = EmbeddedStore.open(full, settings, clock, clock::nanos)) {
            HoldSeats seats = new HoldSeats(
                    store.seats(),
                    store.products(),
                    store.licenseKeys(),
                    new SecretSource(new SecureRandom()),
                    new HoldSeats.Settings(Duration.ofSeconds(1), Duration.ofDays(1), 10, 10),
                    Runnable::run,
                    clock);
            seats.resume();
            HoldSeats.Wanted wanted = new HoldSeats.Wanted(
                    "a", Optional.empty(), Optional.empty(), "::1", Duration.ofMinutes(1), 0, false, false);
            assertThatThrownBy(() -> seats.checkOut(
                                    Caller.operator(key.account()), Optional.of(key.product()), "KEY", wanted)
                            .await())
                    .isInstanceOf(Unavailable.class);
        }
    }
}
