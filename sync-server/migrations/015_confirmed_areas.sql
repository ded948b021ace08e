-- 底数清: the days on which a supervisor said that the list of an area's people was complete. By whose
-- word stands in the audit log.
CREATE TABLE confirmed_areas (
    area TEXT NOT NULL,
    day  TEXT NOT NULL,
    PRIMARY KEY (area, day)
) STRICT, WITHOUT ROWID;
