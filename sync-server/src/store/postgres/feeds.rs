//! Feeds and their items.

use tanfang_core::merge::FeedDigest;
use tanfang_core::model::{Feed, Position, RecordId};
use tanfang_core::wire::Receipt;
use tokio_postgres::Row;

use super::PostgresTx;
use super::cell::{Cell, Columns, cells_of};
use super::sealed::{Column, Sealer};
use crate::store::{
    ApartRow, DeviceNo, FeedNo, FeedRow, Feeds, ItemRow, ItemTold, KeyNo, SaveNo, SealedPart,
    StoreError, Stored,
};

/// How many items are fetched at once: about a page.
const ITEMS: u32 = 200;

impl Feeds for PostgresTx<'_> {
    fn feeds(&mut self) -> Stored<Vec<FeedRow>> {
        let rows = self.ask(
            "SELECT feed_no, name_key, name, last, digest FROM feeds",
            cells_of![],
        )?;
        let feeds = rows.iter().map(|row| feed(row, self.sealer));
        let mut feeds: Vec<FeedRow> = feeds.collect::<Stored<_>>()?;
        feeds.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(feeds)
    }

    fn feed(&mut self, name: &str) -> Stored<Option<FeedRow>> {
        let row = self.ask_one(
            "SELECT feed_no, name_key, name, last, digest FROM feeds WHERE name_key = $1",
            cells_of![self.sealer.feed_key(name)],
        )?;
        row.map(|row| feed(&row, self.sealer)).transpose()
    }

    fn add_feed(&mut self, name: &str) -> Stored<FeedNo> {
        let key = self.sealer.feed_key(name);
        let sealed = self.sealer.seal(Column::FeedName, &key, name.as_bytes())?;
        self.number(
            "INSERT INTO feeds (feed_no, name_key, name, digest)
             SELECT coalesce(max(feed_no), 0) + 1, $1, $2, $3 FROM feeds
             RETURNING feed_no AS no",
            cells_of![key, sealed, FeedDigest::default().bytes()],
        )
        .map(FeedNo)
    }

    fn set_end(&mut self, feed: &FeedRow) -> Stored<()> {
        self.tell_later(
            "UPDATE feeds SET last = $2, digest = $3 WHERE feed_no = $1",
            cells_of![feed.no, feed.last, feed.digest.map(FeedDigest::bytes)],
        )
    }

    fn feeds_apart_of(&mut self, device: DeviceNo) -> Stored<Vec<ApartRow>> {
        let rows = self.ask(
            "SELECT device_no, feed_key, feed, position, phone, told_at FROM feeds_apart
             WHERE device_no = $1",
            cells_of![device],
        )?;
        apart(&rows, self.sealer)
    }

    fn feeds_apart(&mut self) -> Stored<Vec<ApartRow>> {
        let rows = self.ask(
            "SELECT device_no, feed_key, feed, position, phone, told_at FROM feeds_apart",
            cells_of![],
        )?;
        apart(&rows, self.sealer)
    }

    fn set_apart(&mut self, row: &ApartRow) -> Stored<()> {
        let key = self.sealer.feed_key(&row.feed);
        let feed = row.feed.as_bytes();
        let sealed = self.sealer.seal(Column::ApartFeed, &key, feed)?;
        self.tell(
            "INSERT INTO feeds_apart (device_no, feed_key, feed, position, phone, told_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (device_no, feed_key) DO UPDATE SET position = excluded.position,
                phone = excluded.phone, told_at = excluded.told_at",
            cells_of![
                row.device,
                key,
                sealed,
                row.position,
                row.phone.bytes(),
                row.told_at,
            ],
        )?;
        Ok(())
    }

    fn forget_apart(&mut self, device: DeviceNo, feed: &str) -> Stored<()> {
        self.tell_later(
            "DELETE FROM feeds_apart WHERE device_no = $1 AND feed_key = $2",
            cells_of![device, self.sealer.feed_key(feed)],
        )
    }

    fn add_item(&mut self, feed: FeedNo, position: Position, item: &ItemTold<'_>) -> Stored<()> {
        let (mut part, mut settled, mut departed) = (Cell::Null, Cell::Null, Cell::Null);
        let (mut device, mut save) = (Cell::Null, Cell::Null);
        match item {
            ItemTold::Part {
                part: no,
                save: of,
                device: by,
            } => (part, device, save) = ((*no).into(), (*by).into(), (*of).into()),
            ItemTold::Settled(id) => settled = (*id).into(),
            ItemTold::Departed(ids) => {
                let ids = ids.iter().flat_map(|id| *id.bytes());
                departed = Cell::Bytes(ids.collect());
            }
        }
        self.tell_later(
            "INSERT INTO feed_items
                (feed_no, position, part_no, settled, departed, device_no, save_no)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            cells_of![feed, position, part, settled, departed, device, save],
        )
    }

    fn items(
        &mut self,
        feed: FeedNo,
        after: Position,
        but: Option<(DeviceNo, SaveNo)>,
        each: &mut dyn FnMut(ItemRow) -> Stored<bool>,
    ) -> Stored<()> {
        let (device, through) = but.unzip();
        let mut after = after;
        loop {
            let rows = self.ask(
                "SELECT item.position, item.settled, item.departed, saves.save_no,
                    saves.received_at, saves.envelope, parts.place, parts.key_no, parts.sealed,
                    part_keys.wrapped
                 FROM feed_items AS item
                 LEFT JOIN parts ON parts.part_no = item.part_no
                 LEFT JOIN saves ON saves.save_no = parts.save_no
                 LEFT JOIN part_keys ON part_keys.key_no = parts.key_no
                 WHERE item.feed_no = $1 AND item.position > $2
                   AND (item.device_no = $3 AND item.save_no > $4) IS NOT TRUE
                 ORDER BY item.position LIMIT $5",
                cells_of![feed, after, device, through, ITEMS],
            )?;
            for row in &rows {
                after = row.count("position")?;
                if !each(item(row, self.sealer)?)? {
                    return Ok(());
                }
            }
            if rows.len() < ITEMS as usize {
                return Ok(());
            }
        }
    }

    fn departures(
        &mut self,
        feed: FeedNo,
        after: Position,
    ) -> Stored<Vec<(Position, Vec<RecordId>)>> {
        let rows = self.ask(
            "SELECT position, departed FROM feed_items
             WHERE feed_no = $1 AND position > $2 AND departed IS NOT NULL ORDER BY position",
            cells_of![feed, after],
        )?;
        let departure = |row: &Row| Ok((row.count("position")?, departed(row.plain("departed")?)?));
        rows.iter().map(departure).collect()
    }

    fn receipts(&mut self, save: SaveNo) -> Stored<Vec<Receipt>> {
        let rows = self.ask(
            "SELECT feeds.name_key, feeds.name, feed_items.position FROM parts
             JOIN feed_items ON feed_items.part_no = parts.part_no
             JOIN feeds ON feeds.feed_no = feed_items.feed_no
             WHERE parts.save_no = $1 AND feed_items.part_no IS NOT NULL",
            cells_of![save],
        )?;
        let mut places = Vec::with_capacity(rows.len());
        for row in &rows {
            places.push((name(row, self.sealer)?, row.count("position")?));
        }
        places.sort();
        let receipt = |(name, position): (String, Position)| {
            let feed: Feed = name.parse().map_err(|_| StoreError::Damaged {
                what: "a feed's name",
            })?;
            Ok(Receipt { feed, position })
        };
        places.into_iter().map(receipt).collect()
    }

    fn held_feeds(&mut self, device: DeviceNo) -> Stored<Vec<(FeedNo, SaveNo)>> {
        let rows = self.ask(
            "SELECT feed_no, own_through FROM held_feeds WHERE device_no = $1 ORDER BY feed_no",
            cells_of![device],
        )?;
        let held = |row: &Row| Ok((FeedNo(row.no("feed_no")?), SaveNo(row.no("own_through")?)));
        rows.iter().map(held).collect()
    }

    fn hold_feed(&mut self, device: DeviceNo, feed: FeedNo, own_through: SaveNo) -> Stored<()> {
        self.tell_later(
            "INSERT INTO held_feeds (device_no, feed_no, own_through) VALUES ($1, $2, $3)
             ON CONFLICT (device_no, feed_no) DO UPDATE SET own_through = excluded.own_through",
            cells_of![device, feed, own_through],
        )
    }

    fn drop_feed(&mut self, device: DeviceNo, feed: FeedNo) -> Stored<()> {
        self.tell_later(
            "DELETE FROM held_feeds WHERE device_no = $1 AND feed_no = $2",
            cells_of![device, feed],
        )
    }

    fn drop_every_feed(&mut self) -> Stored<()> {
        self.tell_later("DELETE FROM held_feeds", cells_of![])
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

pub(super) fn name(row: &Row, sealer: &Sealer) -> Stored<String> {
    sealer.open_text(Column::FeedName, row.plain("name_key")?, row.plain("name")?)
}

fn feed(row: &Row, sealer: &Sealer) -> Stored<FeedRow> {
    let known: Option<&[u8]> = row.plain("digest")?;
    let digest = known.map(|_| row.exactly("digest")).transpose()?;
    Ok(FeedRow {
        no: FeedNo(row.no("feed_no")?),
        name: name(row, sealer)?,
        last: row.count("last")?,
        digest: digest.map(FeedDigest::from_bytes),
    })
}

/// By device, then by the feed's name.
fn apart(rows: &[Row], sealer: &Sealer) -> Stored<Vec<ApartRow>> {
    let read = |row: &Row| {
        let key: &[u8] = row.plain("feed_key")?;
        Ok(ApartRow {
            device: DeviceNo(row.no("device_no")?),
            feed: sealer.open_text(Column::ApartFeed, key, row.plain("feed")?)?,
            position: row.count("position")?,
            phone: FeedDigest::from_bytes(row.exactly("phone")?),
            told_at: row.plain("told_at")?,
        })
    };
    let mut apart: Vec<ApartRow> = rows.iter().map(read).collect::<Stored<_>>()?;
    apart.sort_by(|a, b| (a.device, &a.feed).cmp(&(b.device, &b.feed)));
    Ok(apart)
}

fn item(row: &Row, sealer: &Sealer) -> Stored<ItemRow> {
    let position = row.count("position")?;
    if let Some(record) = row.maybe_id("settled")? {
        return Ok(ItemRow::Settled { position, record });
    }
    if let Some(bytes) = row.plain("departed")? {
        let records = departed(bytes)?;
        return Ok(ItemRow::Departed { position, records });
    }
    let save = SaveNo(row.no("save_no")?);
    let place = u32::try_from(row.no("place")?);
    Ok(ItemRow::Part {
        position,
        save,
        received_at: row.plain("received_at")?,
        envelope: sealer.open(
            Column::Envelope,
            &save.0.to_be_bytes(),
            row.plain("envelope")?,
        )?,
        place: place.map_err(|_| StoreError::Damaged { what: "a column" })?,
        part: SealedPart {
            key: KeyNo(row.no("key_no")?),
            sealed: row.plain("sealed")?,
        },
        key: row.plain("wrapped")?,
    })
}
