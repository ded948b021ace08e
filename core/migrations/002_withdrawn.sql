-- A refused save that its author withdrew: kept for reading, said to nobody again. Milliseconds
-- since 1970 by the phone's clock.
ALTER TABLE saves ADD COLUMN withdrawn_at INTEGER;
