-- The ids under which this phone was enrolled before, each with the server's last signed word for it:
-- proof, should the server have forgotten.
CREATE TABLE former_ids (
  device       BLOB PRIMARY KEY NOT NULL CHECK (length(device) = 16),
  acknowledged BLOB                     -- packed; none where nothing was acknowledged, or not kept then
) STRICT, WITHOUT ROWID;
INSERT INTO former_ids (device) SELECT DISTINCT device FROM former_saves;

-- What a save was about, and whether the server had accepted it: what a server that was set back has
-- lost of those is offered again. Not known of saves that were put here before this was written down.
ALTER TABLE former_saves ADD COLUMN subject BLOB CHECK (subject IS NULL OR length(subject) = 16);
ALTER TABLE former_saves ADD COLUMN accepted INTEGER CHECK (accepted IN (0, 1));
