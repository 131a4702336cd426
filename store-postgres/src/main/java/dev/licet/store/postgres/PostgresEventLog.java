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
import dev.licet.store.embedded.PagedExport;
import dev.licet.store.sql.EventSelection;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.OptionalLong;

/// Events in one table, from their acknowledgement on: what was acknowledged is what questions find, on every
/// node.
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
        EventSelection selection = EventSelection.of(query.account(), query.filter(), EventRows.WORDS)
                .above(query.above())
                .below(upwards ? OptionalLong.empty() : query.below());
        return reads.ask(connection -> {
            long asOf = EventReads.last(connection);
            List<RecordedEvent> found = EventRows.find(connection, selection, upwards, query.limit(), Long.MAX_VALUE);
            return new EventPage(upwards ? found.reversed() : found, asOf, true);
        });
    }

    @Override
    public EventExport export(AccountNumber account, EventFilter filter) {
        long asOf = lastAcknowledged();
        EventSelection selection =
                EventSelection.of(account, filter, EventRows.WORDS).upTo(asOf);
        return new PagedExport(account, new Matching(selection), asOf, true, directory);
    }

    @Override
    public long lastAcknowledged() {
        return reads.ask(EventReads::last);
    }

    @Override
    public long lastQueryable() {
        return lastAcknowledged();
    }

    private final class Matching implements PagedExport.Pages {
        private final EventSelection selection;

        Matching(EventSelection selection) {
            this.selection = selection;
        }

        @Override
        public long count() {
            return reads.ask(connection -> {
                try (PreparedStatement statement =
                                selection.prepare(connection, "SELECT count(*) FROM event WHERE ", "");
                        ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            });
        }

        @Override
        public List<RecordedEvent> above(long id) {
            return reads.ask(connection ->
                    EventRows.find(connection, selection.above(id), true, PagedExport.ROWS, PagedExport.CHARACTERS));
        }
    }
}
