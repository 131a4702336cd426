package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CreateStoreTest {
    @TempDir
    Path parent;

    @Test
    void create_whatTheFillingWroteIsThere() {
        Path directory = parent.resolve("data");

        long reserved = EmbeddedStore.create(
                directory, store -> store.transactionNumbers().reserve(10));

        assertThat(EmbeddedStore.exists(directory)).isTrue();
        assertThat(directory.resolve(".new")).doesNotExist();
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            assertThat(store.transactionNumbers().reserve(1)).isEqualTo(reserved + 10);
        }
    }

    @Test
    void create_madeDirectory_isForItsOwnerAlone() throws IOException {
        Path directory = parent.resolve("deep").resolve("data");

        EmbeddedStore.create(directory, store -> 0);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
    }

    @Test
    void create_fillingFails_noStoreIsThereAndTheNextOneIsFresh() {
        assertThatThrownBy(() -> EmbeddedStore.create(parent, store -> {
                    store.transactionNumbers().reserve(10);
                    throw new IllegalArgumentException("no");
                }))
                .hasMessage("no");
        assertThat(EmbeddedStore.exists(parent)).isFalse();

        long reserved =
                EmbeddedStore.create(parent, store -> store.transactionNumbers().reserve(1));

        assertThat(reserved).isEqualTo(1);
    }

    @Test
    void create_leftoverOfACrash_isIgnored() throws IOException {
        Path leftover = parent.resolve(".new");
        EmbeddedStore.create(leftover, store -> store.transactionNumbers().reserve(10));
        Files.writeString(leftover.resolve("entities.db-wal"), "garbage");

        assertThat(EmbeddedStore.exists(parent)).isFalse();
        long reserved =
                EmbeddedStore.create(parent, store -> store.transactionNumbers().reserve(1));

        assertThat(reserved).isEqualTo(1);
        assertThat(leftover).doesNotExist();
    }

    @Test
    void create_storeThere_isRefusedAndChangesNothing() {
        EmbeddedStore.create(parent, store -> store.transactionNumbers().reserve(10));

        assertThatThrownBy(() -> EmbeddedStore.create(parent, store -> 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has a store already");

        try (EmbeddedStore store = EmbeddedStore.open(parent)) {
            assertThat(store.transactionNumbers().reserve(1)).isEqualTo(11);
        }
    }

    @Test
    void create_directoryInUse_isRefused() {
        try (DirectoryLock lock = DirectoryLock.take(parent)) {
            assertThatThrownBy(() -> EmbeddedStore.create(parent, store -> 0)).isInstanceOf(DirectoryInUse.class);
        }
        assertThat(EmbeddedStore.exists(parent)).isFalse();
    }

    @Test
    void create_fillingAppendsEvents_isRefusedSinceTheyWouldNotBeKept() {
        assertThatThrownBy(() -> EmbeddedStore.create(
                        parent,
                        store -> TestEvents.append(
                                store.events(), dev.licet.core.TestClock.START, TestEvents.event("one"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("events");
        assertThat(EmbeddedStore.exists(parent)).isFalse();
    }

    @Test
    void create_somethingKeepsTheNewFileOpen_isRefusedSinceItsLogWouldBeLost() throws Exception {
        String url = "jdbc:sqlite:" + parent.resolve(".new").resolve("entities.db");
        List<Connection> kept = new ArrayList<>();
        try {
            assertThatThrownBy(() -> EmbeddedStore.create(parent, store -> {
                        try {
                            kept.add(DriverManager.getConnection(url));
                            kept.getFirst().createStatement().executeQuery("SELECT * FROM number_reserve");
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                        return store.transactionNumbers().reserve(10);
                    }))
                    .hasStackTraceContaining("entities.db-wal");
            assertThat(EmbeddedStore.exists(parent)).isFalse();
        } finally {
            kept.getFirst().close();
        }
    }
}
