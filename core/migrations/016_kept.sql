-- The report as it was last found, in parts by unit (ADR 0021). All of it derives from `facts` and
-- may be dropped at any time.
CREATE TABLE kept_under (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  signature BLOB NOT NULL,              -- of what parts are found by: packs, calendar, areas, rights
  since     INTEGER NOT NULL,           -- as of when the oldest was found, ms since 1970
  renamed   TEXT NOT NULL               -- divisions followed to what came after them, JSON
) STRICT;

CREATE TABLE kept_parts (
  kind  TEXT NOT NULL,
  unit  TEXT NOT NULL,
  until INTEGER,                        -- the first moment at which it may be another; none is never
  body  BLOB NOT NULL,
  PRIMARY KEY (kind, unit)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_parts_until ON kept_parts (until) WHERE until IS NOT NULL;

-- Which visits name a person, while parts are kept.
CREATE TABLE kept_visits (
  person TEXT NOT NULL,
  place  INTEGER NOT NULL,
  PRIMARY KEY (person, place)
) STRICT, WITHOUT ROWID;

-- What altered since: each row as it was when the parts were found; none of a new one. Of what goes
-- nothing may stay behind: then nothing is kept any more.
CREATE TABLE facts_altered (
  place  INTEGER PRIMARY KEY,
  before BLOB
) STRICT;
CREATE TRIGGER facts_come AFTER INSERT ON facts WHEN EXISTS (SELECT 1 FROM kept_under)
BEGIN
  INSERT INTO facts_altered (place, before)
  SELECT NEW.place, NULL WHERE NOT EXISTS (SELECT 1 FROM facts_altered WHERE place = NEW.place);
END;
CREATE TRIGGER facts_alter AFTER UPDATE ON facts
WHEN OLD.body <> NEW.body AND EXISTS (SELECT 1 FROM kept_under)
BEGIN
  INSERT INTO facts_altered (place, before)
  SELECT OLD.place, OLD.body WHERE NOT EXISTS (SELECT 1 FROM facts_altered WHERE place = OLD.place);
END;

CREATE TABLE syncs_altered (
  worker BLOB PRIMARY KEY NOT NULL,
  before INTEGER                        -- ms since 1970; none where none was known
) STRICT, WITHOUT ROWID;
CREATE TRIGGER facts_go AFTER DELETE ON facts WHEN EXISTS (SELECT 1 FROM kept_under)
BEGIN
  DELETE FROM kept_under;
  DELETE FROM kept_parts;
  DELETE FROM kept_visits;
  DELETE FROM facts_altered;
  DELETE FROM syncs_altered;
END;
CREATE TRIGGER syncs_come AFTER INSERT ON last_syncs WHEN EXISTS (SELECT 1 FROM kept_under)
BEGIN
  INSERT INTO syncs_altered (worker, before)
  SELECT NEW.worker, NULL WHERE NOT EXISTS (SELECT 1 FROM syncs_altered WHERE worker = NEW.worker);
END;
CREATE TRIGGER syncs_alter AFTER UPDATE ON last_syncs WHEN EXISTS (SELECT 1 FROM kept_under)
BEGIN
  INSERT INTO syncs_altered (worker, before)
  SELECT OLD.worker, OLD.millis WHERE NOT EXISTS (SELECT 1 FROM syncs_altered WHERE worker = OLD.worker);
END;
CREATE TRIGGER syncs_go AFTER DELETE ON last_syncs WHEN EXISTS (SELECT 1 FROM kept_under)
BEGIN
  INSERT INTO syncs_altered (worker, before)
  SELECT OLD.worker, OLD.millis WHERE NOT EXISTS (SELECT 1 FROM syncs_altered WHERE worker = OLD.worker);
END;
