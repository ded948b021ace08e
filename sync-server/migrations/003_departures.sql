-- What left a feed later than an item stands in it: asked for each page.
CREATE INDEX feed_items_departed ON feed_items (feed_no, position) WHERE departed IS NOT NULL;
