package dev.licet.store.postgres;

/// The locks that nodes share in a database: numbers that nothing else in it locks, and of which no two are the same.
public final class AdvisoryLocks {
    /// Of who writes entities.
    static final long WRITERS = 0x6C69_6365_74L;

    /// Of who removes events.
    static final long ERASER = 0x6C69_6365_75L;

    /// Of who lets old events go.
    static final long KEEPER = 0x6C69_6365_76L;

    /// Shared by all who write, and alone for who moves.
    static final long MOVE = 0x6C69_6365_77L;

    /// Of who counts events by days.
    public static final long ROLLER = 0x6C69_6365_78L;

    /// Of who notes what is counted of the events in another engine, for a moment each.
    public static final long COUNTS = 0x6C69_6365_79L;

    private AdvisoryLocks() {}
}
