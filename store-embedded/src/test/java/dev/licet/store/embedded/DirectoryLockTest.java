package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.ChildProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
    @TempDir
    Path directory;

    @Test
    void take_heldByThisProcess_isRefused() {
        try (DirectoryLock lock = DirectoryLock.take(directory)) {
            assertThatThrownBy(() -> DirectoryLock.take(directory))
                    .isInstanceOf(DirectoryInUse.class)
                    .hasMessageContaining(directory.toString());
        }
    }

    @Test
    void take_byAnotherName_isRefused() {
        try (DirectoryLock lock = DirectoryLock.take(directory)) {
            assertThatThrownBy(() -> DirectoryLock.take(directory.resolve("..").resolve(directory.getFileName())))
                    .isInstanceOf(DirectoryInUse.class);
        }
    }

    @Test
    void take_afterClose_isTaken() {
        DirectoryLock.take(directory).close();
        DirectoryLock.take(directory).close();
    }

    @Test
    void take_ofAnotherDirectory_isTaken() {
        try (DirectoryLock lock = DirectoryLock.take(directory.resolve("one"));
                DirectoryLock other = DirectoryLock.take(directory.resolve("two"))) {
            assertThat(lock).isNotSameAs(other);
        }
    }

    @Test
    void take_byAnotherProcess_isRefusedUntilClose() throws Exception {
        try (DirectoryLock lock = DirectoryLock.take(directory)) {
            // A refused attempt of our own must not give the lock away: on POSIX systems closing any
            // channel of a file drops all locks that the process has on it.
            assertThatThrownBy(() -> DirectoryLock.take(directory)).isInstanceOf(DirectoryInUse.class);

            assertThat(takeInAnotherProcess()).isEqualTo("refused");
        }
        assertThat(takeInAnotherProcess()).isEqualTo("taken");
    }

    @Test
    void open_heldByAnotherStore_isRefusedAndLeavesItWell() {
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            assertThatThrownBy(() -> EmbeddedStore.open(directory)).isInstanceOf(DirectoryInUse.class);

            assertThat(store.transactionNumbers().reserve(1)).isEqualTo(1);
        }
    }

    private String takeInAnotherProcess() throws Exception {
        Process process = ChildProcess.start(Taker.class, directory.toString());
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said.strip();
    }

    static final class Taker {
        private Taker() {}

        public static void main(String[] arguments) {
            try (DirectoryLock lock = DirectoryLock.take(Path.of(arguments[0]))) {
                System.out.println("taken");
            } catch (DirectoryInUse e) {
                System.out.println("refused");
            }
        }
    }
}
