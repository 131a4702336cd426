package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.core.event.Placed;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.store.Store;
import dev.licet.core.store.StoreContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class ClusterStoreTest extends StoreContract {
    @TempDir
    static Path directory;

    @Override
    protected Store open() {
        return TestCluster.open(directory);
    }

    // Who takes an event does not look for its id: that is found out on the way into the table. So the answer to one
    // that
    // is sent again has an id of its own, and calls it new; it counts once all the same.

    @Override
    @Test
    protected void append_sameClientIdTwice_countsOnce() {
        append(withId("a", "first"));
        append(event("between"));
        append(withId("a", "second"));

        assertThat(names()).containsExactly("between", "first");
    }

    @Override
    @Test
    protected void append_sameClientIdInOneSubmission_countsOnce() {
        place(withId("a", "first"), withId("b", "other"), withId("a", "second"));

        assertThat(names()).containsExactly("other", "first");
    }

    @Override
    @Test
    protected void append_someKnownSomeNew_onlyTheNewAreAdded() {
        append(withId("b", "b"));
        place(withId("a", "a"), withId("b", "b again"), event("none"), withId("c", "c"));

        assertThat(names()).containsExactly("c", "none", "a", "b");
    }

    @Override
    @Test
    protected void append_sameClientIdByManyAtOnce_countsOnce() {
        AtOnce.run(64, i -> place(withId("a", "try " + i)).getFirst());

        assertThat(find().events()).hasSize(1);
    }

    @Override
    @Test
    protected void append_afterReopen_clientIdsAreStillKnown() {
        append(withId("a", "first"));

        reopen();

        append(withId("a", "second"));
        assertThat(names()).containsExactly("first");
    }

    @Override
    @Test
    protected void append_requestKeyAndClientIds_againIsWhereItWas() {
        append(withId("b", "b"));
        UsageEvent[] events = {event("none"), withId("a", "a"), withId("b", "b again"), event("none too")};
        List<Placed> once = place(requestKey("key", "content"), events);

        assertThat(place(requestKey("key", "content"), events))
                .extracting(Placed::id)
                .isEqualTo(once.stream().map(Placed::id).toList());
        assertThat(find().events()).hasSize(4);
    }
}
