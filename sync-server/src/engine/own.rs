//! What the server writes as a device of its own: imports, administrators' decisions, what settles
//! itself.

use tanfang_core::model::{Envelope, FormRef, Head, Hlc, Part, Save};
use tanfang_core::vault::Secret;
use tanfang_core::wire::PackedSave;

use super::LAST_STAMP;
use super::pack;
use super::turn::Turn;
use crate::store::{DeviceRow, SaveState, StoreError, Stored, WaitsFor};

/// A save of the server's own, not yet stamped.
#[derive(Debug, Clone)]
pub struct OwnSave {
    /// `administrator`, `import`, or `automatic` of what settles itself.
    pub role: &'static str,
    /// The form whose questions the fields are.
    pub form: Option<FormRef>,
    /// What it says.
    pub parts: Vec<Part>,
}

impl Turn<'_> {
    /// Writes a save of the server's own. Trusted: it is not judged, but settled like any other.
    pub fn write_own(&mut self, own: OwnSave) -> Stored<Head> {
        let mut device = self.server()?;
        let head = self.write_as(&mut device, own)?;
        self.settle_alone()?;
        self.judge_again(WaitsFor::TheOffice)?;
        Ok(head)
    }

    /// Several, in order, looking the device up once.
    pub fn write_all_own(&mut self, saves: impl IntoIterator<Item = OwnSave>) -> Stored<()> {
        let mut device = self.server()?;
        for own in saves {
            self.write_as(&mut device, own)?;
        }
        self.settle_alone()?;
        self.judge_again(WaitsFor::TheOffice)
    }

    pub(super) fn write_as(&mut self, device: &mut DeviceRow, own: OwnSave) -> Stored<Head> {
        let head = Head {
            device: device.id,
            seq: device.through + 1,
        };
        let stamp = Hlc::next(self.last_stamp()?, self.now, device.id);
        let save = Save {
            envelope: Envelope {
                head,
                stamp,
                wall: self.now,
                monotonic_millis: 0,
                last_server_millis: Some(self.now.millis),
                author: device.worker,
                role: own.role.to_owned(),
                form: own.form,
                app: concat!("tanfang-server ", env!("CARGO_PKG_VERSION")).to_owned(),
            },
            parts: own.parts,
        };
        let salt =
            Secret::from_slice(&device.salt_key).ok_or(StoreError::Damaged { what: "a device" })?;
        let packed = PackedSave::of(&save);
        let chain = packed.link(&device.chain, &salt);
        let place = self.append(device.no, &save, &packed, SaveState::Accepted, &chain)?;
        self.settle(&save, &place, self.now.millis, true)?;
        self.release(&save)?;
        self.tx.advance(device.no, head.seq, &chain)?;
        (device.through, device.chain) = (head.seq, chain);
        self.tx.set_meta(LAST_STAMP, &pack::packed(&stamp)?)?;
        Ok(head)
    }

    fn last_stamp(&mut self) -> Stored<Option<Hlc>> {
        match self.tx.meta(LAST_STAMP)? {
            Some(bytes) if !bytes.is_empty() => pack::unpacked(&bytes, "the last stamp").map(Some),
            _ => Ok(None),
        }
    }
}
