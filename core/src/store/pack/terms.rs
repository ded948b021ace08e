//! The words that packed bodies name by number.

use std::collections::HashMap;

use super::bytes::{Packer, Unpacker, Unreadable};
use super::envelope::Authorship;
use crate::model::{DeviceId, Envelope, Feed, Field, Kind, RowId};

/// Why a word got no number: what the source of numbers said.
#[derive(Debug)]
pub(crate) struct Unknown(pub(crate) String);

/// A word, read.
#[derive(Debug, Clone)]
enum Word {
    Device(DeviceId),
    Name(Box<str>),
    Authorship(Box<Authorship>),
    Feed(Box<Feed>),
}

const DEVICE: u8 = 1;
const NAME: u8 = 2;
const AUTHORSHIP: u8 = 3;
const FEED: u8 = 4;

/// New words that are not yet in the table: kind and bytes, in the order of their numbers.
type Fresh = Vec<(u64, u8, Vec<u8>)>;

/// All words in memory: a county's are a few hundred. New ones collect in `fresh` until the
/// transaction that names them writes them down.
#[derive(Clone, Default)]
pub(crate) struct Terms {
    words: Vec<Option<Word>>,
    devices: HashMap<DeviceId, u64>,
    names: HashMap<Box<str>, u64>,
    authorships: HashMap<Vec<u8>, u64>,
    feeds: HashMap<Feed, u64>,
    /// The last authorship packed: batches share theirs.
    last: Option<(Authorship, u64)>,
    /// Fields of no row by number, parsed once.
    fields: HashMap<u64, Field>,
    /// Words of this transaction that the table does not have yet.
    pub(crate) fresh: Fresh,
}

impl Terms {
    /// Takes a word that the table holds.
    pub(crate) fn learn(&mut self, id: u64, kind: u8, bytes: &[u8]) -> Result<(), Unreadable> {
        let word = match kind {
            DEVICE => {
                let device = DeviceId::from_slice(bytes).map_err(|_| Unreadable)?;
                self.devices.insert(device, id);
                Word::Device(device)
            }
            NAME => {
                let name: Box<str> = std::str::from_utf8(bytes).map_err(|_| Unreadable)?.into();
                self.names.insert(name.clone(), id);
                if let Ok(field) = Field::parse(&name) {
                    self.fields.insert(id, field);
                }
                Word::Name(name)
            }
            AUTHORSHIP => {
                let authorship: Authorship =
                    rmp_serde::from_slice(bytes).map_err(|_| Unreadable)?;
                self.authorships.insert(bytes.to_vec(), id);
                Word::Authorship(Box::new(authorship))
            }
            FEED => {
                let text = std::str::from_utf8(bytes).map_err(|_| Unreadable)?;
                let feed: Feed = text.parse().map_err(|_| Unreadable)?;
                self.feeds.insert(feed.clone(), id);
                Word::Feed(Box::new(feed))
            }
            _ => return Err(Unreadable),
        };
        let place = usize::try_from(id).map_err(|_| Unreadable)?;
        if place >= self.words.len() {
            self.words.resize(place + 1, None);
        }
        self.words[place] = Some(word);
        Ok(())
    }

    fn invent(&mut self, kind: u8, bytes: Vec<u8>) -> Result<u64, Unknown> {
        let id = self.words.len().max(1) as u64;
        self.learn(id, kind, &bytes)
            .map_err(|_| Unknown("a word that does not read back".into()))?;
        self.fresh.push((id, kind, bytes));
        Ok(id)
    }

    pub(crate) fn device(&mut self, device: DeviceId) -> Result<u64, Unknown> {
        match self.devices.get(&device) {
            Some(id) => Ok(*id),
            None => self.invent(DEVICE, device.bytes().to_vec()),
        }
    }

    pub(crate) fn name(&mut self, name: &str) -> Result<u64, Unknown> {
        match self.names.get(name) {
            Some(id) => Ok(*id),
            None => self.invent(NAME, name.as_bytes().to_vec()),
        }
    }

    pub(crate) fn feed(&mut self, feed: &Feed) -> Result<u64, Unknown> {
        match self.feeds.get(feed) {
            Some(id) => Ok(*id),
            None => self.invent(FEED, feed.to_string().into_bytes()),
        }
    }

    pub(crate) fn authorship(&mut self, envelope: &Envelope) -> Result<u64, Unknown> {
        if let Some((last, id)) = &self.last
            && last.author == envelope.author
            && last.role == envelope.role
            && last.form == envelope.form
            && last.app == envelope.app
        {
            return Ok(*id);
        }
        let authorship = Authorship {
            author: envelope.author,
            role: envelope.role.clone(),
            form: envelope.form.clone(),
            app: envelope.app.clone(),
        };
        let bytes =
            rmp_serde::to_vec_named(&authorship).map_err(|error| Unknown(error.to_string()))?;
        let id = match self.authorships.get(&bytes) {
            Some(id) => *id,
            None => self.invent(AUTHORSHIP, bytes)?,
        };
        self.last = Some((authorship, id));
        Ok(id)
    }

    /// A field: its word, or 0 and the words of repeat and leaf with the row between.
    pub(crate) fn pack_field(&mut self, out: &mut Packer, field: &Field) -> Result<(), Unknown> {
        match field.row() {
            None => out.number(self.name(field.as_str())?),
            Some((repeat, row)) => {
                out.number(0);
                out.number(self.name(repeat)?);
                out.0.extend_from_slice(row.bytes());
                out.number(self.name(field.leaf())?);
            }
        }
        Ok(())
    }

    pub(crate) fn unpack_field(&self, from: &mut Unpacker<'_>) -> Result<Field, Unreadable> {
        match from.number()? {
            0 => {
                let repeat = self.read_name(from.number()?)?;
                let row = RowId::from_slice(from.take(16)?).map_err(|_| Unreadable)?;
                let leaf = self.read_name(from.number()?)?;
                Field::in_row(repeat, row, leaf).map_err(|_| Unreadable)
            }
            id => self.fields.get(&id).cloned().ok_or(Unreadable),
        }
    }

    fn word(&self, id: u64) -> Result<&Word, Unreadable> {
        let place = usize::try_from(id).map_err(|_| Unreadable)?;
        self.words
            .get(place)
            .and_then(Option::as_ref)
            .ok_or(Unreadable)
    }

    fn read_name(&self, id: u64) -> Result<&str, Unreadable> {
        match self.word(id)? {
            Word::Name(name) => Ok(name),
            _ => Err(Unreadable),
        }
    }

    pub(crate) fn read_kind(&self, id: u64) -> Result<Kind, Unreadable> {
        Ok(Kind::named(self.read_name(id)?))
    }

    pub(crate) fn read_device(&self, id: u64) -> Result<DeviceId, Unreadable> {
        match self.word(id)? {
            Word::Device(device) => Ok(*device),
            _ => Err(Unreadable),
        }
    }

    pub(crate) fn read_authorship(&self, id: u64) -> Result<&Authorship, Unreadable> {
        match self.word(id)? {
            Word::Authorship(authorship) => Ok(authorship),
            _ => Err(Unreadable),
        }
    }

    pub(crate) fn read_feed(&self, id: u64) -> Result<&Feed, Unreadable> {
        match self.word(id)? {
            Word::Feed(feed) => Ok(feed),
            _ => Err(Unreadable),
        }
    }
}
