package dev.licet.store.postgres;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventLog;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.id.AccountNumber;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// Events in one table, from their acknowledgement on: what was acknowledged is what questions find, on every node.
final class PostgresEventLog implements EventLog {
    private final EventWriter writer;
    private final EventReads reads;
    private final Path directory;

    /// @param directory for files that are being exported
    PostgresEventLog(EventWriter writer, EventReads reads, Path directory) {
        this.writer = writer;
        this.reads = reads;
        this.directory = directory;
    }

    @Override
    public Outcome<List<Placed>> append(Submission submission) {
        return writer.submit(submission).await();
    }

    @Override
    public Pending<List<Placed>> submit(Submission submission) {
        if (submission.isOnce()) {
            throw new IllegalArgumentException("the ids of a submission have to be looked up");
        }
        return writer.submit(submission).map(outcome -> ((Outcome.Success<List<Placed>>) outcome).value());
    }

    @Override
    public EventPage find(EventQuery query) {
        boolean upwards = query.above().isPresent();
        EventSelection selection = EventSelection.of(query.account(), query.filter())
                .above(query.above())
                .below(upwards ? OptionalLong.empty() : query.below());
        return reads.ask(connection -> {
            long asOf = EventReads.last(connection);
            List<RecordedEvent> found = selection.rows(connection, upwards, query.limit(), Long.MAX_VALUE);
            return new EventPage(upwards ? found.reversed() : found, asOf, true);
        });
    }

    @Override
    public EventExport export(AccountNumber account, EventFilter filter) {
        return new PostgresExport(reads, account, EventSelection.of(account, filter), lastAcknowledged(), directory);
    }

    @Override
    public long lastAcknowledged() {
        return reads.ask(EventReads::last);
    }

    @Override
    public long lastQueryable() {
        return lastAcknowledged();
    }
}
