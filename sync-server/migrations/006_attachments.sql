-- Photos, signatures and scans: what a device has sent of one, sealed in pieces under a key of its
-- own.
CREATE TABLE attachments (
    attachment_no INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL CHECK (length(hash) = 32),
    device_no  INTEGER NOT NULL REFERENCES devices,     -- who sends or sent it
    length     INTEGER NOT NULL CHECK (length > 0),
    media      TEXT NOT NULL,
    received   INTEGER NOT NULL CHECK (received BETWEEN 0 AND length),
    wrapped    BLOB,                                    -- its key under the server's; none once a person's key seals it
    touched_at INTEGER NOT NULL,                        -- ms since 1970 by the server's clock
    UNIQUE (hash, device_no)
) STRICT;
CREATE INDEX attachments_by_device ON attachments (device_no);
CREATE INDEX attachments_by_age ON attachments (touched_at) WHERE wrapped IS NOT NULL;

CREATE TABLE attachment_pieces (
    attachment_no INTEGER NOT NULL REFERENCES attachments,
    start         INTEGER NOT NULL CHECK (start >= 0),
    sealed        BLOB NOT NULL,                        -- suite, nonce, ciphertext
    UNIQUE (attachment_no, start)
) STRICT;

-- The parts of accepted saves that name an attachment: who may hold the part may read it. The
-- attachment's key is sealed with that of the part's person, and goes with it.
CREATE TABLE attachment_names (
    hash          BLOB NOT NULL CHECK (length(hash) = 32),
    part_no       INTEGER NOT NULL REFERENCES parts,
    device_no     INTEGER NOT NULL REFERENCES devices,  -- whose save it is
    record        BLOB NOT NULL CHECK (length(record) = 16),
    compartment   TEXT NOT NULL,
    length        INTEGER NOT NULL,
    media         TEXT NOT NULL,
    key_no        INTEGER NOT NULL REFERENCES part_keys,
    attachment_no INTEGER REFERENCES attachments,       -- none until the bytes are here
    sealed        BLOB,
    PRIMARY KEY (hash, part_no),
    CHECK ((attachment_no IS NULL) = (sealed IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_names_of ON attachment_names (attachment_no) WHERE attachment_no IS NOT NULL;
