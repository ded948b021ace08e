-- The whole house of one county's server. Forward only; a later change is a file of its own.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Phones, and the server itself: a device of its own for each epoch.
CREATE TABLE devices (
    device_no     INTEGER PRIMARY KEY,
    id            BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    kind          TEXT NOT NULL CHECK (kind IN ('phone', 'server')),
    worker        BLOB NOT NULL CHECK (length(worker) = 16),
    algorithm     TEXT NOT NULL,
    public_key    BLOB NOT NULL,
    salt_key      BLOB NOT NULL CHECK (length(salt_key) = 32),
    token_hash    BLOB UNIQUE,                          -- none for the server
    through       INTEGER NOT NULL DEFAULT 0 CHECK (through >= 0),
    chain         BLOB NOT NULL CHECK (length(chain) = 32),
    whole_at      INTEGER,                              -- last exchange in which through reached the declared highest
    enrolled_at   INTEGER NOT NULL,
    revoked_at    INTEGER,
    app           TEXT NOT NULL
) STRICT;
CREATE INDEX devices_by_worker ON devices (worker);

CREATE TABLE codes (
    code_hash BLOB PRIMARY KEY NOT NULL CHECK (length(code_hash) = 32),
    worker    BLOB NOT NULL CHECK (length(worker) = 16),
    made_at   INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL,
    used_at   INTEGER
) STRICT, WITHOUT ROWID;

-- Every save that arrived: its envelope, how it stands, and the chain after it, which also tells
-- whether one that arrives again is the same.
CREATE TABLE saves (
    save_no     INTEGER PRIMARY KEY,
    device_no   INTEGER NOT NULL REFERENCES devices,
    seq         INTEGER NOT NULL CHECK (seq > 0),
    state       TEXT NOT NULL CHECK (state IN ('accepted', 'waiting', 'refused')),
    received_at INTEGER NOT NULL,
    chain       BLOB NOT NULL CHECK (length(chain) = 32),
    envelope    BLOB NOT NULL,
    refusal     BLOB CHECK ((refusal IS NOT NULL) = (state = 'refused')),
    UNIQUE (device_no, seq)
) STRICT;
CREATE TRIGGER saves_are_kept BEFORE DELETE ON saves
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER saves_accepted_stay BEFORE UPDATE ON saves
WHEN OLD.state <> 'waiting' OR NEW.envelope <> OLD.envelope OR NEW.chain <> OLD.chain
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- A key for each person, else for each record, wrapped by the server's; without it a part is noise.
CREATE TABLE part_keys (
    key_no  INTEGER PRIMARY KEY,
    owner   BLOB NOT NULL UNIQUE CHECK (length(owner) = 16),
    wrapped BLOB                                        -- none once erased
) STRICT;

