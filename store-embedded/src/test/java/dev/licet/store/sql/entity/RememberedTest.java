package dev.licet.store.sql.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.store.embedded.TestEntities;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RememberedTest {
    @TempDir
    Path directory;

    private SingleWriter database;
    private Remembered<String, Long> remembered;
    private final AtomicInteger reads = new AtomicInteger();

    @BeforeEach
    void open() {
        database = TestEntities.open(directory.resolve("test.db"));
        remembered = new Remembered<>(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Optional<Long> find() {
        return remembered.find("number", () -> {
            reads.incrementAndGet();
            return database.read(sql ->
                    sql.first("SELECT next FROM number_reserve WHERE name = 'transaction'", row -> row.getLong(1)));
        });
    }

    private void set(long value) {
        database.write(sql -> sql.update("UPDATE number_reserve SET next = ? WHERE name = 'transaction'", value));
    }

    @Test
    void find_whatWasFoundBefore_isNotReadAgainUntilSomethingChanges() {
        set(1);
        assertThat(find()).contains(1L);
        assertThat(find()).contains(1L);
        assertThat(reads).hasValue(1);

        database.writeUnremembered(sql -> sql.update("DELETE FROM session"));
        find();
        assertThat(reads).hasValue(1);

        set(2);
        assertThat(find()).contains(2L);
        assertThat(reads).hasValue(2);
    }

    @Test
    void find_whatIsNotThere_isReadEachTime() {
        remembered.find("nothing", () -> {
            reads.incrementAndGet();
            return Optional.empty();
        });
        remembered.find("nothing", () -> {
            reads.incrementAndGet();
            return Optional.empty();
        });

        assertThat(reads).hasValue(2);
    }

    @Test
    void find_withinAChange_seesWhatItChanged() {
        set(1);
        find();
        long within = database.write(sql -> {
            set(5);
            return find().orElseThrow();
        });

        assertThat(within).isEqualTo(5);
        assertThat(find()).contains(5L);
    }

    @Test
    void find_withinAChangeOfWhatIsNotRemembered_isNotReadAgain() {
        set(1);
        find();
        long within = database.writeUnremembered(sql -> find().orElseThrow());

        assertThat(within).isEqualTo(1);
        assertThat(reads).hasValue(1);
    }

    @Test
    void find_withinAChangeThatTouchesIt_seesWhatItChanged_andOthersAreNotReadAgain() {
        Remembered<String, Long> touched = new Remembered<>(database, key -> key);
        Function<String, Long> find = key -> touched.find(key, () -> {
                    reads.incrementAndGet();
                    return database.read(sql -> sql.first(
                            "SELECT next FROM number_reserve WHERE name = 'transaction'", row -> row.getLong(1)));
                })
                .orElseThrow();
        set(1);
        assertThat(find.apply("changed")).isEqualTo(1);
        assertThat(find.apply("other")).isEqualTo(1);
        assertThat(reads).hasValue(2);

        List<Long> within = database.writeUnremembered(sql -> {
            database.touch("changed");
            sql.update("UPDATE number_reserve SET next = 2 WHERE name = 'transaction'");
            return List.of(find.apply("changed"), find.apply("other"));
        });
        assertThat(within).containsExactly(2L, 1L);
        assertThat(reads).hasValue(3);
        assertThat(find.apply("changed")).isEqualTo(2);
        assertThat(find.apply("other")).isEqualTo(1); // nobody said that it changed
    }

    /// What a change saw of itself is forgotten with it.
    @Test
    void find_afterAChangeThatWasTakenBack_seesWhatIsThere() {
        Remembered<String, Long> touched = new Remembered<>(database, key -> key);
        Supplier<Long> find = () -> touched.find(
                        "changed",
                        () -> database.read(sql -> sql.first(
                                "SELECT next FROM number_reserve WHERE name = 'transaction'", row -> row.getLong(1))))
                .orElseThrow();
        set(1);
        assertThat(find.get()).isEqualTo(1);
        assertThatThrownBy(() -> database.writeUnremembered(sql -> {
                    database.touch("changed");
                    sql.update("UPDATE number_reserve SET next = 2 WHERE name = 'transaction'");
                    assertThat(find.get()).isEqualTo(2);
                    throw new IllegalStateException("no");
                }))
                .hasMessageContaining("no");
        assertThat(find.get()).isEqualTo(1);
    }

    /// Of a change that was acknowledged, nobody sees what was before it.
    @Test
    void find_whileItChanges_isNeverOlderThanWhatWasAcknowledged() throws Exception {
        set(0);
        AtomicLong acknowledged = new AtomicLong();
        AtomicLong tooOld = new AtomicLong();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            readers.add(Thread.ofPlatform().start(() -> {
                while (acknowledged.get() < 500) {
                    long before = acknowledged.get();
                    if (find().orElseThrow() < before) {
                        tooOld.incrementAndGet();
                    }
                }
            }));
        }
        for (long i = 1; i <= 500; i++) {
            set(i);
            acknowledged.set(i);
        }
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(tooOld).hasValue(0);
    }
}
