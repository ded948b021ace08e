-- Photos, signatures and scans, in pieces, by the hash of their bytes: attached on this phone, or
-- fetched from the server.
CREATE TABLE attachments (
  hash      BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
  length    INTEGER NOT NULL CHECK (length > 0),
  media     TEXT NOT NULL,
  own       INTEGER NOT NULL CHECK (own IN (0, 1)),       -- attached on this phone
  here      INTEGER NOT NULL CHECK (here BETWEEN 0 AND length), -- bytes held, from the first
  sent      INTEGER CHECK (sent BETWEEN 0 AND length),    -- bytes that the server said it has; none before it was asked
  at_server INTEGER NOT NULL CHECK (at_server BETWEEN 0 AND 2), -- not known, there, told not yet
  wanted    INTEGER NOT NULL CHECK (wanted IN (0, 1)),    -- a person asked for it
  due       INTEGER NOT NULL DEFAULT 0 CHECK (due IN (0, 1)), -- an accepted save of this phone named it
  problem   TEXT,                                         -- why the server does not take it
  made_at   INTEGER NOT NULL                              -- ms since 1970 by the phone's clock
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment_pieces (
  hash  BLOB NOT NULL REFERENCES attachments (hash) ON DELETE CASCADE,
  start INTEGER NOT NULL CHECK (start >= 0),
  bytes BLOB NOT NULL,
  UNIQUE (hash, start)
) STRICT;

-- Which settled records name an attachment; `accepted` where the server has a save that does.
CREATE TABLE attachment_names (
  hash     BLOB NOT NULL CHECK (length(hash) = 32),
  record   INTEGER NOT NULL REFERENCES records (place) ON DELETE CASCADE,
  length   INTEGER NOT NULL,
  media    TEXT NOT NULL,
  accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
  PRIMARY KEY (hash, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_names_by_record ON attachment_names (record);
