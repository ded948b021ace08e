-- One county's server on PostgreSQL. Forward only; a later change is a file of its own.
-- The tables are those of SQLite's migrations. What is said of people lies sealed (docs/adr/0027): a
-- column of that kind says "sealed", one by which something is found and that nobody may read says
-- "keyed". Numbers are given by the one writer, never by a sequence.

CREATE TABLE migrations (
    number BIGINT PRIMARY KEY
);

-- Locked by the one writer; it never has a row.
CREATE TABLE one_writer ();

-- Opens with the server's key and with no other.
CREATE TABLE key_check (
    sealed BYTEA NOT NULL
);

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BYTEA NOT NULL                                -- sealed
);

-- Phones, and the server itself: a device of its own for each epoch.
CREATE TABLE devices (
    device_no     BIGINT PRIMARY KEY,
    id            BYTEA NOT NULL UNIQUE CHECK (octet_length(id) = 16),
    kind          TEXT NOT NULL CHECK (kind IN ('phone', 'server')),
    worker        BYTEA NOT NULL CHECK (octet_length(worker) = 16),
    algorithm     TEXT NOT NULL,
    public_key    BYTEA NOT NULL,
    salt_key      BYTEA NOT NULL,                       -- sealed
    token_hash    BYTEA UNIQUE,                         -- keyed; none for the server
    through       BIGINT NOT NULL DEFAULT 0 CHECK (through >= 0),
    chain         BYTEA NOT NULL CHECK (octet_length(chain) = 32),
    whole_at      BIGINT,                               -- last exchange in which through reached the declared highest
    enrolled_at   BIGINT NOT NULL,
    revoked_at    BIGINT,
    app           BYTEA NOT NULL,                       -- sealed
    agreement_key BYTEA
);
CREATE INDEX devices_by_worker ON devices (worker);

CREATE TABLE codes (
    code_hash BYTEA PRIMARY KEY CHECK (octet_length(code_hash) = 32), -- keyed
    worker    BYTEA NOT NULL CHECK (octet_length(worker) = 16),
    made_at   BIGINT NOT NULL,
    ends_at   BIGINT NOT NULL,
    used_at   BIGINT
);

CREATE FUNCTION stands() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what is here stands: the table is append-only'; END $$;

-- Every save that arrived: its envelope, how it stands, and the chain after it.
CREATE TABLE saves (
    save_no     BIGINT PRIMARY KEY,
    device_no   BIGINT NOT NULL REFERENCES devices,
    seq         BIGINT NOT NULL CHECK (seq > 0),
    state       TEXT NOT NULL CHECK (state IN ('accepted', 'waiting', 'refused')),
    received_at BIGINT NOT NULL,
    chain       BYTEA NOT NULL CHECK (octet_length(chain) = 32),
    envelope    BYTEA NOT NULL,                         -- sealed
    refusal     BYTEA CHECK ((refusal IS NOT NULL) = (state = 'refused')), -- sealed
    UNIQUE (device_no, seq)
);
CREATE INDEX saves_accepted ON saves (save_no) WHERE state = 'accepted';
CREATE TRIGGER saves_are_kept BEFORE DELETE ON saves FOR EACH ROW EXECUTE FUNCTION stands();
CREATE TRIGGER saves_are_kept_whole BEFORE TRUNCATE ON saves EXECUTE FUNCTION stands();
CREATE TRIGGER saves_accepted_stay BEFORE UPDATE ON saves FOR EACH ROW
WHEN (OLD.state <> 'waiting' OR NEW.envelope <> OLD.envelope OR NEW.chain <> OLD.chain)
EXECUTE FUNCTION stands();

-- A key for each person, else for each record, wrapped by the server's; without it a part is noise.
CREATE TABLE part_keys (
    key_no  BIGINT PRIMARY KEY,
    owner   BYTEA NOT NULL UNIQUE CHECK (octet_length(owner) = 16),
    wrapped BYTEA                                       -- sealed; none once erased
);

CREATE TABLE parts (
    part_no BIGINT PRIMARY KEY,
    save_no BIGINT NOT NULL REFERENCES saves,
    place   BIGINT NOT NULL,                            -- of the part in its save, from 0
    key_no  BIGINT NOT NULL REFERENCES part_keys,
    sealed  BYTEA NOT NULL,                             -- with that key
    UNIQUE (save_no, place)
);
CREATE TRIGGER parts_are_kept BEFORE DELETE ON parts FOR EACH ROW EXECUTE FUNCTION stands();
CREATE TRIGGER parts_are_kept_whole BEFORE TRUNCATE ON parts EXECUTE FUNCTION stands();
CREATE TRIGGER parts_stay BEFORE UPDATE ON parts FOR EACH ROW EXECUTE FUNCTION stands();

