package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.cli.Processes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Never more than there are, and all in use, whatever is killed: the short run of `bench/seats`.
class SeatRaceTest {
    @TempDir
    Path directory;

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void twoHundredClients_raceForFiftySeats_throughKills() throws Exception {
        long seed = Long.getLong("licet.seed", new Random().nextInt(1_000_000));
        System.out.println("SeatRaceTest: -Dlicet.seed=" + seed);
        Duration interval = Duration.ofSeconds(3);
        SeatRace.Result result = SeatRace.run(new SeatRace.Plan(
                200,
                50,
                interval,
                Duration.ofSeconds(3),
                2,
                seed,
                directory,
                Processes.java(),
                line -> System.out.println("SeatRaceTest: " + line)));
        System.out.println("SeatRaceTest: " + result);
        assertThat(result.mostSure()).isBetween(45, 50);
        assertThat(result.grants()).as("seats that changed hands").isGreaterThan(50);
        assertThat(result.killedClients()).isPositive();
        assertThat(result.slowest()).isLessThan(Duration.ofSeconds(1));
    }
}
