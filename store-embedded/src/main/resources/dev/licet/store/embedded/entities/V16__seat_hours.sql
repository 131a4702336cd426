-- The hour since 1970 in which a seat lapses. By it seats are found, so that a ping, which moves the end by seconds,
-- seldom moves an entry of an index.
ALTER TABLE seat ADD COLUMN until_hour INTEGER NOT NULL DEFAULT 0;
UPDATE seat SET until_hour = until / 3600000000;
DROP INDEX seat_until;
CREATE INDEX seat_until_hour ON seat (key, until_hour);
