-- Events that are in no answer any more: single ones, or all that name a machine, key or user.
CREATE TABLE removal (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  account       INTEGER NOT NULL REFERENCES account,
  kind          TEXT    NOT NULL,          -- event, machine, key, user
  subject       TEXT,                      -- of an erasure: SHA-256 with the salt, never the name
  reason        TEXT    NOT NULL,
  asked_by      TEXT    NOT NULL,
  asked_at      INTEGER NOT NULL,
  up_to         INTEGER NOT NULL,          -- the last event that was acknowledged then
  calls         INTEGER NOT NULL,          -- in the log of calls, that went with it
  events        INTEGER,                   -- NULL until they were counted
  first_at      INTEGER,                   -- when the first of them was received
  last_at       INTEGER,
  archive_files INTEGER NOT NULL DEFAULT 0,
  journal_files INTEGER NOT NULL DEFAULT 0,
  unread_files  INTEGER NOT NULL DEFAULT 0,
  done_at       INTEGER
) STRICT;
CREATE INDEX removal_account ON removal (account);
CREATE INDEX removal_pending ON removal (id) WHERE done_at IS NULL;
CREATE INDEX removal_erasure ON removal (up_to) WHERE subject IS NOT NULL;

-- The events that were removed by their ids.
CREATE TABLE removed_event (
  event   INTEGER PRIMARY KEY,
  removal INTEGER NOT NULL REFERENCES removal
) STRICT;
CREATE INDEX removed_event_removal ON removed_event (removal);

-- What is hashed with the names of what was erased.
CREATE TABLE removal_salt (
  salt TEXT NOT NULL
) STRICT;
INSERT INTO removal_salt VALUES (lower(hex(randomblob(16))));

-- How long a product's events are kept, in days; NULL for as long as the server keeps events.
ALTER TABLE product ADD COLUMN retention INTEGER;
