-- What is counted of the events in ClickHouse: docs/adr/0028. Times are of receipt, in hours since 1970 of UTC.

-- By whose calendar the events of an account are counted, and the version of its rules.
CREATE TABLE count_account (
  account BIGINT           PRIMARY KEY,
  zone    TEXT COLLATE "C" NOT NULL
);

-- An hour or a day. An account's own row, which has the same times as the one of all, stands for it alone.
CREATE TABLE count_part (
  first      BIGINT NOT NULL,
  until      BIGINT NOT NULL, -- the hour after the last one
  account    BIGINT NOT NULL, -- 0: all that have no row of their own
  generation BIGINT,          -- of the rows that count in ClickHouse; none: the events have to be looked at
  building   BIGINT,          -- of those that are being made; none once an event was changed meanwhile
  sums       BIGINT,          -- how many rows of that generation are in day_sum
  PRIMARY KEY (first, account)
);
CREATE SEQUENCE count_generation;

-- Hours of which events are being changed: what is counted of them now may be neither what was nor what will be.
CREATE TABLE count_change (
  name    TEXT COLLATE "C" NOT NULL, -- who changes them
  number  BIGINT NOT NULL,           -- which of its changes, each of which ends the ones before
  account BIGINT NOT NULL,           -- 0: any
  hour    BIGINT NOT NULL,
  PRIMARY KEY (name, number, account, hour)
);
