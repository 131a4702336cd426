-- What a key allows. Those that are there have no end, which is told as 36500 days.
ALTER TABLE license_key ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE license_key ADD COLUMN period INTEGER NOT NULL DEFAULT 0;            -- days; 0 for no end
ALTER TABLE license_key ADD COLUMN features INTEGER NOT NULL DEFAULT 0;          -- bit 0 is the first
ALTER TABLE license_key ADD COLUMN notes TEXT;
ALTER TABLE license_key ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE license_key ADD COLUMN machines_extend INTEGER NOT NULL DEFAULT 0;
ALTER TABLE license_key ADD COLUMN max_machines INTEGER NOT NULL DEFAULT 0;      -- 0 for any number
ALTER TABLE license_key ADD COLUMN allowed_machines TEXT NOT NULL DEFAULT '';    -- one a line
UPDATE license_key SET expires_at = created_at + 36500 * 86400000000;

-- The machines that keys run on.
CREATE TABLE activation (
  key           INTEGER NOT NULL REFERENCES license_key,
  machine       TEXT    NOT NULL,
  friendly_name TEXT,
  address       TEXT    NOT NULL,
  activated_at  INTEGER NOT NULL,
  PRIMARY KEY (key, machine)
) STRICT, WITHOUT ROWID;
