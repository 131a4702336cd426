-- The last event, and who writes next: a transaction that adds events holds this row until it has committed, so ids
-- rise in the order of commits, without a gap, over all nodes.
CREATE TABLE event_position (
  only_row    BOOLEAN   PRIMARY KEY DEFAULT TRUE CHECK (only_row),
  last_id     BIGINT    NOT NULL,
  received_at TIMESTAMP -- of that event
) WITH (fillfactor = 20);
INSERT INTO event_position (last_id) VALUES (0);

-- Times are in UTC. A partition has the events that were received on a day of UTC.
CREATE TABLE event (
  received_at TIMESTAMP        NOT NULL,
  account     BIGINT           NOT NULL,
  source      TEXT COLLATE "C" NOT NULL,
  client_id   TEXT COLLATE "C",
  happened_us BIGINT           NOT NULL, -- since 1970, by the client's clock
  happened_at TIMESTAMP        NOT NULL, -- the same, or the first that this type can be
  name        TEXT COLLATE "C",
  feature     TEXT COLLATE "C",
  product     BIGINT,
  key         TEXT COLLATE "C",
  machine     TEXT COLLATE "C",
  end_user    TEXT COLLATE "C",
  session     TEXT COLLATE "C",
  "user"      BIGINT,
  application BIGINT,
  value       BIGINT,
  currency    TEXT COLLATE "C",
  metadata    TEXT COLLATE "C",
  is_json     BOOLEAN          NOT NULL, -- the metadata
  id          BIGINT           NOT NULL
) PARTITION BY RANGE (received_at);
CREATE INDEX event_of_account ON event (account, id);

-- Client ids and keys of requests, by their fingerprints: which event has the id, or is the first of the request.
CREATE TABLE event_known (
  name    UUID   PRIMARY KEY,
  event   BIGINT NOT NULL,
  content UUID -- of a request
);
