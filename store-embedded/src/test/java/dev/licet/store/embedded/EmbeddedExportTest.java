package dev.licet.store.embedded;

import static dev.licet.store.embedded.TestEvents.ACCOUNT;
import static dev.licet.store.embedded.TestEvents.append;
import static dev.licet.store.embedded.TestEvents.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.ExportedRows;
import dev.licet.core.store.ExportContract;
import dev.licet.core.store.Store;
import dev.licet.store.sql.EventSelection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedExportTest extends ExportContract {
    @Override
    protected Store open(Path directory) {
        return EmbeddedStore.open(directory);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    void parquet_hasNoNameWhileItIsRead_andIsReadAsRows(@TempDir Path data, @TempDir Path other) throws IOException {
        Path copy = other.resolve("it's [1] *.parquet");
        try (Store store = open(data);
                EventExport export = begin(store)) {
            try (InputStream bytes = export.parquet().bytes()) {
                assertThat(files(data.resolve("exports"))).isEmpty();
                Files.copy(bytes, copy);
            }
        }

        try (ExportedRows rows = EmbeddedStore.readParquet(copy)) {
            assertThat(rows.total()).isEqualTo(2);
            Map<String, String> row = rows.next().orElseThrow();
            assertThat(row)
                    .containsEntry("position", "1")
                    .containsEntry("name", "one")
                    .containsEntry("machine", "a machine")
                    .containsEntry("properties", "{\"metadata\":\"of one\"}")
                    .containsEntry("source", "rest")
                    .doesNotContainKeys("id", "product", "value", "account");
            assertThat(row.get("time")).startsWith("20").endsWith(".000000Z");
            assertThat(rows.next()).isPresent();
            assertThat(rows.next()).isEmpty();
        }
    }

    private static EventExport begin(Store store) {
        append(store.events(), TestClock.START, event("one"), event("two"));
        return store.events().export(ACCOUNT, EventFilter.ALL);
    }

    @Test
    void whatAKilledProcessLeft_isDeletedAtTheNextStart(@TempDir Path data) throws IOException {
        open(data).close();
        Path left = Files.createDirectories(data.resolve("exports")).resolve("1.parquet");
        Files.writeString(left, "the beginning of a file");
        try (Store store = open(data);
                EventExport export = begin(store)) {
            assertThat(left).doesNotExist();
            assertThat(export.parquet().events()).isEqualTo(2);
        }
    }

    @Test
    void nearlyFullDisk_isGivenNoFile(@TempDir Path directory) throws Exception {
        MemoryDisk disk = new MemoryDisk(new Random(1));
        DiskSpace space = new DiskSpace(disk, directory, 1L << 20);
        disk.usable = 1L << 20;
        try (EventTable table = EventTable.open(directory.resolve("events.duckdb"), TestEvents.QUERY_MEMORY);
                Exports exports = Exports.open(directory.resolve("exports"), table, space);
                EventExport export =
                        exports.begin(EventSelection.of(ACCOUNT, EventFilter.ALL, EventTable.WORDS), 0, true)) {
            assertThatThrownBy(export::parquet).isInstanceOf(Unavailable.class);
            assertThat(export.count()).isZero();
            disk.usable = 2L << 20;
            assertThat(export.parquet().events()).isZero();
        }
    }

    @Test
    void tableThatLacksEvents_isNotExportedAsIfItHadThem(@TempDir Path directory) throws Exception {
        try (EventTable table = EventTable.open(directory.resolve("events.duckdb"), TestEvents.QUERY_MEMORY);
                Exports exports = Exports.open(directory.resolve("exports"), table, DiskSpace.unwatched());
                EventExport export =
                        exports.begin(EventSelection.of(ACCOUNT, EventFilter.ALL, EventTable.WORDS), 5, true)) {
            assertThatThrownBy(export::next).isInstanceOf(Unavailable.class);
            assertThatThrownBy(export::count).isInstanceOf(Unavailable.class);
            assertThatThrownBy(export::parquet).isInstanceOf(Unavailable.class);
            assertThat(files(directory.resolve("exports"))).isEmpty();
        }
    }

    @Test
    void whatIsNoParquet_isToldSo(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("a.parquet"), "no Parquet at all, but long enough for one");

        assertThatThrownBy(() -> EmbeddedStore.readParquet(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("can't be read as Parquet");
    }
}
