-- The day of the newest dated ledger that spoke of a record: what an older one says of it is told
-- and not taken.
CREATE TABLE import_dates (
  record BLOB PRIMARY KEY NOT NULL CHECK (length(record) = 16),
  dated  TEXT NOT NULL                  -- ISO
) STRICT, WITHOUT ROWID;
