-- Whose save an item's part is, beside it: what a phone sent itself is passed over without reading
-- the log.
ALTER TABLE feed_items ADD COLUMN device_no INTEGER;
ALTER TABLE feed_items ADD COLUMN save_no INTEGER;
UPDATE feed_items SET (device_no, save_no) =
    (SELECT saves.device_no, saves.save_no FROM parts JOIN saves ON saves.save_no = parts.save_no
     WHERE parts.part_no = feed_items.part_no)
WHERE part_no IS NOT NULL;
