package dev.licet.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A process that we started and will stop, by its own id and no other's.
final class Server implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(40);
    /// Linux counts processor time in hundredths of a second.
    private static final int TICKS_A_SECOND = 100;

    private static final Set<Server> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Server::killAll));
    }

    private final String name;
    private final Process process;
    private final Path log;

    private Server(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        RUNNING.add(this);
    }

    /// @param log where its output goes
    static Server start(String name, Path log, Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        return new Server(name, builder.start(), log);
    }

    /// Ends what a failure left running.
    static void killAll() {
        List.copyOf(RUNNING).forEach(Server::kill);
    }

    long pid() {
        return process.pid();
    }

    /// Waits until an HTTP request is answered with this status.
    void awaitAnswer(int port, String path, int status, Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (Probe.status(port, path) != status) {
            check();
            if (System.nanoTime() > end) {
                throw new IOException(name + " did not answer within " + limit.toSeconds() + " s, see " + log);
            }
            Thread.sleep(2);
        }
    }

    /// Waits until it takes connections.
    void awaitListening(int port, Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!Probe.accepts(port)) {
            check();
            if (System.nanoTime() > end) {
                throw new IOException(name + " did not listen within " + limit.toSeconds() + " s, see " + log);
            }
            Thread.sleep(20);
        }
    }

    /// @throws IOException when it has ended
    void check() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(name + " ended with exit code " + process.exitValue() + ":\n" + tail());
        }
    }

    private String tail() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    /// Waits until it has done what it puts off, such as loading: a third of a second with hardly any work.
    void settle(Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        Duration before = processorTime();
        int calm = 0;
        while (calm < 3 && System.nanoTime() < end) {
            Thread.sleep(110);
            Duration now = processorTime();
            calm = now.minus(before).toMillis() <= 10 ? calm + 1 : 0;
            before = now;
        }
    }

    /// Processor time that it has used so far.
    Duration processorTime() throws IOException {
        return processorTime(pid(), 2);
    }

    /// The same of it and of all processes that it has started.
    Duration processorTimeOfAll() throws IOException {
        Duration all = processorTime(pid(), 4);
        for (ProcessHandle one : process.descendants().toList()) {
            all = all.plus(processorTime(one.pid(), 4));
        }
        return all;
    }

    /// @param parts of its own in the user's and the system's part, and as many of its children that have ended
    static Duration processorTime(long pid, int parts) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = 0;
        for (int i = 0; i < parts; i++) {
            ticks += Long.parseLong(fields[11 + i]);
        }
        return Duration.ofMillis(ticks * 1000 / TICKS_A_SECOND);
    }

    /// Memory of it that is resident, in MiB.
    double residentMiB() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// SIGKILL, to it and what it started.
    void kill() {
        Set<ProcessHandle> all = new HashSet<>(process.descendants().toList());
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        process.onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .exceptionally(e -> process)
                .join();
        RUNNING.remove(this);
    }

    /// SIGTERM, and SIGKILL if that does not help.
    @Override
    public void close() {
        process.destroy();
        stopped();
    }

    /// The same, beginning with another signal.
    void closeBy(String signal) throws IOException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start();
        stopped();
    }

    private void stopped() {
        try {
            process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (process.isAlive()) {
            kill();
        }
        RUNNING.remove(this);
    }
}
