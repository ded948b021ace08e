-- Sealed files that somebody brought for a phone that had no link, and what became of them.

-- A phone's public agreement key: answers to its files are sealed to it.
ALTER TABLE devices ADD COLUMN agreement_key BLOB;

CREATE TABLE bundles (
    bundle_no  INTEGER PRIMARY KEY,
    id         BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    device     BLOB NOT NULL CHECK (length(device) = 16),  -- as the file names it; its signature proves it
    carrier    BLOB CHECK (carrier IS NULL OR length(carrier) = 16), -- the worker who brought it; none: a clerk here
    pieces     INTEGER NOT NULL CHECK (pieces > 0),
    state      TEXT NOT NULL CHECK (state IN ('arriving', 'early', 'quarantined', 'taken', 'refused')),
    reason     TEXT,                                       -- of a quarantine or refusal
    first_seq  INTEGER,                                    -- of the saves in it, once it is whole
    last_seq   INTEGER,
    arrived_at INTEGER NOT NULL,                           -- its first piece, ms since 1970
    decided_at INTEGER,
    decided_by BLOB CHECK (decided_by IS NULL OR length(decided_by) = 16)
) STRICT;
CREATE INDEX bundles_early ON bundles (device) WHERE state = 'early';

-- Its pieces as they came, each opened once to see that it is one; gone when the saves are in the log.
CREATE TABLE bundle_pieces (
    bundle_no INTEGER NOT NULL REFERENCES bundles,
    number    INTEGER NOT NULL CHECK (number >= 0),
    body      BLOB NOT NULL,
    PRIMARY KEY (bundle_no, number)
) STRICT;
