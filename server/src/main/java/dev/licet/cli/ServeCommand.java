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
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/// Runs the server until it is told to stop. Every setting is a flag of it.
@Command(
        name = "serve",
        description = "Run the server. An empty data directory is initialised first.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {
    private static final System.Logger LOG = System.getLogger(ServeCommand.class.getName());

    @Option(names = "--config", paramLabel = "FILE", description = "A properties file with settings.")
    @Nullable
    Path config;

    @Spec
    CommandSpec spec = CommandSpec.create();

    static CommandSpec spec() {
        CommandSpec spec = CommandSpec.forAnnotatedObject(new ServeCommand());
        for (Setting setting : Setting.values()) {
            spec.addOption(OptionSpec.builder("--" + setting.key())
                    .type(String.class)
                    .paramLabel("VALUE")
                    .description(setting.meaning().replace("%", "%%") + " Default: "
                            + (setting.defaultText().isEmpty() ? "none" : setting.defaultText()))
                    .build());
        }
        return spec;
    }

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = Settings.of(Optional.ofNullable(config), System.getenv(), flags());
        Logging.start(settings.logLevel());
        Clock clock = Clock.systemUTC();
        boolean isNew = !Wiring.isInitialised(settings.data());
        Optional<FirstCredentials> credentials =
                isNew ? Optional.of(Wiring.initialise(settings.data(), clock)) : Optional.empty();
        // At once: whatever comes next, they are shown this one time.
        credentials.ifPresent(first -> print(Welcome.credentials(first)));
        Wiring server = Wiring.open(settings, clock);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(server)));
        String host = settings.http().host().contains(":")
                ? "[" + settings.http().host() + "]"
                : settings.http().host();
        String plain = "http://" + host + ":" + server.port();
        String secure = "https://" + host + ":" + server.tlsPort();
        LOG.log(INFO, "serving " + plain + " and " + secure + " from " + settings.data());
        credentials.ifPresent(first -> print(new Welcome(first, plain, secure, settings).examples()));
        stopped.await();
        return 0;
    }

    private void print(String text) {
        spec.commandLine().getOut().println(text);
        spec.commandLine().getOut().flush();
    }

    private Map<Setting, String> flags() {
        ParseResult parsed = spec.commandLine().getParseResult();
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            if (parsed.hasMatchedOption("--" + setting.key())) {
                flags.put(setting, parsed.matchedOptionValue("--" + setting.key(), ""));
            }
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
