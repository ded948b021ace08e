-- Saves that wait for what the county has to hear or to do again, because it may know less than who
-- made them: for saves of another device that they name as seen, or (no device) for a form or a right.
CREATE TABLE waits_for_county (
    save_no INTEGER PRIMARY KEY REFERENCES saves,
    device  BLOB CHECK (device IS NULL OR length(device) = 16)
) STRICT;
CREATE INDEX waits_for_device ON waits_for_county (device);
