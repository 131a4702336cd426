package dev.licet.core.event;

import java.io.InputStream;
import java.util.List;

/// All events that match, however many, as of when it was begun: those that come meanwhile are not in it. It may take
/// as long as its reader does, and holds up nobody. For one thread at a time; to be closed.
public interface EventExport extends AutoCloseable {

    /// The id up to which all events were seen.
    long asOf();

    /// Whether that is all that was acknowledged before it was begun.
    boolean isComplete();

    /// How many match.
    ///
    /// @throws dev.licet.core.Unavailable when that can't be told now, as do the others
    long count();

    /// The next ones, the lowest id first: not many at once. Empty at the end.
    List<RecordedEvent> next();

    /// All of them as one file.
    Parquet parquet();

    /// A Parquet file. Its columns are named as the members of an event in our own API; times are in UTC.
    ///
    /// @param events how many are in it @param length of the bytes @param bytes are good until the export is closed
    record Parquet(long events, long length, InputStream bytes) {}

    /// Lets go of all that it held. Does nothing the second time.
    @Override
    void close();
}