-- Saves that wait for the beginning of a record.
CREATE TABLE waits (
    record  BYTEA NOT NULL CHECK (octet_length(record) = 16),
    save_no BIGINT NOT NULL REFERENCES saves,
    PRIMARY KEY (record, save_no)
);
CREATE INDEX waits_by_save ON waits (save_no);

-- Saves that wait for what the county has to hear or to do again.
CREATE TABLE waits_for_county (
    save_no BIGINT PRIMARY KEY REFERENCES saves,
    device  BYTEA CHECK (device IS NULL OR octet_length(device) = 16)
);
CREATE INDEX waits_for_device ON waits_for_county (device);

CREATE TABLE feeds (
    feed_no  BIGINT PRIMARY KEY,
    name_key BYTEA NOT NULL UNIQUE CHECK (octet_length(name_key) = 32), -- keyed
    name     BYTEA NOT NULL,                            -- sealed
    last     BIGINT NOT NULL DEFAULT 0 CHECK (last >= 0),
    digest   BYTEA CHECK (digest IS NULL OR octet_length(digest) = 16)
);

-- What a feed holds, in commit order: a part, a record as it stands, or records that left.
CREATE TABLE feed_items (
    feed_no   BIGINT NOT NULL REFERENCES feeds,
    position  BIGINT NOT NULL CHECK (position > 0),
    part_no   BIGINT REFERENCES parts,
    settled   BYTEA,                                    -- the record's id
    departed  BYTEA,                                    -- ids, sixteen bytes each
    device_no BIGINT,
    save_no   BIGINT,
    PRIMARY KEY (feed_no, position),
    CHECK (num_nonnulls(part_no, settled, departed) = 1)
);
CREATE INDEX feed_items_by_part ON feed_items (part_no) WHERE part_no IS NOT NULL;
CREATE INDEX feed_items_departed ON feed_items (feed_no, position) WHERE departed IS NOT NULL;

CREATE TABLE held_feeds (
    device_no   BIGINT NOT NULL REFERENCES devices,
    feed_no     BIGINT NOT NULL REFERENCES feeds,
    own_through BIGINT NOT NULL,
    PRIMARY KEY (device_no, feed_no)
);

-- Feeds of which a phone says that it holds something else.
CREATE TABLE feeds_apart (
    device_no BIGINT NOT NULL REFERENCES devices,
    feed_key  BYTEA NOT NULL CHECK (octet_length(feed_key) = 32), -- keyed
    feed      BYTEA NOT NULL,                           -- sealed
    position  BIGINT NOT NULL,
    phone     BYTEA NOT NULL CHECK (octet_length(phone) = 16),
    told_at   BIGINT NOT NULL,
    PRIMARY KEY (device_no, feed_key)
);

-- Settled records, with what routes, lists, searches and judges them.
CREATE TABLE records (
    record_no    BIGINT PRIMARY KEY,
    id           BYTEA NOT NULL UNIQUE CHECK (octet_length(id) = 16),
    kind         BYTEA NOT NULL,                        -- sealed
    begun        BOOLEAN NOT NULL,
    carriers     BYTEA NOT NULL,                        -- sealed
    areas_ever   BYTEA NOT NULL,                        -- sealed
    author       BYTEA NOT NULL,                        -- who began it; empty if unknown
    title        BYTEA NOT NULL,                        -- sealed
    person_group BYTEA,                                 -- sealed
    household    BYTEA,
    area         BYTEA,                                 -- sealed
    conflicts    BIGINT NOT NULL,
    void         BOOLEAN NOT NULL,
    fact         BYTEA,                                 -- sealed
    settled      BYTEA NOT NULL                         -- sealed
);
CREATE INDEX records_with_facts ON records (record_no) WHERE fact IS NOT NULL;

-- A record and what it points to.
CREATE TABLE links (
    target BYTEA NOT NULL CHECK (octet_length(target) = 16),
    record BYTEA NOT NULL CHECK (octet_length(record) = 16),
    kind   BYTEA NOT NULL,                              -- sealed
    PRIMARY KEY (target, record)
);

