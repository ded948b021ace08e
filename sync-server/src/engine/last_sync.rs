//! When each worker's phones had last handed in everything.

use tanfang_core::model::WorkerId;
use tanfang_core::wire::LastSync;

use super::LAST_CHANGED;
use super::turn::Turn;
use crate::store::{DeviceRow, LastSyncRow, StoreError, Stored};

impl Turn<'_> {
    /// Notes an exchange in which everything that the device declared has been heard.
    pub(super) fn heard_whole(&mut self, device: &DeviceRow) -> Stored<()> {
        self.tx.heard_whole(device.no, self.now.millis)?;
        self.note_last_sync(device.worker)
    }

    /// Notes the earliest among a worker's phones, if it is another than before.
    pub(super) fn note_last_sync(&mut self, worker: WorkerId) -> Stored<()> {
        let millis = self.tx.earliest_whole(worker)?;
        if self
            .tx
            .last_sync(worker)?
            .is_some_and(|known| known.millis == millis)
        {
            return Ok(());
        }
        let changed_at = self.next_change()?;
        self.tx.set_last_sync(&LastSyncRow {
            worker,
            millis,
            changed_at,
        })
    }

    /// Later than every change before, also within one millisecond and when the clock is set back:
    /// a phone asks for what came after the latest that it holds.
    fn next_change(&mut self) -> Stored<i64> {
        let last = match self.tx.meta(LAST_CHANGED)? {
            Some(bytes) => {
                i64::from_be_bytes(bytes.try_into().map_err(|_| StoreError::Damaged {
                    what: "last_changed",
                })?)
            }
            None => 0,
        };
        let next = self.now.millis.max(last.saturating_add(1));
        self.tx.set_meta(LAST_CHANGED, &next.to_be_bytes())?;
        Ok(next)
    }

    pub(super) fn last_syncs(&mut self, changed_after: i64) -> Stored<Vec<LastSync>> {
        let rows = self.tx.last_syncs(changed_after)?;
        Ok(rows
            .into_iter()
            .map(|row| LastSync {
                worker: row.worker,
                millis: row.millis,
                changed_at: row.changed_at,
            })
            .collect())
    }
}
