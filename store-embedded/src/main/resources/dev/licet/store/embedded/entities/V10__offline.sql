-- What license files are signed with: Ed25519.
CREATE TABLE file_key (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  account     INTEGER NOT NULL REFERENCES account,
  private_key BLOB    NOT NULL,          -- PKCS #8
  public_key  BLOB    NOT NULL,          -- X.509
  endorsed_by INTEGER REFERENCES file_key,
  endorsement BLOB,                      -- a signature
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX file_key_account ON file_key (account);

CREATE TABLE license_file (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  account     INTEGER NOT NULL REFERENCES account,
  key         INTEGER NOT NULL REFERENCES license_key,
  machine     TEXT    NOT NULL,
  file_key    INTEGER NOT NULL REFERENCES file_key,
  issued_at   INTEGER NOT NULL,
  valid_until INTEGER NOT NULL,
  seat        TEXT
) STRICT;
CREATE INDEX license_file_account ON license_file (account);
CREATE INDEX license_file_key ON license_file (key);

-- How far the record of what a key was used for on a machine without a network was merged.
CREATE TABLE merged_usage (
  key     INTEGER NOT NULL REFERENCES license_key,
  machine TEXT    NOT NULL,
  number  INTEGER NOT NULL,
  code    TEXT    NOT NULL,
  PRIMARY KEY (key, machine)
) STRICT, WITHOUT ROWID;
