-- Feeds as they stood, for who begins them. Made again at any time; nothing else needs them.
CREATE TABLE snapshots (
    snapshot_no   INTEGER PRIMARY KEY,
    feed_no       INTEGER NOT NULL REFERENCES feeds,
    position      INTEGER NOT NULL CHECK (position > 0),
    superseded_at INTEGER                               -- kept a while for who is fetching it
) STRICT;
CREATE INDEX snapshots_by_feed ON snapshots (feed_no);

CREATE TABLE snapshot_parts (
    snapshot_no INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
    place       INTEGER NOT NULL,
    hash        TEXT NOT NULL CHECK (length(hash) = 64),
    body        BLOB NOT NULL,                          -- as it travels
    PRIMARY KEY (snapshot_no, place)
) STRICT;
CREATE INDEX snapshot_parts_by_hash ON snapshot_parts (hash);
