-- The running digest of each feed, sixteen bytes; none where it is to be reckoned from what is held.
ALTER TABLE feeds ADD COLUMN digest BLOB CHECK (digest IS NULL OR length(digest) = 16);
-- 1 while the feed is pulled again because its digest was another than the server's, 2 while it is
-- begun again with another history or another device id.
ALTER TABLE feeds ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
-- Of a feed that differs also after that: by what, seen where, with which digest here.
ALTER TABLE feeds ADD COLUMN apart BLOB CHECK (apart IS NULL OR length(apart) = 16);
ALTER TABLE feeds ADD COLUMN apart_at INTEGER;
ALTER TABLE feeds ADD COLUMN apart_digest BLOB;
