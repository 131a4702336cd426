-- Whether the values of a product's events are in whole units of their currency, and not in minor ones.
ALTER TABLE product ADD COLUMN whole_values INTEGER NOT NULL DEFAULT 0;

-- Questions that are kept, and boards of them.
CREATE TABLE saved_insight (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account    INTEGER NOT NULL REFERENCES account,
  type       TEXT    NOT NULL CHECK (type IN ('insight', 'dashboard')),
  name       TEXT    NOT NULL,
  content    TEXT    NOT NULL,          -- JSON
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX saved_insight_account ON saved_insight (account, type);
