package dev.licet.cli;

import static java.lang.System.Logger.Level.INFO;

import dev.licet.server.FirstCredentials;
import dev.licet.server.Logging;
import dev.licet.server.Wiring;
import dev.licet.server.config.Setting;
import dev.licet.server.config.Settings;
import dev.licet.server.config.Settings.PostgresSettings;
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
        return Command.of(
                "serve",
                "Run the server. An empty data directory or database is initialised first.",
                ServeCommand::run,
                options().toArray(Option[]::new));
    }

    /// Each setting, and the file of them.
    static Stream<Option> options() {
        Stream<Option> settings = Arrays.stream(Setting.values())
                .map(setting -> Command.option(
                        setting.key(),
                        "VALUE",
                        setting.meaning() + " Default: "
                                + (setting.defaultText().isEmpty() ? "none" : setting.defaultText())));
        Option config = Command.option("config", "FILE", "A properties file with settings.");
        return Stream.concat(Stream.of(config), settings);
    }

    /// @param flags over those that were given
    static Settings settings(Given given, Map<Setting, String> flags) {
        Map<Setting, String> all = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            given.text(setting.key()).ifPresent(value -> all.put(setting, value));
        }
        all.putAll(flags);
        return Settings.of(given.text("config").map(Path::of), System.getenv(), all);
    }

    private static int run(Given given) throws InterruptedException {
        Settings settings = settings(given, Map.of());
        Logging.start(settings.logLevel());
        Clock clock = Clock.systemUTC();
        Optional<FirstCredentials> credentials = Wiring.initialiseIfNew(settings, clock);
        // Shown before anything else can fail: it is stored as hashes only.
        credentials.ifPresent(first -> print(given, Welcome.credentials(first)));
        Wiring server = Wiring.open(settings, clock);
        Ending.watch().first(server);
        Optional<Welcome> welcome = welcome(settings, server, credentials);
        welcome.ifPresent(text -> print(given, text.firstCalls()));
        new CountDownLatch(1).await();
        return 0;
    }

    /// Says where it serves. @return what to tell who has these credentials
    static Optional<Welcome> welcome(Settings settings, Wiring server, Optional<FirstCredentials> credentials) {
        String host = reachable(settings.http().host());
        String plain = "http://" + host + ":" + server.port();
        String secure = "https://" + host + ":" + server.tlsPort();
        String from = settings.postgres()
                .map(PostgresSettings::address)
                .orElse(settings.data().toString());
        LOG.log(INFO, "serving " + plain + " and " + secure + " from " + from + "; people use /console");
        return credentials.map(first -> new Welcome(first, plain, secure, settings));
    }

    /// The host of a URL that reaches this server from here.
    private static String reachable(String host) {
        return switch (host) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::" -> "[::1]";
            default -> host.contains(":") ? "[" + host + "]" : host;
        };
    }

    static void print(Given given, String text) {
        given.out().println(text);
        given.out().flush();
    }
}
