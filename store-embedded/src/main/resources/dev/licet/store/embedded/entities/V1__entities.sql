-- Times are microseconds since 1970 in UTC. Ids are never used twice (AUTOINCREMENT).

CREATE TABLE account (
  number      INTEGER PRIMARY KEY,
  name        TEXT    NOT NULL,
  signing_key BLOB    NOT NULL,          -- PKCS #8
  revoked     INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE user (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account    INTEGER NOT NULL REFERENCES account,
  username   TEXT    NOT NULL,
  password   TEXT    NOT NULL,           -- Argon2id, encoded
  revoked    INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  UNIQUE (account, username)
) STRICT;

CREATE TABLE application (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  account      INTEGER NOT NULL REFERENCES account,
  owner        INTEGER NOT NULL REFERENCES user,
  name         TEXT    NOT NULL,
  api_key      BLOB    NOT NULL UNIQUE,  -- SHA-256
  may_write    INTEGER NOT NULL,
  partner      INTEGER NOT NULL,
  quota_calls  INTEGER,
  quota_window INTEGER,                  -- milliseconds
  gap          INTEGER,                  -- milliseconds
  revoked      INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX application_account ON application (account);

-- What an application has used of its limits.
CREATE TABLE quota (
  application  INTEGER PRIMARY KEY REFERENCES application,
  window_start INTEGER,
  used         INTEGER NOT NULL,
  last_call    INTEGER
) STRICT;

CREATE TABLE access_token (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  account     INTEGER NOT NULL REFERENCES account,
  name        TEXT    NOT NULL,
  secret      BLOB    NOT NULL UNIQUE,   -- SHA-256
  permissions TEXT    NOT NULL,          -- names, separated by commas
  product     INTEGER,
  key_lock    INTEGER NOT NULL,
  revoked     INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX access_token_account ON access_token (account);

CREATE TABLE user_token (
  secret      BLOB    PRIMARY KEY,       -- SHA-256
  user        INTEGER NOT NULL REFERENCES user,
  application INTEGER NOT NULL REFERENCES application,
  expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX user_token_user ON user_token (user);
CREATE INDEX user_token_expiry ON user_token (expires_at);

CREATE TABLE product (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account    INTEGER NOT NULL REFERENCES account,
  name       TEXT    NOT NULL,
  revoked    INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX product_account ON product (account);

CREATE TABLE license_key (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account    INTEGER NOT NULL REFERENCES account,
  product    INTEGER NOT NULL REFERENCES product,
  key        TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (product, key)
) STRICT;

CREATE TABLE license (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account    INTEGER NOT NULL REFERENCES account,
  name       TEXT    NOT NULL,
  type       TEXT    NOT NULL,
  price      TEXT    NOT NULL,           -- decimal digits as given; never a binary float
  currency   TEXT    NOT NULL,
  term_count INTEGER,
  term_unit  TEXT,
  created_by INTEGER REFERENCES user,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX license_account ON license (account);

CREATE TABLE session (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account    INTEGER NOT NULL REFERENCES account,
  user       INTEGER NOT NULL REFERENCES user,
  started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_expiry ON session (expires_at);
CREATE INDEX session_user ON session (user);

-- The keys of a session: one, and after a rotation for a while the one before.
CREATE TABLE session_key (
  secret     BLOB    PRIMARY KEY,        -- SHA-256
  session    INTEGER NOT NULL REFERENCES session,
  good_until INTEGER                     -- NULL for the newest: as long as the session lives
) STRICT, WITHOUT ROWID;
CREATE INDEX session_key_session ON session_key (session);

-- Reserved blocks of numbers: the next one that nobody was given.
CREATE TABLE number_reserve (
  name TEXT    PRIMARY KEY,
  next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO number_reserve VALUES ('transaction', 1);
