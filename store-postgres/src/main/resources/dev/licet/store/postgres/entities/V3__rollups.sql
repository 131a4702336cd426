-- What events add up to by days, as docs/adr/0026 has it. An event is counted when its id is not above that of
-- rolled_to, or, while its account is counted anew, not above that of rolled_account.
CREATE TABLE rolled_to (
  only_row BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
  id       BIGINT  NOT NULL
) WITH (fillfactor = 20);
INSERT INTO rolled_to (id) VALUES (0);

-- Who counts events of an account, or takes some out of the counts, holds its row until the transaction ends.
CREATE TABLE rolled_account (
  account BIGINT PRIMARY KEY,
  zone    TEXT COLLATE "C", -- by whose calendar, and the version of its rules; none before anything is counted
  anew    BIGINT            -- up to which event, while the account is counted anew
);

-- By how many seconds the clocks of an account's zone are ahead of UTC from an instant on.
CREATE TABLE day_offset (
  account BIGINT    NOT NULL,
  since   TIMESTAMP NOT NULL,
  ahead   BIGINT    NOT NULL,
  PRIMARY KEY (account, since)
);

CREATE TABLE day_sum (
  account  BIGINT  NOT NULL,
  day      DATE    NOT NULL,
  product  BIGINT,
  currency TEXT COLLATE "C", -- in capitals
  events   BIGINT  NOT NULL,
  value    NUMERIC NOT NULL,
  valued   BIGINT  NOT NULL, -- how many events have a value
  UNIQUE NULLS NOT DISTINCT (account, day, product, currency)
);

-- What came after the last merging, and what was taken out since, is in rows of its own: all rows of a day together
-- are right.
CREATE TABLE day_active (
  account BIGINT           NOT NULL,
  kind    TEXT COLLATE "C" NOT NULL,
  day     DATE             NOT NULL,
  product BIGINT,
  who     TEXT COLLATE "C" NOT NULL,
  events  BIGINT           NOT NULL,
  merged  BOOLEAN          NOT NULL
);
CREATE INDEX day_active_of_account ON day_active (account, kind, day);
CREATE INDEX day_active_unmerged ON day_active (account, kind, day) WHERE NOT merged;

-- How many had events, of the merged rows.
CREATE TABLE day_count (
  account BIGINT           NOT NULL,
  kind    TEXT COLLATE "C" NOT NULL,
  day     DATE             NOT NULL,
  active  BIGINT           NOT NULL,
  events  BIGINT           NOT NULL,
  PRIMARY KEY (account, kind, day)
);

-- Of a day of receipt that is let go: the accounts whose events are in no count any more.
CREATE TABLE rolled_gone (
  day     DATE   NOT NULL,
  account BIGINT NOT NULL,
  PRIMARY KEY (day, account)
);

-- Those that came since.
CREATE INDEX event_by_id ON event (id);
