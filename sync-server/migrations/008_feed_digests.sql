-- What a feed carries, as one sum of sixteen bytes; none where it was never reckoned.
ALTER TABLE feeds ADD COLUMN digest BLOB CHECK (digest IS NULL OR length(digest) = 16);

-- Feeds of which a phone says that it holds something else, also after it pulled them again.
CREATE TABLE feeds_apart (
    device_no INTEGER NOT NULL REFERENCES devices,
    feed      TEXT NOT NULL,
    position  INTEGER NOT NULL,
    phone     BLOB NOT NULL CHECK (length(phone) = 16), -- the phone's digest there
    told_at   INTEGER NOT NULL,
    PRIMARY KEY (device_no, feed)
) STRICT, WITHOUT ROWID;
