//! Sealing what is unsent.

use serde::Serialize;

use super::super::me::Me;
use super::super::{App, AppError};
use super::tx_certificate;
use crate::model::{Compartment, DeviceSeq, Feed, Part, Save};
use crate::sealed::{
    HandIn, Kind, PIECE_BYTES, SealedError, Shared, SharedPart, SharedSave, pack, seal,
};
use crate::store::{StoreError, Tx};
use crate::vault::{KeyPurpose, Secret, VaultError};
use crate::wire::{Bytes, Certificate, Push, VERSION, part_salt, push_message, salted_hash};

/// How many bytes of packed saves one file holds at most; what is more goes into a second file.
const FILE_BYTES: usize = 4 << 20;

/// For whom a file is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealTo {
    /// For the county's server; anybody may carry it.
    County,
    /// For a colleague's phone, by the word that [`App::key`] shows there.
    Phone(String),
}

/// A file to be written: a name that tells nothing, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFile {
    /// The name, ending in `.tanfang`.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What was sealed. Nothing is marked as sent: the saves stay unsent here until the county says that
/// it has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sealed {
    /// The files to hand on, all of them.
    #[serde(skip)]
    pub files: Vec<SealedFile>,
    /// How many saves they hold.
    pub saves: u64,
    /// The number of the first.
    pub from: DeviceSeq,
    /// The number of the last.
    pub through: DeviceSeq,
    /// How many parts a colleague's phone will show; of a file for the county none.
    pub shown: u64,
}

impl App {
    /// Seals everything that is unsent, in pieces of at most `piece_bytes` (0 for 1 MiB).
    ///
    /// # Errors
    /// [`AppError::Asked`] where nothing is unsent or the county's key is not known yet;
    /// [`AppError::Sealed`] where the colleague's key is none of this county.
    pub fn seal(&self, to: &SealTo, piece_bytes: usize) -> Result<Sealed, AppError> {
        self.seal_saves(to, piece_bytes, false)
    }

    /// Seals for the county everything that this phone said since it was enrolled, also what the county
    /// had: a server that was set back may lack it, and a phone without a link cannot hear so. What the
    /// county has it knows again. What was said under an earlier id goes once there is a link.
    ///
    /// # Errors
    /// Those of [`App::seal`].
    pub fn seal_again(&self, piece_bytes: usize) -> Result<Sealed, AppError> {
        self.seal_saves(&SealTo::County, piece_bytes, true)
    }

    fn seal_saves(&self, to: &SealTo, piece_bytes: usize, again: bool) -> Result<Sealed, AppError> {
        let piece_bytes = match piece_bytes {
            0 => PIECE_BYTES,
            bytes => bytes,
        };
        self.read(|tx| {
            let own = tx_certificate(tx)?;
            let receiver = match to {
                SealTo::County => None,
                SealTo::Phone(key) => Some(self.colleague(tx, key)?),
            };
            let through = if again { 0 } else { tx.through()? };
            let tip = tx.tip()?.seq;
            if through >= tip {
                let message = "没有未发送的内容 / nothing is unsent: there is nothing to hand on";
                return Err(AppError::Asked {
                    message: message.into(),
                });
            }
            let mut sealed = Sealed {
                files: Vec::new(),
                saves: tip - through,
                from: through + 1,
                through: tip,
                shown: 0,
            };
            let mut from = through + 1;
            while from <= tip {
                let mut chunk = tx.own_chunk(from, FILE_BYTES)?;
                let shown = match &receiver {
                    None => None,
                    Some(receiver) => self.alike(tx, receiver, &mut chunk)?.then_some(receiver),
                };
                let Some(seq) = chunk.last().map(|last| last.envelope.head.seq) else {
                    break;
                };
                let chain = tx.chain_after(seq, || self.chain_salt())?;
                let message = push_message(own.device, seq, &chain);
                let chunk = Chunk {
                    from,
                    signature: self.doors.vault.sign(&message)?,
                    saves: chunk,
                };
                self.seal_chunk(tx, &own, shown, chunk, piece_bytes, &mut sealed)?;
                from = seq + 1;
            }
            Ok(sealed)
        })
    }

    /// Cuts a chunk where it turns from saves that a colleague is shown something of to saves of which
    /// nothing, or back; whether it holds the former. The latter go to the county alone: who said
    /// something, when and with which form, is nothing for somebody who may not see it.
    fn alike(
        &self,
        tx: &Tx<'_>,
        receiver: &Certificate,
        chunk: &mut Vec<Save>,
    ) -> Result<bool, AppError> {
        let me = self.me(tx)?;
        let mut first = None;
        for at in 0..chunk.len() {
            let mut shown = false;
            for part in &chunk[at].parts {
                shown |= shown_in(tx, &me, receiver, part)?.is_some();
            }
            if *first.get_or_insert(shown) != shown {
                chunk.truncate(at);
                break;
            }
        }
        Ok(first.unwrap_or(false))
    }

