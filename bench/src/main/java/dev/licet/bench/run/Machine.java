package dev.licet.bench.run;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;

/// The machine that figures are taken on.
final class Machine {
    private static final long LOOK_MILLIS = 300;

    private Machine() {}

    /// Which share of all cores is busy now, by a short look.
    static double busyShare() throws IOException, InterruptedException {
        long[] before = ticks();
        Thread.sleep(LOOK_MILLIS);
        long[] after = ticks();
        double all = after[0] - before[0];
        return all == 0 ? 0 : (after[1] - before[1]) / all;
    }

    /// All ticks of all cores since the machine started, and those that were not idle.
    private static long[] ticks() throws IOException {
        String first = Files.readAllLines(Path.of("/proc/stat")).getFirst();
        long[] each = Arrays.stream(first.split("\\s+"))
                .skip(1)
                .limit(8) // what follows is counted among these already
                .mapToLong(Long::parseLong)
                .toArray();
        long all = Arrays.stream(each).sum();
        return new long[] {all, all - each[3] - each[4]};
    }

    static String processor() throws IOException {
        return Runtime.getRuntime().availableProcessors() + " cores (" + after("/proc/cpuinfo", "model name") + "), "
                + memory();
    }

    private static String memory() throws IOException {
        double kilobytes = Double.parseDouble(after("/proc/meminfo", "MemTotal").replaceAll("[^0-9]", ""));
        return String.format(Locale.ROOT, "%.0f GiB", kilobytes / 1024 / 1024);
    }

    private static String after(String file, String name) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        }
    }

    static String disk(Path directory) throws IOException {
        FileStore store = Files.getFileStore(directory);
        return store.type() + " on " + store.name();
    }

    static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version");
    }

    static String jdk() {
        return System.getProperty("java.vendor") + " " + System.getProperty("java.vm.version");
    }
}
