-- What of the topic of events goes into the table next, and what is in it: docs/adr/0027. A batch is planned before it is
-- inserted, and is the same one when it is inserted again.
CREATE TABLE sink_plan (
  topic       TEXT COLLATE "C" NOT NULL, -- the id that Kafka gave it: another one of the same name begins anew
  partition   INTEGER NOT NULL,
  first       BIGINT  NOT NULL,          -- offset
  until       BIGINT  NOT NULL,          -- the offset after the last one
  inserted    BIGINT  NOT NULL,          -- all before it is in the table
  last_id     BIGINT  NOT NULL,          -- the highest of an event that is
  received_us BIGINT,                    -- when that was received
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
