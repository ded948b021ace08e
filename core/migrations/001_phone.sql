-- Everything that a phone holds. One row of `records` is one settled record; one row of `saves`
-- is one press of the button on this phone.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY NOT NULL,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Words that packed bodies name by number: devices, names of fields and kinds, authorships, feeds.
-- A word is never taken out: bodies written long ago name it.
CREATE TABLE terms (
  id    INTEGER PRIMARY KEY,
  kind  INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (kind, bytes)
) STRICT;

CREATE TABLE enrolment (
  id           INTEGER PRIMARY KEY CHECK (id = 1),
  server       TEXT NOT NULL,           -- where the server answers
  device       BLOB NOT NULL CHECK (length(device) = 16),
  worker       BLOB NOT NULL CHECK (length(worker) = 16),
  name         TEXT NOT NULL,           -- the worker's
  county       TEXT NOT NULL,
  epoch        BLOB NOT NULL CHECK (length(epoch) = 16),
  token        TEXT NOT NULL,
  server_key   BLOB NOT NULL            -- Ed25519, signs acknowledgements and the manifest
) STRICT;

CREATE TABLE saves (
  seq         INTEGER PRIMARY KEY CHECK (seq > 0),
  state       INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3), -- unsent, waiting, refused, accepted
  form        TEXT,                     -- the form's id; none for what the app itself wrote
  subject     BLOB NOT NULL CHECK (length(subject) = 16), -- what the save is about
  chain       BLOB NOT NULL CHECK (length(chain) = 32),   -- the chain after this save
  body        BLOB NOT NULL,            -- the save, packed
  received_at INTEGER,                  -- the server's receipt, ms since 1970; only of accepted ones
  reason      TEXT,                     -- of a refusal
  field       TEXT,
  message     TEXT,
  mended_by   INTEGER,                  -- of a refused one, the later save that says it anew
  CHECK ((state = 3) = (received_at IS NOT NULL)),
  CHECK ((state = 2) = (reason IS NOT NULL))
) STRICT;
CREATE INDEX saves_open ON saves (state, seq) WHERE state IN (1, 2);

-- Saves of a device that this phone was before, accepted then; kept, never sent.
CREATE TABLE former_saves (
  device BLOB NOT NULL CHECK (length(device) = 16),
  seq    INTEGER NOT NULL,
  body   BLOB NOT NULL,
  PRIMARY KEY (device, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
  place     INTEGER PRIMARY KEY,
  id        BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  kind      TEXT NOT NULL,
  grp       TEXT,                       -- of a person: elder, child
  title     TEXT NOT NULL,
  household BLOB CHECK (household IS NULL OR length(household) = 16),
  area      TEXT,                       -- of a household: where it is routed
  shown     INTEGER NOT NULL,           -- 0 while no part that makes it visible is held, or it is void
  conflicts INTEGER NOT NULL,           -- fields that a person has to decide
  body      BLOB NOT NULL               -- the settled record, packed
) STRICT;
CREATE INDEX records_by_kind ON records (kind, grp);
CREATE INDEX records_in_conflict ON records (place) WHERE conflicts > 0;

CREATE TABLE facts (
  place INTEGER PRIMARY KEY REFERENCES records (place) ON DELETE CASCADE,
  body  BLOB NOT NULL                   -- what the record gives to compliance
) STRICT;

CREATE TABLE feeds (
  feed     TEXT PRIMARY KEY NOT NULL,
  position INTEGER NOT NULL CHECK (position >= 0),
  complete INTEGER NOT NULL             -- whether its end was reached
) STRICT, WITHOUT ROWID;

-- Which feeds brought a record: what is dropped with the last of them.
CREATE TABLE holds (
  record INTEGER NOT NULL REFERENCES records (place) ON DELETE CASCADE,
  feed   INTEGER NOT NULL REFERENCES terms (id),
  PRIMARY KEY (record, feed)
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
  hash TEXT PRIMARY KEY NOT NULL CHECK (length(hash) = 64),
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
  id       BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  form     TEXT NOT NULL,
  subject  BLOB CHECK (subject IS NULL OR length(subject) = 16), -- none for a new one
  answers  TEXT NOT NULL,               -- JSON, as typed
  saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE last_syncs (
  worker     BLOB PRIMARY KEY NOT NULL CHECK (length(worker) = 16),
  millis     INTEGER,                   -- none where the worker has no phone left
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
