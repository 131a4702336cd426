package dev.licet.store.embedded;

/// How much the journal takes on.
///
/// @param queueRequests how many requests may wait to be written
/// @param queueBytes how many bytes they may take
/// @param diskFloor how many bytes of the disk have to be free for it to take anything; 0 for any
/// @param mostUnloaded how many of its events the event table may lack before it takes no more than are loaded
public record JournalSettings(int queueRequests, long queueBytes, long diskFloor, int mostUnloaded) {
    /// Those of a process that is not the server: there is no floor.
    static final JournalSettings OFFLINE = new JournalSettings(16_384, 64L << 20, 0, 1_000_000);
}
