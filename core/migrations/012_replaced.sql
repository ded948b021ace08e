-- Since when only the past of a record names an attachment, in milliseconds since 1970 by the
-- server's clock; none while it is shown. What was replaced stays a while: a server that is set back
-- may lack it.
ALTER TABLE attachment_names ADD COLUMN past_since INTEGER;
-- When the county took a carried file, likewise: its pieces stay as long.
ALTER TABLE carried ADD COLUMN taken_at INTEGER;
