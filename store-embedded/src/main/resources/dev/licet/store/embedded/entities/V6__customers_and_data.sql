-- Who has keys of an account. Texts that are not known are empty.
CREATE TABLE customer (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  account      INTEGER NOT NULL REFERENCES account,
  name         TEXT    NOT NULL,
  email        TEXT    NOT NULL,
  company_name TEXT    NOT NULL,
  notes        TEXT    NOT NULL,
  secret       BLOB    NOT NULL,         -- SHA-256
  created_at   INTEGER NOT NULL,
  UNIQUE (account, secret)
) STRICT;
CREATE INDEX customer_email ON customer (account, email);
CREATE INDEX customer_name ON customer (account, name);

ALTER TABLE license_key ADD COLUMN named_features TEXT NOT NULL DEFAULT '';      -- one a line
ALTER TABLE license_key ADD COLUMN overdraft INTEGER NOT NULL DEFAULT 0;
ALTER TABLE license_key ADD COLUMN churn_most INTEGER;                           -- NULL for any number
ALTER TABLE license_key ADD COLUMN churn_window INTEGER;                         -- microseconds
ALTER TABLE license_key ADD COLUMN customer INTEGER REFERENCES customer;
ALTER TABLE license_key ADD COLUMN license INTEGER REFERENCES license;           -- under which it was issued
CREATE INDEX license_key_customer ON license_key (customer) WHERE customer IS NOT NULL;
CREATE INDEX license_key_account ON license_key (account);

-- When machines were activated that had not been.
CREATE TABLE new_machine (
  id  INTEGER PRIMARY KEY,
  key INTEGER NOT NULL REFERENCES license_key,
  at  INTEGER NOT NULL
) STRICT;
CREATE INDEX new_machine_key ON new_machine (key, at);

-- The token whose rights it has, where it is for one key: it ends where that may not name the key any more.
ALTER TABLE access_token ADD COLUMN parent INTEGER REFERENCES access_token;
CREATE VIEW access_token_rights AS
  SELECT token.id, token.account, token.name, token.secret,
    coalesce(parent.permissions, token.permissions) AS permissions,
    token.product, token.key_lock,
    token.revoked OR coalesce(
      parent.revoked
        OR (parent.product IS NOT NULL AND parent.product <> token.product)
        OR (parent.key_lock > 0 AND parent.key_lock <> token.key_lock), 0) AS revoked,
    token.created_at
  FROM access_token AS token LEFT JOIN access_token AS parent ON parent.id = token.parent;

CREATE TABLE data_object (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account,
  kind    INTEGER NOT NULL,              -- of the owner: 0 account, 1 product, 2 key, 3 machine of a key
  owner   INTEGER NOT NULL,              -- its id
  machine TEXT    NOT NULL,              -- empty for none
  name    TEXT    NOT NULL,
  text    TEXT    NOT NULL,
  number  INTEGER NOT NULL
) STRICT;
CREATE INDEX data_object_owner ON data_object (kind, owner, machine);
CREATE INDEX data_object_account ON data_object (account);

CREATE TABLE message (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account,
  channel TEXT    NOT NULL,
  content TEXT    NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX message_at ON message (account, at);

-- What keys are issued with under a name.
CREATE TABLE key_template (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  account          INTEGER NOT NULL REFERENCES account,
  product          INTEGER NOT NULL REFERENCES product,
  name             TEXT    NOT NULL,
  period           INTEGER NOT NULL,
  features         INTEGER NOT NULL,
  named_features   TEXT    NOT NULL,
  machines_extend  INTEGER NOT NULL,
  max_machines     INTEGER NOT NULL,
  allowed_machines TEXT    NOT NULL,
  overdraft        INTEGER NOT NULL,
  churn_most       INTEGER,
  churn_window     INTEGER
) STRICT;
CREATE INDEX key_template_account ON key_template (account);

-- The log of calls about keys.
CREATE TABLE key_call (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  account       INTEGER NOT NULL REFERENCES account,
  product       INTEGER NOT NULL,
  key           TEXT,
  address       TEXT    NOT NULL,
  at            INTEGER NOT NULL,
  state         INTEGER NOT NULL,
  machine       TEXT    NOT NULL,
  friendly_name TEXT,
  seat_until    INTEGER,
  number        INTEGER NOT NULL,
  object        INTEGER
) STRICT;
CREATE INDEX key_call_account ON key_call (account);
CREATE INDEX key_call_key ON key_call (product, key);
CREATE INDEX key_call_at ON key_call (at);
