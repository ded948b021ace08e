//! The history of a record for a phone that asks: everything ever said of it in the compartments
//! that the phone may hold, and nothing else.

use tanfang_core::merge::Record;
use tanfang_core::model::{Compartment, RecordId, Rng, WallTime};
use tanfang_core::wire::{HistoryReply, HistoryRequest, VERSION, WireRefusal};

use super::feeds::read_carriers;
use super::signed_in::device_of;
use super::turn::Turn;
use super::{Halt, House};
use crate::store::{DeviceRow, ServerStore, Stored};

impl House {
    pub(super) fn history(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
        rng: &dyn Rng,
        token: &str,
        request: &HistoryRequest,
    ) -> Result<HistoryReply, Halt> {
        if !(1..=VERSION).contains(&request.version) {
            let message = "this server does not speak that version: update the app".to_owned();
            return Err(WireRefusal::Malformed { message }.into());
        }
        let hash = self.keys.token_hash(token);
        store.read(|tx| {
            let device = device_of(tx, &hash)?;
            let record = self.turn(tx, now, rng).shown_to(&device, request.record)?;
            Ok(HistoryReply {
                version: VERSION,
                record: record.map(Box::new),
            })
        })
    }
}

impl Turn<'_> {
    /// A record in the compartments that this device may hold now.
    fn shown_to(&mut self, device: &DeviceRow, id: RecordId) -> Stored<Option<Record>> {
        let Some(route) = self.route(id)? else {
            return Ok(None);
        };
        let carriers = read_carriers(&route.carriers)?;
        let (rights, roles) = (self.rights(device.worker)?, self.roles()?);
        let mut visible = Vec::new();
        for compartment in Compartment::ALL {
            let mut feeds = carriers
                .iter()
                .filter_map(|carrier| carrier.feed(compartment));
            let sees = match compartment {
                Compartment::Protection => self.reads_case(device, &rights, &roles, id)?,
                _ => feeds.any(|feed| roles.visible(device.worker, &rights.held, &feed)),
            };
            if sees {
                visible.push(compartment);
            }
        }
        let Some(record) = self.record(id)? else {
            return Ok(None);
        };
        let mut shown = Record::new(record.id, record.kind.clone());
        for compartment in visible {
            let part = record.in_compartment(compartment);
            if !part.fields.is_empty() {
                shown.join(&part);
            }
        }
        Ok((!shown.fields.is_empty()).then_some(shown))
    }
}