CREATE TABLE parts (
    part_no INTEGER PRIMARY KEY,
    save_no INTEGER NOT NULL REFERENCES saves,
    place   INTEGER NOT NULL,                           -- of the part in its save, from 0
    key_no  INTEGER NOT NULL REFERENCES part_keys,
    sealed  BLOB NOT NULL,                              -- suite, nonce, ciphertext
    UNIQUE (save_no, place)
) STRICT;
CREATE TRIGGER parts_are_kept BEFORE DELETE ON parts
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER parts_stay BEFORE UPDATE ON parts
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- Saves that wait for the beginning of a record.
CREATE TABLE waits (
    record  BLOB NOT NULL CHECK (length(record) = 16),
    save_no INTEGER NOT NULL REFERENCES saves,
    PRIMARY KEY (record, save_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE feeds (
    feed_no INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    last    INTEGER NOT NULL DEFAULT 0 CHECK (last >= 0)
) STRICT;

-- What a feed holds, in commit order: a part, a record as it stands, or records that left.
CREATE TABLE feed_items (
    feed_no  INTEGER NOT NULL REFERENCES feeds,
    position INTEGER NOT NULL CHECK (position > 0),
    part_no  INTEGER REFERENCES parts,
    settled  BLOB,                                      -- the record's id
    departed BLOB,                                      -- ids, sixteen bytes each
    PRIMARY KEY (feed_no, position),
    CHECK ((part_no IS NOT NULL) + (settled IS NOT NULL) + (departed IS NOT NULL) = 1)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_items_by_part ON feed_items (part_no) WHERE part_no IS NOT NULL;

-- Which feeds a phone was last told it may hold, and what it lacks of its own in each: a phone that
-- lost a feed and has it again needs its own parts up to here too.
CREATE TABLE held_feeds (
    device_no INTEGER NOT NULL REFERENCES devices,
    feed_no   INTEGER NOT NULL REFERENCES feeds,
    own_through INTEGER NOT NULL,
    PRIMARY KEY (device_no, feed_no)
) STRICT, WITHOUT ROWID;

-- Settled records, with what routes, lists, searches and judges them. All of it can be made again
-- from the log (`rebuild`), but for nothing that is not in the log.
CREATE TABLE records (
    record_no  INTEGER PRIMARY KEY,
    id         BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    kind       TEXT NOT NULL,
    begun      INTEGER NOT NULL CHECK (begun IN (0, 1)),
    carriers   TEXT NOT NULL,                           -- areas and workers whose feeds carry it, by space
    areas_ever TEXT NOT NULL,                           -- of a household: every area it has or had
    author     BLOB NOT NULL,                           -- who began it; empty if unknown
    title      TEXT NOT NULL,
    person_group TEXT,
    household  BLOB,
    area       TEXT,
    conflicts  INTEGER NOT NULL,
    void       INTEGER NOT NULL CHECK (void IN (0, 1)),
    fact       BLOB,
    settled    BLOB NOT NULL
) STRICT;
CREATE INDEX records_with_facts ON records (record_no) WHERE fact IS NOT NULL;

-- A record and what it points to: a person its household, a visit its household, …
CREATE TABLE links (
    target BLOB NOT NULL CHECK (length(target) = 16),
    record BLOB NOT NULL CHECK (length(record) = 16),
    kind   TEXT NOT NULL,
    PRIMARY KEY (target, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE assignments (
    record   BLOB PRIMARY KEY NOT NULL CHECK (length(record) = 16),
    worker   BLOB NOT NULL CHECK (length(worker) = 16),
    role     TEXT NOT NULL,
    area     TEXT NOT NULL,
    from_day TEXT,
    to_day   TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX assignments_by_worker ON assignments (worker);

CREATE TABLE pairings (
    record   BLOB PRIMARY KEY NOT NULL CHECK (length(record) = 16),
    worker   BLOB NOT NULL CHECK (length(worker) = 16),
    person   BLOB NOT NULL CHECK (length(person) = 16),
    from_day TEXT,
    to_day   TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX pairings_by_worker ON pairings (worker);
CREATE INDEX pairings_by_person ON pairings (person);

-- How an import finds the record of a row: HMACs of id numbers, of name, birth and village, of a
-- household's group and address.
CREATE TABLE lookups (
    key    BLOB NOT NULL CHECK (length(key) = 32),
    record BLOB NOT NULL CHECK (length(record) = 16),
    source TEXT NOT NULL CHECK (source IN ('record', 'import')), -- made again with the record, or told by an import
    PRIMARY KEY (key, record, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX lookups_by_record ON lookups (record);

CREATE TABLE last_syncs (
    worker     BLOB PRIMARY KEY NOT NULL CHECK (length(worker) = 16),
    millis     INTEGER,                                 -- none if the worker has no phone left
    changed_at INTEGER NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
    hash    TEXT PRIMARY KEY NOT NULL CHECK (length(hash) = 64),
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    version TEXT NOT NULL,
    body    TEXT NOT NULL,
    source  TEXT                                        -- a form's Markdown, which stays here
) STRICT, WITHOUT ROWID;

CREATE TABLE manifests (
    number    INTEGER PRIMARY KEY,
    body      TEXT NOT NULL,
    signature TEXT NOT NULL
) STRICT;

-- What administrators did. Each entry's hash covers the one before.
CREATE TABLE audit (
    entry_no INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    verb     TEXT NOT NULL,
    detail   TEXT NOT NULL,
    hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
