package dev.licet.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.ChildProcess;
import dev.licet.core.store.MoveReport;
import dev.licet.store.sql.move.Move;
import dev.licet.store.sql.move.MoveSource;
import dev.licet.store.sql.move.MoveTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Moves in processes of their own, which are killed.
public final class KilledMoves {
    private static final String WHOLE = "whole";
    /// Lines that a move has told when it is killed are so many more each time.
    private static final int STEP = Integer.getInteger("licet.move.step", 12);

    private KilledMoves() {}

    /// Runs moves, each of which is killed a little later than the one before, until one ends.
    ///
    /// @param main does a [move][#move] between the places that are its arguments @return how many were killed
    public static int run(Class<?> main, String from, String to) throws Exception {
        for (int kills = 0; ; kills++) {
            Process process = ChildProcess.start(main, from, to);
            List<String> told = new ArrayList<>();
            try (var lines = process.inputReader()) {
                for (String line; (line = lines.readLine()) != null; ) {
                    told.add(line);
                    if (told.size() == STEP * kills + 1) {
                        process.toHandle().destroyForcibly();
                    }
                }
            }
            int exit = process.waitFor();
            if (exit == 0) {
                assertThat(told.getLast()).isEqualTo(WHOLE);
                return kills;
            }
            assertThat(exit).as("killed, not failed: " + told).isEqualTo(128 + 9);
        }
    }

    /// Moves, and says how far it is.
    public static void move(Supplier<MoveSource> from, Supplier<MoveTarget> to) {
        try (MoveSource source = from.get();
                MoveTarget target = to.get()) {
            MoveReport report = Move.run(source, target, (things, done, of) -> System.out.println(things + " " + done));
            System.out.println(report.isWhole() ? WHOLE : "not whole: " + report);
        } catch (RuntimeException e) {
            System.out.println(e);
            throw e;
        }
    }
}
