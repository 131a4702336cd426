-- When machines were activated that are activated no more: those that are have it in their own row, so that an
-- activation is one row.
ALTER TABLE new_machine RENAME TO past_machine;
DELETE FROM past_machine WHERE EXISTS (
  SELECT 1 FROM activation WHERE activation.key = past_machine.key AND activation.activated_at = past_machine.at);
DROP INDEX new_machine_key;
CREATE INDEX past_machine_key ON past_machine (key, at);
