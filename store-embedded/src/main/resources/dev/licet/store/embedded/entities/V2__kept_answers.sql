-- Answers to changes that were asked for under a key, as their dialects wrote them.
CREATE TABLE kept_answer (
  name    BLOB    PRIMARY KEY,           -- of key and caller
  content BLOB    NOT NULL,              -- of what was asked
  answer  BLOB    NOT NULL,
  kept_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_answer_age ON kept_answer (kept_at);
