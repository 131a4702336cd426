package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.cli.Processes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server that is killed keeps its word. The long run of the same is `bench/ledger`.
class LedgerTest {
    private static final int KILLS = 5;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void kill_atAnyInstant_everythingAcknowledgedIsThereOnce() throws Exception {
        long seed = Long.getLong("licet.seed", new Random().nextLong());
        System.out.println("LedgerTest: -Dlicet.seed=" + seed);

        KillRun.Result result = KillRun.run(new KillRun.Plan(
                KillRun.Plan.kills(KILLS),
                seed,
                directory,
                Processes.java(),
                Duration.ofMillis(900),
                2,
                line -> System.out.println("LedgerTest: " + line)));

        assertThat(result.findings()).as("with seed %s", seed).isEmpty();
        assertThat(result.ledger().entries().stream()
                        .filter(entry -> entry.answer() == Ledger.Answer.YES)
                        .map(Ledger.Entry::kind)
                        .distinct())
                .as("what was acknowledged at all")
                .containsExactlyInAnyOrder(Ledger.Kind.values());
    }
}
