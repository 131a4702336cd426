package dev.licet.proof;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Random;

/// The long run of the race for seats, for `bench/seats`: `JAR RESULTS COMMIT KILLS`.
final class SeatRaceMain {
    private static final int CLIENTS = 200;
    private static final int SEATS = 50;
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(10);

    private SeatRaceMain() {}

    public static void main(String[] arguments) throws Exception {
        int kills = Integer.parseInt(arguments[3]);
        long seed = new Random().nextInt(1_000_000);
        long began = System.nanoTime();
        SeatRace.Result result = SeatRace.run(new SeatRace.Plan(
                CLIENTS,
                SEATS,
                INTERVAL,
                BETWEEN_KILLS,
                kills,
                seed,
                Files.createTempDirectory("licet-seats"),
                Launch.of(arguments[0]),
                System.out::println));
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        String report = "# seats, " + LocalDate.now(Clock.systemUTC()) + "\n\nCommit " + arguments[2] + "; "
                + Launch.machine() + ".\n`bench/seats " + kills + "`, seed " + seed + "\n\n| | |\n|---|---|\n"
                + "| clients, seats, interval | " + CLIENTS + ", " + SEATS + ", " + INTERVAL.toSeconds() + " s |\n"
                + "| length | " + seconds + " s |\n"
                + "| kill -9 of the server | " + kills + " |\n"
                + "| clients killed | " + result.killedClients() + " |\n"
                + "| checkouts that got a seat, that got none | " + result.grants() + ", " + result.refusals() + " |\n"
                + "| pings | " + result.pings() + " |\n"
                + "| most clients that were sure of a seat at one instant | " + result.mostSure() + " |\n"
                + "| an interval after each start: longest until all seats were in use | "
                + result.slowest().toMillis() + " ms |\n";
        System.out.println(report);
        Files.writeString(Path.of(arguments[1], LocalDate.now(Clock.systemUTC()) + "-seats.md"), report);
        if (result.mostSure() > SEATS) {
            System.exit(1);
        }
    }
}
