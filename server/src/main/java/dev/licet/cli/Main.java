package dev.licet.cli;

import dev.licet.server.Logging;

/// Where the process starts.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.setProperty("java.util.logging.manager", Logging.LastingLogManager.class.getName());
        System.exit(Cli.run(arguments));
    }
}
