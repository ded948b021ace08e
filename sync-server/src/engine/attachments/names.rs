//! Which parts name an attachment, and who may read it by them.

use tanfang_core::attachment::{AttachmentHash, AttachmentRef};
use tanfang_core::model::{Compartment, Save, Value};
use tanfang_core::planted::{self, Bug};
use tanfang_core::vault::Secret;

use super::Asker;
use crate::engine::feeds::read_carriers;
use crate::engine::log::owner_of;
use crate::engine::turn::Turn;
use crate::keys::{open_bytes, seal_bytes};
use crate::store::{AttachmentNo, DeviceRow, NameRow, PartNo, StoreError, Stored};

/// What an attachment's sealed key is bound to.
pub(super) fn key_context(hash: AttachmentHash) -> Vec<u8> {
    [b"tanfang-attachment-key/1".as_slice(), hash.bytes()].concat()
}

impl Turn<'_> {
    /// Notes which attachments an accepted save names, and seals the key of those that are here
    /// with the keys of whom the parts are about.
    pub(in crate::engine) fn name_attachments(
        &mut self,
        save: &Save,
        part_nos: &[PartNo],
    ) -> Stored<()> {
        let mut asker = None;
        for (part, no) in save.parts.iter().zip(part_nos) {
            for reference in part.writes.iter().flat_map(|write| named(&write.value)) {
                let asker = match &asker {
                    Some(asker) => asker,
                    None => {
                        let device = self.tx.device_by_id(save.envelope.head.device)?;
                        let device = device.ok_or(StoreError::Damaged { what: "a device" })?;
                        asker.insert(self.asker(device)?)
                    }
                };
                let (key_no, key) = self.part_key(owner_of(part, &save.parts))?;
                let content = self.content_for(asker, reference.hash)?;
                let content = match content {
                    None => None,
                    Some((from, content_key)) => {
                        let context = key_context(reference.hash);
                        let sealed = seal_bytes(&key, &context, content_key.expose(), self.rng)?;
                        self.tx.forget_upload_key(from)?;
                        Some((from, sealed))
                    }
                };
                self.tx.add_name(&NameRow {
                    reference,
                    part: *no,
                    device: asker.device.no,
                    record: part.record,
                    compartment: part.compartment,
                    key: key_no,
                    content,
                })?;
            }
        }
        Ok(())
    }

    pub(super) fn asker(&mut self, device: DeviceRow) -> Stored<Asker> {
        Ok(Asker {
            rights: self.rights(device.worker)?,
            roles: self.roles()?,
            device,
        })
    }

    /// The bytes that a device may name: those that it sent, and those that it may read.
    pub(super) fn content_for(
        &mut self,
        asker: &Asker,
        hash: AttachmentHash,
    ) -> Stored<Option<(AttachmentNo, Secret)>> {
        if let Some(own) = self.tx.upload(hash, asker.device.no)?
            && let Some(wrapped) = own.wrapped.as_ref().filter(|_| own.is_whole())
        {
            return Ok(Some((own.no, self.house.keys.unwrap_key(wrapped)?)));
        }
        let names = self.names_for(asker, hash)?;
        let found = self.opened_content(&names)?;
        Ok(found.map(|(_, no, key)| (no, key)))
    }

    /// The parts by which a device has to do with an attachment: of its own saves, and those that
    /// it may read.
    pub(super) fn names_for(
        &mut self,
        asker: &Asker,
        hash: AttachmentHash,
    ) -> Stored<Vec<NameRow>> {
        let mut names = Vec::new();
        for name in self.tx.names(hash)? {
            if self.is_by(asker, &name)? || self.may_read(asker, &name)? {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Whether this phone named it, also as the device that it was before it enrolled again: what it
    /// has not sent is nowhere else.
    pub(super) fn is_by(&mut self, asker: &Asker, name: &NameRow) -> Stored<bool> {
        if name.device == asker.device.no {
            return Ok(true);
        }
        let by = self.tx.device(name.device)?;
        let by = by.ok_or(StoreError::Damaged { what: "a device" })?;
        Ok(by.worker == asker.device.worker && by.public_key == asker.device.public_key)
    }

    /// Whether a device may hold the part, as things stand now.
    pub(super) fn may_read(&mut self, asker: &Asker, name: &NameRow) -> Stored<bool> {
        if planted::is(Bug::AttachmentScopeMissing) {
            return Ok(true);
        }
        let Asker {
            device,
            rights,
            roles,
        } = asker;
        if name.compartment == Compartment::Protection {
            return self.reads_case(device, rights, roles, name.record);
        }
        let Some(route) = self.route(name.record)? else {
            return Ok(false);
        };
        let feeds = read_carriers(&route.carriers)?;
        let mut feeds = feeds
            .iter()
            .filter_map(|carrier| carrier.feed(name.compartment));
        Ok(feeds.any(|feed| roles.visible(device.worker, &rights.held, &feed)))
    }

    /// The first of these whose bytes are here and whose key was not destroyed.
    pub(super) fn opened_content(
        &mut self,
        names: &[NameRow],
    ) -> Stored<Option<(NameRow, AttachmentNo, Secret)>> {
        for name in names {
            let Some((no, sealed)) = &name.content else {
                continue;
            };
            let Some(wrapped) = self.tx.part_key_by_no(name.key)? else {
                continue;
            };
            let owner = self.house.keys.unwrap_key(&wrapped)?;
            let key = open_bytes(&owner, &key_context(name.reference.hash), sealed)?;
            let key = Secret::from_slice(&key).ok_or(StoreError::Damaged {
                what: "an attachment's key",
            })?;
            return Ok(Some((name.clone(), *no, key)));
        }
        Ok(None)
    }
}

fn named(value: &Value) -> Vec<AttachmentRef> {
    match value {
        Value::Map(_) => AttachmentRef::of_value(value).into_iter().collect(),
        Value::List(list) => list.iter().filter_map(AttachmentRef::of_value).collect(),
        _ => Vec::new(),
    }
}
