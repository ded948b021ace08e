//! Feeds and their items.

use rusqlite::{OptionalExtension, Row, named_params};
use tanfang_core::merge::FeedDigest;
use tanfang_core::model::{Feed, Position, RecordId};
use tanfang_core::planted::{self, Bug};
use tanfang_core::wire::Receipt;

use super::SqliteTx;
use super::columns::{Count, Id};
use crate::store::{
    ApartRow, DeviceNo, FeedNo, FeedRow, Feeds, ItemRow, ItemTold, SaveNo, SealedPart, StoreError,
    Stored,
};

impl Feeds for SqliteTx<'_> {
    fn feeds(&mut self) -> Stored<Vec<FeedRow>> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT feed_no, name, last, digest FROM feeds ORDER BY name")?;
        Ok(ask.query_map([], feed)?.collect::<Result<_, _>>()?)
    }

    fn feed(&mut self, name: &str) -> Stored<Option<FeedRow>> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT feed_no, name, last, digest FROM feeds WHERE name = :name")?;
        Ok(ask
            .query_row(named_params! {":name": name}, feed)
            .optional()?)
    }

    fn add_feed(&mut self, name: &str) -> Stored<FeedNo> {
        self.sql
            .prepare_cached("INSERT INTO feeds (name, digest) VALUES (:name, zeroblob(16))")?
            .execute(named_params! {":name": name})?;
        Ok(FeedNo(self.sql.last_insert_rowid()))
    }

    fn set_end(&mut self, feed: &FeedRow) -> Stored<()> {
        self.sql
            .prepare_cached(
                "UPDATE feeds SET last = :last, digest = :digest WHERE feed_no = :feed",
            )?
            .execute(named_params! {
                ":feed": feed.no, ":last": Count(feed.last),
                ":digest": feed.digest.map(FeedDigest::bytes),
            })?;
        Ok(())
    }

    fn feeds_apart_of(&mut self, device: DeviceNo) -> Stored<Vec<ApartRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT device_no, feed, position, phone, told_at FROM feeds_apart
             WHERE device_no = :device ORDER BY feed",
        )?;
        let rows = ask.query_map(named_params! {":device": device}, apart)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn feeds_apart(&mut self) -> Stored<Vec<ApartRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT device_no, feed, position, phone, told_at FROM feeds_apart
             ORDER BY device_no, feed",
        )?;
        Ok(ask.query_map([], apart)?.collect::<Result<_, _>>()?)
    }

    fn set_apart(&mut self, row: &ApartRow) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO feeds_apart (device_no, feed, position, phone, told_at)
                 VALUES (:device, :feed, :position, :phone, :told_at)
                 ON CONFLICT (device_no, feed) DO UPDATE SET position = excluded.position,
                    phone = excluded.phone, told_at = excluded.told_at",
            )?
            .execute(named_params! {
                ":device": row.device, ":feed": row.feed, ":position": Count(row.position),
                ":phone": row.phone.bytes(), ":told_at": row.told_at,
            })?;
        Ok(())
    }

    fn forget_apart(&mut self, device: DeviceNo, feed: &str) -> Stored<()> {
        self.sql
            .prepare_cached("DELETE FROM feeds_apart WHERE device_no = :device AND feed = :feed")?
            .execute(named_params! {":device": device, ":feed": feed})?;
        Ok(())
    }

    fn add_item(&mut self, feed: FeedNo, position: Position, item: &ItemTold<'_>) -> Stored<()> {
        let departed = match item {
            ItemTold::Departed(records) => Some(
                records
                    .iter()
                    .flat_map(|id| *id.bytes())
                    .collect::<Vec<u8>>(),
            ),
            _ => None,
        };
        let settled = match item {
            ItemTold::Settled(id) => Some(Id(*id)),
            _ => None,
        };
        let (part, device, save) = match item {
            ItemTold::Part { part, device, save } => (Some(*part), Some(*device), Some(*save)),
            _ => (None, None, None),
        };
        self.sql
            .prepare_cached(
                "INSERT INTO feed_items
                    (feed_no, position, part_no, settled, departed, device_no, save_no)
                 VALUES (:feed, :position, :part, :settled, :departed, :device, :save)",
            )?
            .execute(named_params! {
                ":feed": feed, ":position": Count(position), ":part": part, ":settled": settled,
                ":departed": departed, ":device": device, ":save": save,
            })?;
        Ok(())
    }

    fn items(
        &mut self,
        feed: FeedNo,
        after: Position,
        but: Option<(DeviceNo, SaveNo)>,
        each: &mut dyn FnMut(ItemRow) -> Stored<bool>,
    ) -> Stored<()> {
        let again = u64::from(planted::is(Bug::AtOrAfterCursor));
        let after = after.saturating_sub(again);
        let mut ask = self.sql.prepare_cached(
            "SELECT item.position, item.settled, item.departed, saves.save_no, saves.received_at, saves.envelope, parts.place, parts.key_no, parts.sealed,
                    part_keys.wrapped
             FROM feed_items AS item
             LEFT JOIN parts ON parts.part_no = item.part_no
             LEFT JOIN saves ON saves.save_no = parts.save_no
             LEFT JOIN part_keys ON part_keys.key_no = parts.key_no
             WHERE item.feed_no = :feed AND item.position > :after
               AND (item.device_no = :device AND item.save_no > :through) IS NOT TRUE
             ORDER BY item.position",
        )?;
        let (device, through) = but.unzip();
        let mut rows = ask.query(named_params! {
            ":feed": feed, ":after": Count(after), ":device": device, ":through": through,
        })?;
        while let Some(row) = rows.next()? {
            if !each(item(row)?)? {
                break;
            }
        }
        Ok(())
    }

    fn departures(
        &mut self,
        feed: FeedNo,
        after: Position,
    ) -> Stored<Vec<(Position, Vec<RecordId>)>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT position, departed FROM feed_items
             WHERE feed_no = :feed AND position > :after AND departed IS NOT NULL
             ORDER BY position",
        )?;
        let mut rows = ask.query(named_params! {":feed": feed, ":after": Count(after)})?;
        let mut departures = Vec::new();
        while let Some(row) = rows.next()? {
            let records = departed(&row.get::<_, Vec<u8>>("departed")?)?;
            departures.push((row.get::<_, Count>("position")?.0, records));
        }
        Ok(departures)
    }

    fn receipts(&mut self, save: SaveNo) -> Stored<Vec<Receipt>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT feeds.name, feed_items.position FROM parts
             JOIN feed_items ON feed_items.part_no = parts.part_no
             JOIN feeds ON feeds.feed_no = feed_items.feed_no
             WHERE parts.save_no = :save AND feed_items.part_no IS NOT NULL
             ORDER BY feeds.name, feed_items.position",
        )?;
        let rows = ask.query_map(named_params! {":save": save}, |row| {
            Ok((
                row.get::<_, String>("name")?,
                row.get::<_, Count>("position")?.0,
            ))
        })?;
        let mut receipts = Vec::new();
        for row in rows {
            let (name, position) = row?;
            let feed: Feed = name.parse().map_err(|_| StoreError::Damaged {
                what: "a feed's name",
            })?;
            receipts.push(Receipt { feed, position });
        }
        Ok(receipts)
    }

    fn held_feeds(&mut self, device: DeviceNo) -> Stored<Vec<(FeedNo, SaveNo)>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT feed_no, own_through FROM held_feeds WHERE device_no = :device",
        )?;
        let rows = ask.query_map(named_params! {":device": device}, |row| {
            Ok((row.get("feed_no")?, row.get("own_through")?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn hold_feed(&mut self, device: DeviceNo, feed: FeedNo, own_through: SaveNo) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO held_feeds (device_no, feed_no, own_through)
                 VALUES (:device, :feed, :own_through)
                 ON CONFLICT (device_no, feed_no) DO UPDATE SET own_through = excluded.own_through",
            )?
            .execute(
                named_params! {":device": device, ":feed": feed, ":own_through": own_through},
            )?;
        Ok(())
    }

    fn drop_feed(&mut self, device: DeviceNo, feed: FeedNo) -> Stored<()> {
        self.sql
            .prepare_cached("DELETE FROM held_feeds WHERE device_no = :device AND feed_no = :feed")?
            .execute(named_params! {":device": device, ":feed": feed})?;
        Ok(())
    }

    fn drop_every_feed(&mut self) -> Stored<()> {
        self.sql
            .prepare_cached("DELETE FROM held_feeds")?
            .execute([])?;
        Ok(())
    }
}

/// The records of a departure: ids, sixteen bytes each.
fn departed(bytes: &[u8]) -> Stored<Vec<RecordId>> {
    let ids = bytes.chunks(16).map(RecordId::from_slice);
    ids.collect::<Result<_, _>>()
        .map_err(|_| StoreError::Damaged {
            what: "a departure",
        })
}

fn feed(row: &Row<'_>) -> rusqlite::Result<FeedRow> {
    Ok(FeedRow {
        no: row.get("feed_no")?,
        name: row.get("name")?,
        last: row.get::<_, Count>("last")?.0,
        digest: row
            .get::<_, Option<[u8; 16]>>("digest")?
            .map(FeedDigest::from_bytes),
    })
}

fn apart(row: &Row<'_>) -> rusqlite::Result<ApartRow> {
    Ok(ApartRow {
        device: row.get("device_no")?,
        feed: row.get("feed")?,
        position: row.get::<_, Count>("position")?.0,
        phone: FeedDigest::from_bytes(row.get("phone")?),
        told_at: row.get("told_at")?,
    })
}

fn item(row: &Row<'_>) -> Stored<ItemRow> {
    let position = row.get::<_, Count>("position")?.0;
    if let Some(Id(record)) = row.get::<_, Option<Id<RecordId>>>("settled")? {
        return Ok(ItemRow::Settled { position, record });
    }
    if let Some(bytes) = row.get::<_, Option<Vec<u8>>>("departed")? {
        let records = departed(&bytes)?;
        return Ok(ItemRow::Departed { position, records });
    }
    Ok(ItemRow::Part {
        position,
        save: row.get("save_no")?,
        received_at: row.get("received_at")?,
        envelope: row.get("envelope")?,
        place: row.get("place")?,
        part: SealedPart {
            key: row.get("key_no")?,
            sealed: row.get("sealed")?,
        },
        key: row.get("wrapped")?,
    })
}
