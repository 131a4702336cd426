package dev.licet.store.embedded;

/// Events that follow each other. @param first the lowest id @param last the highest
record IdRange(long first, long last) {
    IdRange {
        if (first < 1 || last < first) {
            throw new IllegalArgumentException("not a range of ids: " + first + " to " + last);
        }
    }

    boolean overlaps(IdRange other) {
        return first <= other.last && other.first <= last;
    }

    /// What it has in common with one that it overlaps.
    IdRange within(IdRange other) {
        return new IdRange(Math.max(first, other.first), Math.min(last, other.last));
    }

    @Override
    public String toString() {
        return first == last ? "event " + first : "events " + first + " to " + last;
    }
}
