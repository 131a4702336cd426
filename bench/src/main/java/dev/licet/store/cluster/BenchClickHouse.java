package dev.licet.store.cluster;

import java.io.IOException;
import java.nio.file.Path;

/// A ClickHouse for servers that are measured: its engine in a process that ends with this one.
public final class BenchClickHouse {
    private final ClickHouseServer server;

    private BenchClickHouse(ClickHouseServer server) {
        this.server = server;
    }

    public static BenchClickHouse start() throws IOException, InterruptedException {
        return new BenchClickHouse(ClickHouseServer.alone());
    }

    public String address() {
        return server.address().toString();
    }

    public String user() {
        return ClickHouseProcess.USER;
    }

    public String password() {
        return ClickHouseServer.PASSWORD;
    }

    /// The name of one that is there, always the same.
    public String database() {
        return server.database(Path.of("bench"));
    }

    public long pid() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .arguments()
                        .map(words -> String.join(" ", words).contains(ClickHouseProcess.class.getName()))
                        .orElse(false))
                .findFirst()
                .orElseThrow()
                .pid();
    }
}
