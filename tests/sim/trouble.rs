//! Disks that are full, and commits that fail or are said to have failed.

use tanfang_core::store::{CommitFault, StoreError};
use tanfang_server::store::sqlite::CommitFault as ServerFault;

use crate::house::World;
use crate::model::{Broken, Outcome, broken};
use crate::phone::Phone;

/// What a phone's disk does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// It has room for so many pages more.
    Full { room: u32 },
    /// The next commit fails, or is said to.
    Commits(CommitFault),
}

impl Phone {
    /// The phone's disk is so from now on; without trouble it is as it should be.
    pub fn trouble_disk(&mut self, disk: Option<Disk>) -> Outcome {
        self.disk = disk;
        self.apply_disk()
    }

    /// Puts the trouble into the store, if that is open.
    pub fn apply_disk(&mut self) -> Outcome {
        let disk = self.disk;
        let Some(store) = self.open_store() else {
            return Ok(());
        };
        let applied = (|| {
            let limit = match disk {
                Some(Disk::Full { room }) => Some(store.pages()? + room),
                _ => None,
            };
            store.limit_pages(limit)?;
            store.break_commits(match disk {
                Some(Disk::Commits(fault)) => Some(fault),
                _ => None,
            })
        })();
        applied.or_else(|e: StoreError| broken("a phone opens", e.to_string()))
    }

    /// Whether the trouble of its disk explains an error, which is typed then; a failing commit is
    /// over with it.
    pub fn excuses(&mut self, error: &StoreError) -> Result<bool, Broken> {
        Ok(match (self.disk, error) {
            (Some(Disk::Full { .. }), StoreError::DiskFull) => true,
            (Some(Disk::Commits(_)), StoreError::Fault { code })
                if ["sqlite 531", "sqlite 1"].contains(&code.as_str()) =>
            {
                self.unsure = true;
                self.trouble_disk(None)?;
                true
            }
            _ => false,
        })
    }
}

impl World {
    /// The question under way, or a new one, reaches a server whose disk is full or whose commit
    /// fails; nobody is answered with more than that it cannot take it now.
    pub fn deliver_in_trouble(&mut self, no: usize, pick: u32) -> Result<bool, Broken> {
        if self.phones[no].talk.is_none() {
            self.phones[no].ask()?;
        }
        self.server_troubled(pick)?;
        let delivered = self.deliver(no, None);
        self.server_mended()?;
        delivered
    }

    /// A whole sync with a server in trouble.
    pub fn drive_in_trouble(&mut self, no: usize, pick: u32) -> Result<crate::talk::End, Broken> {
        self.server_troubled(pick)?;
        let end = self.drive(no, None);
        self.server_mended()?;
        end
    }

    fn server_troubled(&mut self, pick: u32) -> Outcome {
        let (kind, rest) = (pick % 4, pick / 4);
        self.excused = true;
        let disk = self.server()?.disk();
        let done = match kind {
            0 => disk.break_commits(Some(ServerFault::Written)),
            1 | 2 => disk.break_commits(Some(ServerFault::NotWrittenAfter(rest % 2))),
            _ => {
                let pages = disk.pages();
                pages.and_then(|pages| disk.limit_pages(Some(pages + rest % 12)))
            }
        };
        done.or_else(|e| broken("the server starts", e.to_string()))
    }

    fn server_mended(&mut self) -> Outcome {
        self.excused = false;
        let disk = self.server()?.disk();
        let mended = disk
            .break_commits(None)
            .and_then(|()| disk.limit_pages(None));
        mended.or_else(|e| broken("the server starts", e.to_string()))
    }
}
