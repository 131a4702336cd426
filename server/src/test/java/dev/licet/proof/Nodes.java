package dev.licet.proof;

import dev.licet.cli.Processes;
import dev.licet.proof.Traffic.Vendor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Servers and sinks on engines that they share, each a process of its own.
final class Nodes {
    private Nodes() {}

    /// Starts one, which may not serve yet. @param port for plain HTTP, 0 for any @param engines settings of where they
    /// are
    static Processes.Running serve(Path directory, String name, int port, List<String> engines) throws IOException {
        List<String> arguments = arguments("serve", directory.resolve(name), engines);
        arguments.addAll(List.of("--port", Integer.toString(port), "--tls-port", "0"));
        return start(directory, arguments);
    }

    /// Starts what brings events from Kafka into ClickHouse.
    static Processes.Running sink(Path directory, String name, List<String> engines) throws IOException {
        return start(directory, arguments("sink", directory.resolve(name), engines));
    }

    private static List<String> arguments(String command, Path data, List<String> engines) {
        List<String> arguments = new ArrayList<>(List.of(command, "--data", data.toString()));
        arguments.addAll(engines);
        return arguments;
    }

    private static Processes.Running start(Path directory, List<String> arguments) throws IOException {
        return Processes.start(Processes.java(), directory, Map.of(), arguments.toArray(String[]::new));
    }

    /// Where a database is, as settings have it. @param ports of its hosts
    static String postgres(String database, int... ports) {
        return Arrays.stream(ports)
                .mapToObj(port -> "127.0.0.1:" + port)
                .collect(Collectors.joining(",", "postgresql://", "/" + database));
    }

    /// Whose credentials one of them has printed.
    static Vendor vendor(List<Processes.Running> nodes) {
        String printed = nodes.stream().map(Processes.Running::outText).collect(Collectors.joining());
        return new Vendor(printed(printed, "access_token"), Long.parseLong(printed(printed, "product_id")));
    }

    private static String printed(String text, String name) {
        return text.split("export " + name + "='", 2)[1].split("'", 2)[0];
    }
}
