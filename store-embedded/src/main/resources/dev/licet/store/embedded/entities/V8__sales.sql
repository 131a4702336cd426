-- Whose calendar days, months and years of an account are of.
ALTER TABLE account ADD COLUMN zone TEXT NOT NULL DEFAULT 'UTC';

-- How the term of a license is counted and used.
ALTER TABLE license ADD COLUMN begins TEXT NOT NULL DEFAULT 'PURCHASE';
ALTER TABLE license ADD COLUMN renews_from TEXT NOT NULL DEFAULT 'EXPIRY';
ALTER TABLE license ADD COLUMN grace_count INTEGER;
ALTER TABLE license ADD COLUMN grace_unit TEXT;
ALTER TABLE license ADD COLUMN soon_count INTEGER;
ALTER TABLE license ADD COLUMN soon_unit TEXT;
ALTER TABLE license ADD COLUMN streams INTEGER NOT NULL DEFAULT 0;               -- 0 for any number

-- How that runs for a key: when it began, and how many terms follow each other.
ALTER TABLE license_key ADD COLUMN begun_at INTEGER;
ALTER TABLE license_key ADD COLUMN terms INTEGER NOT NULL DEFAULT 0;

CREATE TABLE purchase (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  account      INTEGER NOT NULL REFERENCES account,
  license      INTEGER NOT NULL REFERENCES license,
  product      INTEGER NOT NULL REFERENCES product,
  title        TEXT    NOT NULL,         -- empty for the whole product
  customer     INTEGER REFERENCES customer,
  viewer       TEXT,
  key          INTEGER NOT NULL UNIQUE REFERENCES license_key,
  bought_at    INTEGER NOT NULL,
  cancelled_at INTEGER,
  refunded_at  INTEGER
) STRICT;
CREATE INDEX purchase_account ON purchase (account);
CREATE INDEX purchase_viewer ON purchase (account, viewer, product) WHERE viewer IS NOT NULL;
CREATE INDEX purchase_customer ON purchase (customer, product) WHERE customer IS NOT NULL;

CREATE TABLE payment (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  purchase INTEGER NOT NULL REFERENCES purchase,
  kind     TEXT    NOT NULL,
  amount   TEXT    NOT NULL,             -- decimal digits
  currency TEXT    NOT NULL,
  paid_at  INTEGER NOT NULL,
  told     INTEGER NOT NULL DEFAULT 0    -- whether there is an event of it
) STRICT;
CREATE INDEX payment_purchase ON payment (purchase);
CREATE INDEX payment_untold ON payment (id) WHERE NOT told;