CREATE TABLE assignments (
    record   BYTEA PRIMARY KEY CHECK (octet_length(record) = 16),
    worker   BYTEA NOT NULL CHECK (octet_length(worker) = 16),
    role     BYTEA NOT NULL,                            -- sealed
    area     BYTEA NOT NULL,                            -- sealed
    from_day BYTEA,                                     -- sealed
    to_day   BYTEA                                      -- sealed
);
CREATE INDEX assignments_by_worker ON assignments (worker);

CREATE TABLE pairings (
    record   BYTEA PRIMARY KEY CHECK (octet_length(record) = 16),
    worker   BYTEA NOT NULL CHECK (octet_length(worker) = 16),
    person   BYTEA NOT NULL CHECK (octet_length(person) = 16),
    from_day BYTEA,                                     -- sealed
    to_day   BYTEA                                      -- sealed
);
CREATE INDEX pairings_by_worker ON pairings (worker);
CREATE INDEX pairings_by_person ON pairings (person);

CREATE TABLE lookups (
    key    BYTEA NOT NULL CHECK (octet_length(key) = 32), -- keyed
    record BYTEA NOT NULL CHECK (octet_length(record) = 16),
    source TEXT NOT NULL CHECK (source IN ('record', 'import')),
    PRIMARY KEY (key, record, source)
);
CREATE INDEX lookups_by_record ON lookups (record);

CREATE TABLE import_dates (
    record BYTEA PRIMARY KEY CHECK (octet_length(record) = 16),
    dated  TEXT COLLATE "C" NOT NULL                    -- ISO
);

CREATE TABLE last_syncs (
    worker     BYTEA PRIMARY KEY CHECK (octet_length(worker) = 16),
    millis     BIGINT,                                  -- none if the worker has no phone left
    changed_at BIGINT NOT NULL UNIQUE
);

CREATE TABLE documents (
    hash    TEXT PRIMARY KEY CHECK (length(hash) = 64),
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    version TEXT NOT NULL,
    body    BYTEA NOT NULL,                             -- sealed
    source  BYTEA                                       -- sealed
);

CREATE TABLE manifests (
    number    BIGINT PRIMARY KEY,
    body      TEXT NOT NULL,
    signature TEXT NOT NULL
);

