package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.proof.Finding.Fault;
import dev.licet.proof.Ledger.Entry;
import dev.licet.proof.Ledger.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The comparison sees each fault that it is there for.
class ComparisonTest {
    private final Ledger ledger = new Ledger();
    private final List<Stored.Event> stored = new ArrayList<>();
    private int number;

    private Entry acknowledged(Kind kind, int events) {
        Entry entry = unanswered(kind, events);
        entry.acknowledged(0);
        return entry;
    }

    private Entry unanswered(Kind kind, int events) {
        return ledger.sending(kind, 1, 0, ++number, events);
    }

    private void store(Entry entry) {
        for (int i = 0; i < entry.events(); i++) {
            store(stored.size() + 1L, entry, i);
        }
    }

    private void store(long id, Entry entry, int index) {
        stored.add(new Stored.Event(id, Content.of(entry.kind(), entry.event(index))));
    }

    private List<Fault> faults() {
        return Comparison.ofEvents(ledger, 1, stored).stream()
                .map(Finding::fault)
                .toList();
    }

    @Test
    void allThereOnce_isFine_andWhatWasNotAnsweredMayBeThereOrNot() {
        store(acknowledged(Kind.EVENT, 1));
        store(acknowledged(Kind.BATCH, 3));
        store(acknowledged(Kind.LOG_EVENT, 1));
        store(unanswered(Kind.BATCH, 3));
        unanswered(Kind.BATCH, 3);
        unanswered(Kind.EVENT, 1).refused();

        assertThat(faults()).isEmpty();
    }

    @Test
    void acknowledgedAndGone_isLost() {
        acknowledged(Kind.EVENT, 1);
        acknowledged(Kind.BATCH, 3);

        assertThat(faults()).containsExactly(Fault.LOST, Fault.LOST);
    }

    @Test
    void thereTwice_isDoubled() {
        Entry answered = acknowledged(Kind.EVENT, 1);
        Entry open = unanswered(Kind.BATCH, 2);
        store(answered);
        store(answered);
        store(open);
        store(open);

        assertThat(faults()).contains(Fault.DOUBLED).doesNotContain(Fault.LOST);
        assertThat(Comparison.ofEvents(ledger, 1, stored))
                .filteredOn(finding -> finding.fault() == Fault.DOUBLED)
                .extracting(Finding::kind)
                .containsExactly(Kind.EVENT, Kind.BATCH, Kind.BATCH);
    }

    @Test
    void partOfABatch_isTorn_answeredOrNot() {
        store(1, acknowledged(Kind.BATCH, 3), 0);
        store(2, unanswered(Kind.BATCH, 3), 2);

        assertThat(faults()).containsExactly(Fault.TORN, Fault.TORN);
    }

    @Test
    void otherContent_isAltered() {
        Entry entry = acknowledged(Kind.EVENT, 1);
        Content told = Content.of(Kind.EVENT, entry.event(0));
        stored.add(new Stored.Event(
                1, new Content(told.name(), told.feature(), told.value() + 1, told.currency(), told.metadata())));

        assertThat(faults()).containsExactly(Fault.ALTERED);
    }

    @Test
    void otherIdThanWasTold_isAltered() {
        Entry entry = unanswered(Kind.LOG_EVENT, 1);
        entry.acknowledged(7);
        store(entry);

        assertThat(faults()).containsExactly(Fault.ALTERED);
    }

    @Test
    void refusedOrNeverSent_andThere_isUnasked() {
        Entry refused = unanswered(Kind.EVENT, 1);
        refused.refused();
        store(refused);
        stored.add(new Stored.Event(2, Content.of(Kind.EVENT, "life9-9-9/0")));

        assertThat(faults()).containsExactlyInAnyOrder(Fault.UNASKED, Fault.UNASKED);
    }

    @Test
    void sameIdTwice_isGivenTwice() {
        store(1, acknowledged(Kind.EVENT, 1), 0);
        store(1, acknowledged(Kind.EVENT, 1), 0);

        assertThat(faults()).containsExactly(Fault.GIVEN_TWICE);
    }

    @Test
    void idsThatFall_areOutOfOrder_butForARequestThatWasSentAgain() {
        Entry first = acknowledged(Kind.EVENT, 1);
        Entry second = acknowledged(Kind.EVENT, 1);
        store(second);
        store(first);

        assertThat(faults()).contains(Fault.OUT_OF_ORDER);

        first.sentAgain();
        assertThat(faults()).isEmpty();
    }

    @Test
    void idsThatFallFromLifeToLife_areOutOfOrder() {
        Entry later = ledger.sending(Kind.EVENT, 2, 0, 1, 1);
        later.acknowledged(0);
        store(later);
        store(acknowledged(Kind.EVENT, 1));

        assertThat(faults()).containsExactly(Fault.OUT_OF_ORDER);
    }

    @Test
    void batchWithAnotherOnesEventInIt_isOutOfOrder() {
        Entry batch = acknowledged(Kind.BATCH, 2);
        store(1, batch, 0);
        store(2, ledger.sending(Kind.EVENT, 1, 5, 1, 1), 0);
        store(3, batch, 1);

        assertThat(faults()).containsExactly(Fault.OUT_OF_ORDER);
    }

    @Test
    void licenses_lostDoubledRefusedAndStrangeOnes_areSeen() {
        Entry fine = acknowledged(Kind.LICENSE, 0);
        acknowledged(Kind.LICENSE, 0);
        Entry doubled = unanswered(Kind.LICENSE, 0);
        Entry refused = unanswered(Kind.LICENSE, 0);
        refused.refused();
        unanswered(Kind.LICENSE, 0);

        assertThat(Comparison.ofThings(
                                ledger,
                                Kind.LICENSE,
                                List.of(
                                        new Stored.Thing(1, fine.name()),
                                        new Stored.Thing(2, doubled.name()),
                                        new Stored.Thing(3, doubled.name()),
                                        new Stored.Thing(4, refused.name()),
                                        new Stored.Thing(5, "life9-9-9")))
                        .stream()
                        .map(Finding::fault))
                .containsExactlyInAnyOrder(Fault.LOST, Fault.DOUBLED, Fault.UNASKED, Fault.UNASKED);
    }

    @Test
    void transactionNumber_again_fallingOrOfAnEarlierLife_isSeen() {
        ledger.transactionNumber(5, 0, 1);
        ledger.transactionNumber(9, 5, 1);
        assertThat(ledger.findings()).isEmpty();

        ledger.transactionNumber(5, 0, 1);
        ledger.transactionNumber(7, 9, 1);
        ledger.transactionNumber(8, 0, 2);

        assertThat(ledger.findings().stream().map(Finding::fault))
                .containsExactly(Fault.GIVEN_TWICE, Fault.OUT_OF_ORDER, Fault.OUT_OF_ORDER);
    }
}
