-- Which key a machine tries a product with.
CREATE TABLE trial (
  product INTEGER NOT NULL REFERENCES product,
  machine TEXT    NOT NULL,
  key     INTEGER NOT NULL REFERENCES license_key,
  PRIMARY KEY (product, machine)
) STRICT, WITHOUT ROWID;

CREATE INDEX license_key_product ON license_key (product);
