-- Until when a seat is held whether it is pinged or not: a license file counts on it.
ALTER TABLE seat ADD COLUMN borrowed_until INTEGER;
