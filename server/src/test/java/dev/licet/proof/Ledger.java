package dev.licet.proof;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// What clients sent, and what they were told; kept on their side alone, so that a server can be held to its word.
/// Safe for threads; what belongs to one connection is written by that connection's thread.
final class Ledger {
    /// What every name of a request begins with.
    static final String NAME = "life";

    /// What a request asks for. @param stores what it leaves behind
    enum Kind {
        EVENT("cryptolens RegisterEvent", Stores.EVENTS),
        BATCH("cryptolens RegisterEvents", Stores.EVENTS),
        LOG_EVENT("veoh logEvent", Stores.EVENTS),
        LICENSE("veoh license.create", Stores.A_LICENSE),
        PRODUCT("rest products", Stores.A_PRODUCT),
        LOGIN("videntity login", Stores.A_SESSION),
        PING("videntity ping", Stores.A_SESSION),
        LOGOUT("videntity logout", Stores.A_SESSION);

        private final String text;
        private final Stores stores;

        Kind(String text, Stores stores) {
            this.text = text;
            this.stores = stores;
        }

        Stores stores() {
            return stores;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    enum Stores {
        EVENTS,
        A_LICENSE,
        A_PRODUCT,
        A_SESSION
    }

    enum Answer {
        /// The connection ended first: it may have happened or not.
        NONE,
        /// It was acknowledged.
        YES,
        /// It was refused for now (503): it may not have happened.
        NO
    }

    /// One request.
    static final class Entry {
        private final Kind kind;
        private final int life;
        private final int connection;
        private final int number;
        private final int events;
        private volatile Answer answer = Answer.NONE;
        private volatile long id;
        private volatile boolean sentAgain;

        private Entry(Kind kind, int life, int connection, int number, int events) {
            this.kind = kind;
            this.life = life;
            this.connection = connection;
            this.number = number;
            this.events = events;
        }

        Kind kind() {
            return kind;
        }

        /// Which life of the server it was sent to, counted from 1.
        int life() {
            return life;
        }

        int connection() {
            return connection;
        }

        /// Which request of its connection it is: each was sent after the one before was answered.
        int number() {
            return number;
        }

        int events() {
            return events;
        }

        Answer answer() {
            return answer;
        }

        /// The id that its answer told; 0 for none.
        long id() {
            return id;
        }

        /// Stands in all that it stores.
        String name() {
            return NAME + life + "-" + connection + "-" + number;
        }

        /// Whether it carries an `Idempotency-Key`, its name: then it may be sent again, and counts once.
        boolean isKeyed() {
            return number % 2 == 0 && kind.stores != Stores.A_SESSION;
        }

        /// Whether it was sent in a later life too, and may have been stored only then.
        boolean isSentAgain() {
            return sentAgain;
        }

        void sentAgain() {
            sentAgain = true;
        }

        /// The name of one of its events.
        String event(int index) {
            return name() + "/" + index;
        }

        void acknowledged(long told) {
            id = told;
            answer = Answer.YES;
        }

        void refused() {
            answer = Answer.NO;
        }
    }

    /// A session whose key somebody was told.
    static final class Held {
        private final String key;
        private final int life;
        private volatile Instant aliveFrom;
        private volatile Instant aliveUpTo;
        private volatile State state = State.ALIVE;

        enum State {
            ALIVE,
            LOGGED_OUT,
            /// A logout was not answered.
            UNSURE
        }

        private Held(String key, int life, Instant sent, Instant answered) {
            this.key = key;
            this.life = life;
            this.aliveFrom = sent;
            this.aliveUpTo = answered;
        }

        String key() {
            return key;
        }

        int life() {
            return life;
        }

        State state() {
            return state;
        }

        /// Its time runs from here at least: when the last login or ping that was acknowledged was sent.
        Instant aliveFrom() {
            return aliveFrom;
        }

        /// Its time runs from here at most: when the last login or ping was answered, or given up.
        Instant aliveUpTo() {
            return aliveUpTo;
        }

        void pinged(Instant sent, Instant answered) {
            aliveFrom = sent;
            aliveUpTo = answered;
        }

        void pingUnanswered(Instant givenUp) {
            aliveUpTo = givenUp;
        }

        void is(State now) {
            state = now;
        }
    }

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final Map<String, Held> sessions = new ConcurrentHashMap<>();
    private final Map<Long, Integer> transactionNumbers = new ConcurrentHashMap<>();
    private final Map<Integer, Long> highestNumbers = new ConcurrentHashMap<>();
    private final Queue<Finding> findings = new ConcurrentLinkedQueue<>();

    /// Books a request before it is sent.
    Entry sending(Kind kind, int life, int connection, int number, int events) {
        Entry entry = new Entry(kind, life, connection, number, events);
        if (entries.putIfAbsent(entry.name(), entry) != null) {
            throw new IllegalStateException("a client sends " + entry.name() + " twice");
        }
        return entry;
    }

    Held sessionOpened(String key, int life, Instant sent, Instant answered) {
        Held session = new Held(key, life, sent, answered);
        if (sessions.putIfAbsent(key, session) != null) {
            found(Finding.Fault.GIVEN_TWICE, Kind.LOGIN, "a session key was given twice");
        }
        return session;
    }

    /// Books the number of an answer. @param before the one before on this connection
    void transactionNumber(long number, long before, int life) {
        Integer known = transactionNumbers.putIfAbsent(number, life);
        if (known != null) {
            found(
                    Finding.Fault.GIVEN_TWICE,
                    Kind.PING,
                    "transaction number " + number + " in life " + known + " and in life " + life);
        }
        if (number <= before) {
            found(Finding.Fault.OUT_OF_ORDER, Kind.PING, "transaction number " + number + " after " + before);
        }
        if (number <= highestNumbers.getOrDefault(life - 1, 0L)) {
            found(Finding.Fault.OUT_OF_ORDER, Kind.PING, "transaction number " + number + " is of an earlier life");
        }
        highestNumbers.merge(life, number, Math::max);
    }

    void found(Finding.Fault fault, Kind kind, String what) {
        findings.add(new Finding(fault, kind, what));
    }

    Entry find(String name) {
        return entries.get(name);
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    Collection<Held> sessions() {
        return sessions.values();
    }

    /// What was wrong already when it was told.
    Collection<Finding> findings() {
        return findings;
    }

    int transactionNumbers() {
        return transactionNumbers.size();
    }
}
