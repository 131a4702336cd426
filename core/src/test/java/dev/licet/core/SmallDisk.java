package dev.licet.core;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A file system of its own, in memory, which can be filled.
///
/// @param directory where it is
public record SmallDisk(Path directory) implements AutoCloseable {
    private static final int BLOCK = 4096;

    /// Makes one. Where nobody may mount, the test is left out, unless the environment has `NEVER_SKIP_TESTS`.
    ///
    /// @param directory that is empty
    public static SmallDisk mount(Path directory, int megabytes) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        if (!run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", directory.toString())) {
            String reason = "NOT TESTED: a full disk needs the right to mount a file system";
            System.err.println(reason);
            assumeTrue(System.getenv("NEVER_SKIP_TESTS") != null, reason);
            throw new IOException(reason);
        }
        return new SmallDisk(directory);
    }

    public void resize(int megabytes) throws IOException, InterruptedException {
        if (!run("mount", "-o", "remount,size=" + megabytes + "m", directory.toString())) {
            throw new IOException("can't resize " + directory);
        }
    }

    /// Leaves no room, until that file is deleted.
    public Path fill() throws IOException {
        Path ballast = directory.resolve("ballast");
        try (OutputStream out = Files.newOutputStream(ballast)) {
            byte[] block = new byte[BLOCK];
            while (directory.toFile().getUsableSpace() > 0) {
                out.write(block);
            }
        }
        return ballast;
    }

    private static boolean run(String... command) throws InterruptedException, IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    /// Takes it away, also from who still has files there.
    @Override
    public void close() throws IOException, InterruptedException {
        if (!run("umount", "-l", directory.toString())) {
            throw new IOException("can't unmount " + directory);
        }
    }
}
