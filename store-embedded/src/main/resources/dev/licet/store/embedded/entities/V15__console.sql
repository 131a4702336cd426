-- What users may do who sign in to the console: names, separated by commas.
ALTER TABLE user ADD COLUMN permissions TEXT NOT NULL DEFAULT '';

-- From when on they are good no longer.
ALTER TABLE application ADD COLUMN expires_at INTEGER;
ALTER TABLE access_token ADD COLUMN expires_at INTEGER;

-- Whom they end with.
ALTER TABLE application ADD COLUMN lent_to INTEGER REFERENCES user;
ALTER TABLE access_token ADD COLUMN lent_to INTEGER REFERENCES user;
CREATE INDEX application_lent_to ON application (lent_to) WHERE lent_to IS NOT NULL;
CREATE INDEX access_token_lent_to ON access_token (lent_to) WHERE lent_to IS NOT NULL;

DROP VIEW access_token_rights;
CREATE VIEW access_token_rights AS
  SELECT token.id, token.account, token.name, token.secret,
    coalesce(parent.permissions, token.permissions) AS permissions,
    token.product, token.key_lock,
    token.revoked OR coalesce(
      parent.revoked
        OR (parent.product IS NOT NULL AND parent.product <> token.product)
        OR (parent.key_lock > 0 AND parent.key_lock <> token.key_lock), 0) AS revoked,
    token.created_at,
    coalesce(parent.expires_at, token.expires_at) AS expires_at,
    coalesce(parent.lent_to, token.lent_to) AS lent_to
  FROM access_token AS token LEFT JOIN access_token AS parent ON parent.id = token.parent;
