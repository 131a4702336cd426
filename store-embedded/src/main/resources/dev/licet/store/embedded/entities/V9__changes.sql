-- Every change of what is there, each with the hash of itself and of the one before.
CREATE TABLE change (
  id          INTEGER PRIMARY KEY,       -- without a gap
  at          INTEGER NOT NULL,
  account     INTEGER NOT NULL,
  user        INTEGER,
  application INTEGER,
  token       INTEGER,
  address     TEXT    NOT NULL,
  call        TEXT    NOT NULL,
  request     TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  object      TEXT    NOT NULL,
  before      TEXT,
  after       TEXT,
  hash        BLOB    NOT NULL
) STRICT;
CREATE INDEX change_account ON change (account);
CREATE INDEX change_object ON change (account, kind, object);

-- The newest of the changes that were let go: the chain goes on from here.
CREATE TABLE change_let_go (
  id   INTEGER PRIMARY KEY,
  hash BLOB    NOT NULL
) STRICT;