    /// A colleague's certificate, as this county's server said it.
    fn colleague(&self, tx: &Tx<'_>, key: &str) -> Result<Certificate, AppError> {
        let told = Certificate::from_text(key).map_err(|_| SealedError::NotAKey)?;
        let enrolment = tx.enrolled()?;
        if !told.is_of(&enrolment.server_key) || told.device == enrolment.device {
            return Err(SealedError::NotAKey.into());
        }
        Ok(told)
    }

    fn seal_chunk(
        &self,
        tx: &Tx<'_>,
        own: &Certificate,
        receiver: Option<&Certificate>,
        chunk: Chunk,
        piece_bytes: usize,
        sealed: &mut Sealed,
    ) -> Result<(), AppError> {
        let rng = &*self.doors.rng;
        let shared = match receiver {
            Some(receiver) => Some((receiver, self.shared(tx, own, receiver, &chunk)?)),
            None => None,
        };
        let hand_in = pack(&HandIn {
            version: VERSION,
            device: own.device,
            push: chunk.into_push(),
        })?;
        let county = seal(
            Kind::County,
            own.device,
            &own.county_key,
            &hand_in,
            piece_bytes,
            rng,
        )?;
        let pieces = match shared {
            None => county,
            Some((receiver, mut shared)) => {
                let told = shared.saves.iter().flat_map(|save| &save.parts);
                let told = told.filter(|part| matches!(part, SharedPart::Told { .. }));
                sealed.shown += told.count() as u64;
                shared.county = county.iter().map(|piece| piece.bytes().into()).collect();
                let (kind, key) = (Kind::Phone, &receiver.agreement_key);
                seal(kind, own.device, key, &pack(&shared)?, piece_bytes, rng)?
            }
        };
        sealed.files.extend(pieces.iter().map(|piece| SealedFile {
            name: piece.file_name(),
            bytes: piece.bytes(),
        }));
        Ok(())
    }

    /// What salts the chain of this phone, which has made saves.
    fn chain_salt(&self) -> Result<Secret, AppError> {
        let salt = self.doors.vault.key(KeyPurpose::Salt)?;
        Ok(salt.ok_or(VaultError::Lost)?)
    }

    /// What the receiver may see of the saves; of the rest its place in the chain.
    fn shared(
        &self,
        tx: &Tx<'_>,
        own: &Certificate,
        receiver: &Certificate,
        chunk: &Chunk,
    ) -> Result<Shared, AppError> {
        let salt = self.chain_salt()?;
        let me = self.me(tx)?;
        let mut saves = Vec::with_capacity(chunk.saves.len());
        for save in &chunk.saves {
            let mut parts = Vec::with_capacity(save.parts.len());
            for (index, part) in save.parts.iter().enumerate() {
                parts.push(shared_part(tx, &me, receiver, &salt, save, index, part)?);
            }
            saves.push(SharedSave {
                envelope: save.envelope.clone(),
                parts,
            });
        }
        Ok(Shared {
            version: VERSION,
            certificate: own.clone(),
            before: tx
                .chain_after(chunk.from.saturating_sub(1), || self.chain_salt())?
                .to_vec()
                .into(),
            saves,
            signature: chunk.signature.clone().into(),
            county: Vec::new(),
        })
    }
}

/// Saves that follow one another, signed.
struct Chunk {
    from: DeviceSeq,
    saves: Vec<Save>,
    signature: Vec<u8>,
}

impl Chunk {
    fn into_push(self) -> Push {
        Push {
            from: self.from,
            saves: self.saves,
            signature: self.signature,
        }
    }
}

fn shared_part(
    tx: &Tx<'_>,
    me: &Me,
    receiver: &Certificate,
    salt: &Secret,
    save: &Save,
    index: usize,
    part: &Part,
) -> Result<SharedPart, StoreError> {
    let own_salt = part_salt(salt, save.envelope.head, index);
    Ok(match shown_in(tx, me, receiver, part)? {
        Some(feed) => SharedPart::Told {
            salt: own_salt.to_vec().into(),
            feed,
            part: Box::new(part.clone()),
        },
        None => SharedPart::Hidden(Bytes(salted_hash(&own_salt, part).to_vec())),
    })
}

/// The feed in which a colleague is shown a part, if one is.
fn shown_in(
    tx: &Tx<'_>,
    me: &Me,
    receiver: &Certificate,
    part: &Part,
) -> Result<Option<Feed>, StoreError> {
    let feed = feed_of(tx, part)?;
    Ok(feed.filter(|feed| me.may_be_shown(receiver.worker, feed)))
}

/// The feed of an area that will carry a part; none of protection, of the roster, or of whom no
/// household places.
fn feed_of(tx: &Tx<'_>, part: &Part) -> Result<Option<Feed>, StoreError> {
    if matches!(
        part.compartment,
        Compartment::Protection | Compartment::Roster
    ) {
        return Ok(None);
    }
    let area = tx.area_of(part.record)?;
    let area = area.and_then(|area| area.parse().ok());
    Ok(area.map(|area| Feed::Area(area, part.compartment)))
}
