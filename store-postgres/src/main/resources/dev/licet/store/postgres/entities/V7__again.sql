-- Below this offset a batch may have been in the table before it was planned, docs/adr/0032: what is there is looked up.
ALTER TABLE sink_plan ADD COLUMN again_until BIGINT NOT NULL DEFAULT 0;
