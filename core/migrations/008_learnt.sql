-- When a document came: the day on which this phone learnt of an event. The server's time, as it said
-- it in the exchange; of documents that were held before, nothing is known.
ALTER TABLE documents ADD COLUMN held_since INTEGER;
