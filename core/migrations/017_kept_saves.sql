-- Own saves that the server has had for long, many together as they travelled (ADR 0028): each whole,
-- none in `saves`. `about` has a byte for each: the place of the part whose record it is about.
CREATE TABLE kept_saves (
  first       INTEGER PRIMARY KEY CHECK (first > 0),
  last        INTEGER NOT NULL CHECK (last >= first),
  chain       BLOB NOT NULL CHECK (length(chain) = 32), -- after the last of them
  received_at INTEGER NOT NULL,                         -- the server's latest receipt of them
  about       BLOB NOT NULL,
  body        BLOB NOT NULL
) STRICT;
