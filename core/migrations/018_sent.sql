-- Since when the server has all of an attachment, in milliseconds since 1970 by its own clock: an own
-- one stays a while, whoever names it. A server that is set back may lack it. Of those sent before there
-- was this column: since they were attached.
ALTER TABLE attachments ADD COLUMN sent_at INTEGER;
UPDATE attachments SET sent_at = made_at WHERE at_server = 1;
