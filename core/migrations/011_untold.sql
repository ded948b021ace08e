-- What records hold of others' writes when another history begins. A row goes when the new history
-- tells of it, or of the same save under the id that its phone has now. What is left of the county's
-- own (imports, decisions, what settled itself) when all feeds are whole is taken out of its record:
-- nobody offers it again. What is left of phones' stays: they offer it again.
CREATE TABLE untold (
  record BLOB NOT NULL CHECK (length(record) = 16),
  device BLOB NOT NULL CHECK (length(device) = 16),
  seq    INTEGER NOT NULL CHECK (seq > 0),
  county INTEGER NOT NULL CHECK (county IN (0, 1)),
  PRIMARY KEY (record, device, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX untold_of_the_county ON untold (county) WHERE county = 1;
