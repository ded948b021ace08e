//! Whether what a save says to have seen can have been seen.

use std::collections::BTreeSet;

use tanfang_core::model::{DeviceSeq, Head, Save};

use super::knowing::Unheard;
use super::{Checked, Objection, malformed};
use crate::engine::turn::Turn;
use crate::store::Stored;

impl Turn<'_> {
    /// A write supersedes the heads that it names, whenever they arrive: nobody may name what is not
    /// made yet, else what others write later would be hidden before it is heard.
    ///
    /// A server that was restored from a backup has itself forgotten what its phones have seen: there
    /// only the device's own numbers are asked. What may still come is waited for.
    pub(super) fn seen_can_be(&mut self, save: &Save) -> Checked {
        let own = save.envelope.head;
        let writes = save.parts.iter().flat_map(|part| &part.writes);
        let seen: BTreeSet<Head> = writes
            .flat_map(|write| write.seen.iter().copied())
            .collect();
        for head in seen {
            let made = match head.device == own.device {
                true => head.seq < own.seq,
                false => self.is_made(head)?,
            };
            if !made || head.seq == 0 {
                return Err(malformed(
                    "这条填报提到了谁都没有上传过的内容，请同步后重新填写 / the save names as seen what nobody has sent; sync, then enter it anew",
                ));
            }
        }
        Ok(())
    }

    fn is_made(&mut self, head: Head) -> Result<bool, Objection> {
        if head.seq <= self.heard_through(head)? || self.was_restored()? {
            return Ok(true);
        }
        match self.unheard(head)? {
            Unheard::MayCome => Err(Objection::Waits(head.device)),
            Unheard::NeverComes => Ok(true),
            Unheard::NotMade => Ok(false),
        }
    }

    fn heard_through(&mut self, head: Head) -> Stored<DeviceSeq> {
        if let Some(known) = self.heard_through.get(&head.device) {
            return Ok(*known);
        }
        let device = self.tx.device_by_id(head.device)?;
        let through = device.map_or(0, |device| device.through);
        self.heard_through.insert(head.device, through);
        Ok(through)
    }

    /// Each history has a device of its own for what the server writes.
    pub(super) fn was_restored(&mut self) -> Stored<bool> {
        if let Some(known) = self.restored {
            return Ok(known);
        }
        let restored = self.tx.server_devices()?.len() > 1;
        self.restored = Some(restored);
        Ok(restored)
    }
}
