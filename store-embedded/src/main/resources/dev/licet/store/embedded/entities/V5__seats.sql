-- The places that machines hold of a key, until they lapse; a lapsed one is kept for a while.
CREATE TABLE seat (
  id            TEXT    PRIMARY KEY,
  key           INTEGER NOT NULL REFERENCES license_key,
  machine       TEXT    NOT NULL,
  end_user      TEXT,
  friendly_name TEXT,
  address       TEXT    NOT NULL,
  overdraft     INTEGER NOT NULL,
  interval      INTEGER NOT NULL,                    -- microseconds
  since         INTEGER NOT NULL,
  until         INTEGER NOT NULL,
  UNIQUE (key, machine)
) STRICT, WITHOUT ROWID;
CREATE INDEX seat_until ON seat (key, until);

-- Who waits for a seat, in the order of tickets.
CREATE TABLE seat_waiter (
  ticket  INTEGER PRIMARY KEY AUTOINCREMENT,
  key     INTEGER NOT NULL REFERENCES license_key,
  machine TEXT    NOT NULL,
  until   INTEGER NOT NULL,
  UNIQUE (key, machine)
) STRICT;
