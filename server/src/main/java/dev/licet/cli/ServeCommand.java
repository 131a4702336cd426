package dev.licet.cli;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import dev.licet.server.FirstCredentials;
import dev.licet.server.Logging;
import dev.licet.server.Wiring;
import dev.licet.server.config.Setting;
import dev.licet.server.config.Settings;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/// Runs the server until it is told to stop. Every setting is a flag of it.
final class ServeCommand {
    private static final System.Logger LOG = System.getLogger(ServeCommand.class.getName());

    private ServeCommand() {}

    static Command command() {
        Stream<Option> settings = Arrays.stream(Setting.values())
                .map(setting -> Command.option(
                        setting.key(),
                        "VALUE",
                        setting.meaning() + " Default: "
                                + (setting.defaultText().isEmpty() ? "none" : setting.defaultText())));
        Option config = Command.option("config", "FILE", "A properties file with settings.");
        return Command.of(
                "serve",
                "Run the server. An empty data directory is initialised first.",
                ServeCommand::run,
                Stream.concat(Stream.of(config), settings).toArray(Option[]::new));
    }

    private static int run(Given given) throws InterruptedException {
        Settings settings = Settings.of(given.text("config").map(Path::of), System.getenv(), flags(given));
        Logging.start(settings.logLevel());
        Clock clock = Clock.systemUTC();
        boolean isNew = !Wiring.isInitialised(settings.data());
        Optional<FirstCredentials> credentials =
                isNew ? Optional.of(Wiring.initialise(settings.data(), clock)) : Optional.empty();
        // Shown before anything else can fail: it is stored as hashes only.
        credentials.ifPresent(first -> print(given, Welcome.credentials(first)));
        Wiring server = Wiring.open(settings, clock);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(server)));
        String host = reachable(settings.http().host());
        String plain = "http://" + host + ":" + server.port();
        String secure = "https://" + host + ":" + server.tlsPort();
        LOG.log(INFO, "serving " + plain + " and " + secure + " from " + settings.data());
        credentials.ifPresent(first -> print(given, new Welcome(first, plain, secure, settings).firstCalls()));
        stopped.await();
        return 0;
    }

    /// The host of a URL that reaches this server from here.
    private static String reachable(String host) {
        return switch (host) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::" -> "[::1]";
            default -> host.contains(":") ? "[" + host + "]" : host;
        };
    }

    private static void print(Given given, String text) {
        given.out().println(text);
        given.out().flush();
    }

    private static Map<Setting, String> flags(Given given) {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            given.text(setting.key()).ifPresent(value -> flags.put(setting, value));
        }
        return flags;
    }

    /// The process was told to end: what is in flight is answered, and then it ends well.
    private static void stop(Wiring server) {
        int exitCode = 0;
        try {
            LOG.log(INFO, "stopping");
            server.close();
            LOG.log(INFO, "stopped");
        } catch (RuntimeException e) {
            LOG.log(ERROR, "stopping failed", e);
            exitCode = Cli.FAILED;
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
