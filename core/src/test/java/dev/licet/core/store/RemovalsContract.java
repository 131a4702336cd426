package dev.licet.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.RemovalId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals.Asked;
import dev.licet.core.removal.SubjectHash;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What every engine promises of events that are taken away.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class RemovalsContract {
    private static final SigningKey SIGNING_KEY = SigningKey.generate();
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);
    private static final AccountNumber OTHER = new AccountNumber(AccountNumber.FIRST + 1);
    /// Bytes that are easily lost on the way from one language to another.
    private static final String GONE = "gone \u0000 faßt 😀";
    private static final Asked ASKED = new Asked("a mistake", "tok_1", TestClock.START);

    @TempDir
    Path directory;

    private Store store;

    /// Opens the store in this directory; called again after a close, it opens the same one again.
    protected abstract Store open(Path directory);

    @BeforeEach
    void start() {
        store = open(directory);
        for (AccountNumber account : List.of(ACCOUNT, OTHER)) {
            store.accounts().add(new Account(account, "account", SIGNING_KEY, false, TestClock.START));
        }
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private void reopen() {
        store.close();
        store = open(directory);
    }

    private long append(AccountNumber account, String name, String machine) {
        UsageEvent event = new UsageEvent(
                account,
                "rest",
                Optional.of(name),
                TestClock.START,
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(machine),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
        return switch (store.events().append(new Submission(List.of(event), TestClock.START))) {
            case Outcome.Success<List<Placed>>(List<Placed> placed) ->
                placed.getFirst().id();
            case Outcome.Refused<List<Placed>>(Refusal refusal) -> throw new AssertionError("refused: " + refusal);
        };
    }

    private List<String> names(AccountNumber account) {
        return store.events().find(EventQuery.of(account, EventFilter.ALL, 100)).events().stream()
                .map(RecordedEvent::event)
                .map(event -> event.name().orElseThrow())
                .toList();
    }

    private Removal awaitDone(Removal asked) {
        while (true) {
            Removal now = store.removals().find(asked.account(), asked.id()).orElseThrow();
            if (now.done().isPresent()) {
                return now;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void voidedEvents_areInNoAnswer_andCountOnce() {
        long first = append(ACCOUNT, "first", "m");
        append(ACCOUNT, "second", "m");
        long others = append(OTHER, "other's", "m");

        Removal removal = store.removals()
                .takeOut(ACCOUNT, Set.of(first, others, 1_000_000L), ASKED)
                .orElseThrow();

        assertThat(removal.events()).containsExactly(first);
        assertThat(removal.kind()).isEqualTo(Removal.Kind.EVENT);
        assertThat(removal.subject()).isEmpty();
        assertThat(removal.reason()).isEqualTo("a mistake");
        assertThat(removal.by()).isEqualTo("tok_1");
        assertThat(removal.done().orElseThrow().events()).isEqualTo(1);
        assertThat(names(ACCOUNT)).containsExactly("second");
        assertThat(names(OTHER)).containsExactly("other's");
        assertThat(store.removals().takeOut(ACCOUNT, Set.of(first), ASKED)).isEmpty();
        assertThat(append(ACCOUNT, "first", "m")).as("sent again").isEqualTo(first);
        assertThat(names(ACCOUNT)).containsExactly("second");

        reopen();
        assertThat(names(ACCOUNT)).containsExactly("second");
        assertThat(store.removals().find(ACCOUNT, removal.id())).contains(removal);
    }

    @Test
    void erasure_takesAllSoFarThatNameIt_andIsDoneAfterAWhile_overAReopen() {
        append(ACCOUNT, "first", GONE);
        append(ACCOUNT, "second", "stays");
        append(OTHER, "other's", GONE);
        Removal asked = store.removals().erase(ACCOUNT, Removal.Kind.MACHINE, GONE, ASKED);
        reopen();
        append(ACCOUNT, "third", GONE);

        Removal done = awaitDone(asked);

        assertThat(names(ACCOUNT)).containsExactly("third", "second");
        assertThat(names(OTHER)).containsExactly("other's");
        assertThat(done.done().orElseThrow().events()).isEqualTo(1);
        assertThat(done.upTo()).isEqualTo(3);
        String salt = done.subject().orElseThrow().salt();
        assertThat(done.subject()).contains(SubjectHash.of(salt, ACCOUNT, Removal.Kind.MACHINE, GONE));
        assertThat(append(ACCOUNT, "first", GONE)).as("sent again").isEqualTo(1);
        assertThat(names(ACCOUNT)).containsExactly("third", "second");
    }

    @Test
    void removals_areListedAndFoundInTheirAccountAlone() {
        Removal machine = store.removals().erase(ACCOUNT, Removal.Kind.MACHINE, "m", ASKED);
        Removal key = store.removals().erase(ACCOUNT, Removal.Kind.KEY, "k", ASKED);
        store.removals().erase(OTHER, Removal.Kind.USER, "u", ASKED);

        assertThat(store.removals().list(ACCOUNT, 0, 10))
                .extracting(Removal::id)
                .containsExactly(machine.id(), key.id());
        assertThat(store.removals().list(ACCOUNT, machine.id().value(), 10))
                .extracting(Removal::kind)
                .containsExactly(Removal.Kind.KEY);
        assertThat(store.removals().list(ACCOUNT, 0, 1)).hasSize(1);
        assertThat(store.removals().find(OTHER, machine.id())).isEmpty();
        assertThat(store.removals().find(ACCOUNT, new RemovalId(1_000_000))).isEmpty();
    }
}
