-- The figures of report days, as they were known then. What comes later stands beside them.
CREATE TABLE frozen (
    division  TEXT NOT NULL,
    day       TEXT NOT NULL,                            -- the report day
    frozen_at INTEGER NOT NULL,
    hash      TEXT NOT NULL CHECK (length(hash) = 64),  -- SHA-256 of the JSON, also in the audit log
    body      BLOB NOT NULL,                            -- the JSON, one zstd frame
    PRIMARY KEY (division, day)
) STRICT;
CREATE TRIGGER frozen_is_kept BEFORE DELETE ON frozen
BEGIN SELECT RAISE(ABORT, 'frozen figures stand'); END;
CREATE TRIGGER frozen_stays BEFORE UPDATE ON frozen
BEGIN SELECT RAISE(ABORT, 'frozen figures stand'); END;
