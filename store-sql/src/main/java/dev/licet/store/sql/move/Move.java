package dev.licet.store.sql.move;

import dev.licet.core.Unavailable;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.store.MoveProgress;
import dev.licet.core.store.MoveReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Brings all of one store into another that is empty.
///
/// Ids and events go in pieces, in their order, so that a move that was interrupted goes on behind the last piece that
/// the target has. Entities, which are few beside them, go last, in one transaction with the mark that the target is
/// whole: so they are always those of the same moment, and there is no half of them.
public final class Move {
    private final MoveSource source;
    private final MoveTarget target;
    private final MoveProgress progress;

    private Move(MoveSource source, MoveTarget target, MoveProgress progress) {
        this.source = source;
        this.target = target;
        this.progress = progress;
    }

    /// @return what is there then; where that is not the same in both, the target is not finished
    public static MoveReport run(MoveSource source, MoveTarget target, MoveProgress progress) {
        try {
            return new Move(source, target, progress).run();
        } catch (SQLException | IOException | Unavailable e) {
            throw new IllegalStateException(
                    "the move was interrupted, and goes on when it is run again: " + e.getMessage(), e);
        }
    }

    private MoveReport run() throws SQLException, IOException {
        refusePendingRemovals();
        target.begin(identity());
        moveIds();
        moveEvents();
        EntityTables entities = target.entities();
        entities.fillFrom(source.entities(), progress);
        MoveReport report = report(entities);
        if (report.isWhole()) {
            target.finish();
        }
        return report;
    }

    /// What is asked for and not done yet is of events that would be moved.
    private void refusePendingRemovals() throws SQLException {
        if (source.entities().number("SELECT count(*) FROM removal WHERE done_at IS NULL") > 0) {
            throw new IllegalStateException("events are still to be erased from the source: let its server run, and"
                    + " take writes, until 'licet erase' says that it is done");
        }
    }

    /// Not the salt itself, by which names can be tried.
    private String identity() throws SQLException {
        try {
            byte[] salt = source.entities().salt().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(salt));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    private void moveIds() throws SQLException {
        addIds(target.lastId());
        if (target.countIds() < source.countIds()) {
            addIds(Optional.empty()); // since it was begun some came that stand before the last one
        }
    }

    private void addIds(Optional<Fingerprint> after) throws SQLException {
        long all = source.countIds();
        long[] done = {after.isPresent() ? target.countIds() : 0};
        source.ids(after, page -> {
            target.addIds(page);
            done[0] += page.size();
            progress.at("ids", done[0], all);
        });
    }

    private void moveEvents() throws SQLException, IOException {
        long last = source.lastEvent();
        long before = target.lastEvent();
        if (before > last) {
            throw new IllegalStateException("the target has events up to " + before + ", and the source up to " + last
                    + ": it was put back since the move was begun. Begin again with an empty target.");
        }
        source.events(before, (page, upTo) -> {
            target.addEvents(page, upTo);
            progress.at("events", upTo, last);
        });
        target.endEvents();
    }

    private MoveReport report(EntityTables entities) throws SQLException, IOException {
        List<MoveReport.Table> tables = new ArrayList<>();
        int all = EntityTables.ALL.size() + 2;
        for (String table : EntityTables.ALL) {
            tables.add(new MoveReport.Table(table, source.entities().count(table), entities.count(table)));
            progress.at("counted tables", tables.size(), all);
        }
        tables.add(new MoveReport.Table("ids of events and requests", source.countIds(), target.countIds()));
        progress.at("counted tables", tables.size(), all);
        tables.add(new MoveReport.Table("events", source.countEvents(), target.countEvents()));
        return new MoveReport(tables);
    }
}
