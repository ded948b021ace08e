//! Photos of visits: attached, named by a save, read by whoever may hold the part that names them.

use std::collections::BTreeSet;

use tanfang_core::attachment::{AttachmentHash, AttachmentRef, Prepared, prepare};
use tanfang_core::model::DeviceId;
use tanfang_core::wire::{AttachmentRefusal, WireRefusal};
use tanfang_server::engine::{AttachmentAsk, AttachmentTold, Request, Response};

use crate::house::World;
use crate::model::{Broken, Outcome, Token, broken, tokens};
use crate::phone::name;
use crate::theirs::areas;

const THEIRS: &str = "nobody sees what is not theirs";

/// What a worker attached.
#[derive(Debug, Clone)]
pub struct Photo {
    /// On which phone.
    pub phone: usize,
    /// Its bytes and how fields name them.
    pub prepared: Prepared,
}

/// A scan that nobody else has, of one piece or of two.
pub fn scan(token: Token, long: bool) -> Prepared {
    let mut bytes = format!("%PDF-1.4 t{token} ").into_bytes();
    bytes.resize(if long { 70_000 } else { 200 }, b'.');
    prepare(&bytes, None).expect("a PDF is taken")
}

impl World {
    /// The photo of a hash, as it was attached.
    fn photo(&self, hash: AttachmentHash) -> Option<&Photo> {
        let mut photos = self.model.photos.iter();
        photos.find(|photo| photo.prepared.reference.hash == hash)
    }

    /// Whether a worker may hold some part that names this hash, by our own reckoning.
    fn may_read(&mut self, no: usize, hash: AttachmentHash) -> Result<bool, Broken> {
        let worker = self.model.worker(no).clone();
        let mut naming = Vec::new();
        for (at, made) in self.model.made.iter().enumerate() {
            for part in &made.parts {
                let mut values = part.writes.iter().map(|write| &write.value);
                let names = |of: AttachmentRef| of.hash == hash;
                if values.any(|value| AttachmentRef::of_value(value).is_some_and(names)) {
                    naming.push((at as Token + 1, part.record, part.compartment));
                }
            }
        }
        for (token, record, compartment) in naming {
            let Some(whole) = self.look(|turn| turn.record(record))? else {
                continue;
            };
            let accepted = tokens(&whole).into_values().any(|known| known == token);
            if accepted && worker.reads(compartment) {
                let areas = areas(self, &whole)?;
                if areas.iter().any(|area| worker.covers(area)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// What the server answers about an attachment; every byte is looked at.
    pub fn told_of_photo(
        &mut self,
        no: usize,
        device: DeviceId,
        token: &str,
        ask: AttachmentAsk,
    ) -> Result<Response, Broken> {
        self.pass(200);
        let read = match &ask {
            AttachmentAsk::Read { hash, .. } => Some(*hash),
            _ => None,
        };
        let asked = Request::Attachment {
            token: token.to_owned(),
            ask,
        };
        let told = self.server()?.handle(asked);
        let refused = matches!(told, Response::Refused(_));
        if self.model.now.revoked.contains(&device) && !refused {
            return broken("a revoked phone is refused at once", "about a photo");
        }
        if matches!(told, Response::Refused(WireRefusal::Unavailable)) && !self.excused {
            return broken("the server takes what a phone sends", "a photo: it failed");
        }
        if let Some(hash) = read {
            self.read_is_theirs(no, hash, &told)?;
        }
        Ok(told)
    }

    fn read_is_theirs(&mut self, no: usize, hash: AttachmentHash, told: &Response) -> Outcome {
        let may = self.may_read(no, hash)?;
        match told {
            Response::Attachment(Ok(AttachmentTold::Bytes { from, bytes, .. })) => {
                let from = *from as usize;
                let photo = self.photo(hash).map(|photo| &photo.prepared.bytes);
                let same = photo.and_then(|all| all.get(from..from + bytes.len()));
                if !may {
                    return broken(THEIRS, format!("{} reads a photo", name(no)));
                }
                if same != Some(bytes.as_slice()) {
                    return broken("a photo travels unaltered", name(no));
                }
            }
            // Whether it is there is also nobody else's business.
            Response::Attachment(Err(refusal))
                if !may && *refusal != AttachmentRefusal::Unknown =>
            {
                let what = format!("{} hears of a photo: {refusal:?}", name(no));
                return broken(THEIRS, what);
            }
            Response::Attachment(Err(AttachmentRefusal::Unknown)) if may => {
                let what = format!("{} and a photo", name(no));
                return broken("everybody sees what is theirs", what);
            }
            _ => {}
        }
        Ok(())
    }

    /// A phone asks for any photo at all, by its hash.
    pub fn ask_for_photo(&mut self, no: usize, pick: u32) -> Result<bool, Broken> {
        let photos = &self.model.photos;
        let Some(photo) = photos.get(pick as usize % photos.len().max(1)) else {
            return Ok(false);
        };
        let ask = AttachmentAsk::Read {
            hash: photo.prepared.reference.hash,
            from: 0,
            through: None,
        };
        let enrolment = self.phones[no].read(|tx| tx.enrolled())?;
        self.told_of_photo(no, enrolment.device, &enrolment.token, ask)?;
        Ok(true)
    }

    /// What a phone has of photos is what was attached, and what lacks is counted as lacking.
    pub fn photos_on(&mut self, no: usize) -> Outcome {
        let (named, held, missing) = self.phones[no].read(|tx| {
            let mut held = Vec::new();
            for one in tx.attachments()? {
                let bytes = tx.attachment_bytes(one.reference.hash, 0, usize::MAX >> 1)?;
                held.push((one, bytes));
            }
            let named = tx.named_attachments(None)?;
            Ok((named, held, tx.attachments_left()?.1))
        })?;
        for (one, bytes) in &held {
            let photo = self.photo(one.reference.hash);
            if !photo.is_some_and(|photo| photo.prepared.bytes.starts_with(bytes)) {
                return broken("a photo travels unaltered", name(no));
            }
        }
        let whole = |hash: AttachmentHash| {
            let mut held = held.iter();
            held.any(|(one, _)| one.reference.hash == hash && one.is_whole())
        };
        let named: BTreeSet<AttachmentHash> = named.iter().map(|n| n.reference.hash).collect();
        let lacking = named.iter().filter(|hash| !whole(**hash)).count();
        if missing != lacking as u64 {
            let what = format!("{missing} of {lacking} on {}", name(no));
            return broken("a visit whose photo is missing says so", what);
        }
        Ok(())
    }

    /// At the end a phone has every photo that its records name, and of others only what a record's
    /// past names.
    pub fn photos_are_where_they_belong(&mut self, no: usize) -> Outcome {
        self.photos_on(no)?;
        let (named, held) =
            self.phones[no].read(|tx| Ok((tx.named_attachments(None)?, tx.attachments()?)))?;
        for one in &named {
            let mut held = held.iter();
            let hash = one.reference.hash;
            if !held.any(|held| held.reference.hash == hash && held.is_whole()) {
                let of = self.model.name(one.record);
                let what = format!("a photo of {of} on {}", name(no));
                return broken("a photo comes to everybody who holds its visit", what);
            }
        }
        for one in &held {
            let hash = one.reference.hash;
            let is_named = self.phones[no]
                .read(|tx| tx.named_attachment(hash))?
                .is_some();
            // What was attached here and never saved stays for some days; what was sent, until no
            // server can be set back to before it.
            let own = self.photo(hash).is_some_and(|photo| photo.phone == no);
            if !is_named && !own {
                return broken("a photo goes with the last record that names it", name(no));
            }
        }
        Ok(())
    }
}