-- What administrators did. Each entry's hash covers the one before.
CREATE TABLE audit (
    entry_no BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    verb     TEXT NOT NULL,
    detail   BYTEA NOT NULL,                            -- sealed
    hash     BYTEA NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION stands();
CREATE TRIGGER audit_is_kept_whole BEFORE TRUNCATE ON audit EXECUTE FUNCTION stands();
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION stands();

-- Feeds as they stood, for who begins them. Made again at any time; nothing else needs them.
CREATE TABLE snapshots (
    snapshot_no   BIGINT PRIMARY KEY,
    feed_no       BIGINT NOT NULL REFERENCES feeds,
    position      BIGINT NOT NULL CHECK (position > 0),
    superseded_at BIGINT                                -- kept a while for who is fetching it
);
CREATE INDEX snapshots_by_feed ON snapshots (feed_no);

CREATE TABLE snapshot_parts (
    snapshot_no BIGINT NOT NULL REFERENCES snapshots ON DELETE CASCADE,
    place       BIGINT NOT NULL,
    hash        TEXT NOT NULL CHECK (length(hash) = 64),
    length      BIGINT NOT NULL,                        -- of the body, unsealed
    body        BYTEA NOT NULL,                         -- sealed
    PRIMARY KEY (snapshot_no, place)
);
CREATE INDEX snapshot_parts_by_hash ON snapshot_parts (hash);

-- Photos, signatures and scans: what a device has sent of one, sealed in pieces under a key of its own.
CREATE TABLE attachments (
    attachment_no BIGINT PRIMARY KEY,
    hash_key   BYTEA NOT NULL CHECK (octet_length(hash_key) = 32), -- keyed
    device_no  BIGINT NOT NULL REFERENCES devices,
    length     BIGINT NOT NULL CHECK (length > 0),
    media      TEXT NOT NULL,
    received   BIGINT NOT NULL CHECK (received BETWEEN 0 AND length),
    wrapped    BYTEA,                                   -- sealed; none once a person's key seals it
    touched_at BIGINT NOT NULL,
    UNIQUE (hash_key, device_no)
);
CREATE INDEX attachments_by_device ON attachments (device_no);
CREATE INDEX attachments_by_age ON attachments (touched_at) WHERE wrapped IS NOT NULL;

CREATE TABLE attachment_pieces (
    attachment_no BIGINT NOT NULL REFERENCES attachments,
    start         BIGINT NOT NULL CHECK (start >= 0),
    sealed        BYTEA NOT NULL,                       -- with the attachment's key
    PRIMARY KEY (attachment_no, start)
);

-- The parts of accepted saves that name an attachment.
CREATE TABLE attachment_names (
    hash_key      BYTEA NOT NULL CHECK (octet_length(hash_key) = 32), -- keyed
    part_no       BIGINT NOT NULL REFERENCES parts,
    device_no     BIGINT NOT NULL REFERENCES devices,
    record        BYTEA NOT NULL CHECK (octet_length(record) = 16),
    compartment   TEXT NOT NULL,
    length        BIGINT NOT NULL,
    media         TEXT NOT NULL,
    key_no        BIGINT NOT NULL REFERENCES part_keys,
    attachment_no BIGINT REFERENCES attachments,        -- none until the bytes are here
    sealed        BYTEA,                                -- with the key of key_no
    PRIMARY KEY (hash_key, part_no),
    CHECK ((attachment_no IS NULL) = (sealed IS NULL))
);
CREATE INDEX attachment_names_of ON attachment_names (attachment_no) WHERE attachment_no IS NOT NULL;

-- Sealed files that somebody brought for a phone that had no link, and what became of them.
CREATE TABLE bundles (
    bundle_no  BIGINT PRIMARY KEY,
    id         BYTEA NOT NULL UNIQUE CHECK (octet_length(id) = 16),
    device     BYTEA NOT NULL CHECK (octet_length(device) = 16),
    carrier    BYTEA CHECK (carrier IS NULL OR octet_length(carrier) = 16),
    pieces     BIGINT NOT NULL CHECK (pieces > 0),
    state      TEXT NOT NULL CHECK (state IN ('arriving', 'early', 'quarantined', 'taken', 'refused')),
    reason     TEXT,
    first_seq  BIGINT,
    last_seq   BIGINT,
    arrived_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by BYTEA CHECK (decided_by IS NULL OR octet_length(decided_by) = 16)
);
CREATE INDEX bundles_by_device ON bundles (device);

CREATE TABLE bundle_pieces (
    bundle_no BIGINT NOT NULL REFERENCES bundles,
    number    BIGINT NOT NULL CHECK (number >= 0),
    body      BYTEA NOT NULL,                           -- as it came: sealed to the county
    PRIMARY KEY (bundle_no, number)
);

-- The figures of report days, as they were known then.
CREATE TABLE frozen (
    division  TEXT COLLATE "C" NOT NULL,
    day       TEXT COLLATE "C" NOT NULL,
    frozen_at BIGINT NOT NULL,
    hash      TEXT NOT NULL CHECK (length(hash) = 64),
    body      BYTEA NOT NULL,                           -- sealed
    PRIMARY KEY (division, day)
);
CREATE TRIGGER frozen_is_kept BEFORE DELETE ON frozen FOR EACH ROW EXECUTE FUNCTION stands();
CREATE TRIGGER frozen_is_kept_whole BEFORE TRUNCATE ON frozen EXECUTE FUNCTION stands();
CREATE TRIGGER frozen_stays BEFORE UPDATE ON frozen FOR EACH ROW EXECUTE FUNCTION stands();

-- 底数清: the days on which a supervisor said that the list of an area's people was complete.
CREATE TABLE confirmed_areas (
    area TEXT COLLATE "C" NOT NULL,
    day  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (area, day)
);

-- What is sealed packs no smaller: spare the attempt.
ALTER TABLE saves ALTER envelope SET STORAGE EXTERNAL;
ALTER TABLE parts ALTER sealed SET STORAGE EXTERNAL;
ALTER TABLE records ALTER fact SET STORAGE EXTERNAL, ALTER settled SET STORAGE EXTERNAL;
ALTER TABLE documents ALTER body SET STORAGE EXTERNAL, ALTER source SET STORAGE EXTERNAL;
ALTER TABLE snapshot_parts ALTER body SET STORAGE EXTERNAL;
ALTER TABLE attachment_pieces ALTER sealed SET STORAGE EXTERNAL;
ALTER TABLE bundle_pieces ALTER body SET STORAGE EXTERNAL;
ALTER TABLE frozen ALTER body SET STORAGE EXTERNAL;
