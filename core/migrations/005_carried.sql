-- Sealed files of other phones that this one carries to the county: it cannot open them.
CREATE TABLE carried (
  id       BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  sender   BLOB NOT NULL CHECK (length(sender) = 16),    -- the device that sealed it
  worker   BLOB CHECK (worker IS NULL OR length(worker) = 16), -- whose, where it was shown to this phone
  pieces   INTEGER NOT NULL CHECK (pieces > 0),
  since    INTEGER NOT NULL,           -- when its first piece came here, ms since 1970
  state    TEXT NOT NULL CHECK (state IN ('carried', 'early', 'quarantined', 'handed_in', 'refused')),
  message  TEXT,                       -- of a refusal
  vouched  INTEGER NOT NULL DEFAULT 0 CHECK (vouched IN (0, 1)),
  receipt  BLOB                        -- the county's answer, sealed to the sender
) STRICT, WITHOUT ROWID;

CREATE TABLE carried_pieces (
  id     BLOB NOT NULL REFERENCES carried (id),
  number INTEGER NOT NULL CHECK (number >= 0),
  body   BLOB NOT NULL,                -- the piece as it came
  PRIMARY KEY (id, number)
) STRICT;

-- What records hold from sealed files and not yet from the county: shown, marked, never counted as
-- accepted. A row goes when the county's own copy comes, or its refusal.
CREATE TABLE unconfirmed (
  device BLOB NOT NULL CHECK (length(device) = 16),
  seq    INTEGER NOT NULL CHECK (seq > 0),
  record BLOB NOT NULL CHECK (length(record) = 16),
  PRIMARY KEY (device, seq, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX unconfirmed_by_record ON unconfirmed (record);
