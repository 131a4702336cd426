-- Erasures that sinks obey, docs/adr/0029: an event that one of them is about, and that comes late, is not inserted.
CREATE TABLE sink_erasure (
  number  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- in the order in which they were committed
  removal BIGINT NOT NULL UNIQUE
);

ALTER TABLE sink_plan
  ADD COLUMN erasures   BIGINT NOT NULL DEFAULT 0, -- the last erasure that the batch obeys
  -- Ids that were seen at lower offsets need not be known any more; what was moved here has the lowest that there are.
  ADD COLUMN known_from BIGINT NOT NULL DEFAULT -4611686018427387904;

-- Which partitions of a topic events are sent to: what is sent again has to come to the same one.
CREATE TABLE event_topic (
  topic      TEXT COLLATE "C" PRIMARY KEY, -- the id that Kafka gave it
  partitions INTEGER NOT NULL              -- the first so many, however many there are later
);

-- Where the events of this database are; NULL before any server has said.
ALTER TABLE event_position ADD COLUMN events_in TEXT COLLATE "C" CHECK (events_in IN ('postgres', 'kafka'));
UPDATE event_position SET events_in = CASE
  WHEN EXISTS (SELECT 1 FROM sink_plan) THEN 'kafka'
  WHEN EXISTS (SELECT 1 FROM event) THEN 'postgres' END;
