-- From when until when seats were held that are held no longer.
CREATE TABLE seat_past (
  id    INTEGER PRIMARY KEY,
  key   INTEGER NOT NULL REFERENCES license_key,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;
CREATE INDEX seat_past_key ON seat_past (key, until);

-- How often no seat was free, in the quarter of an hour that begins then.
CREATE TABLE seat_denial (
  key   INTEGER NOT NULL REFERENCES license_key,
  at    INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (key, at)
) STRICT, WITHOUT ROWID;
