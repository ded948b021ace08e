//! Envelopes in columns: who, in which role, with which form and app is one number.

use uuid::Uuid;

use super::bytes::{Out, Reader, Unreadable, taken};
use super::ints;
use super::tables::{Ids, KnownIds, Words};
use crate::model::{DeviceId, Envelope, FormRef, Head, Hlc, WallTime, WorkerId};

/// What an envelope takes in memory besides its words.
const ENVELOPE_BYTES: usize = 320;

/// Writes envelopes.
pub(super) fn write(out: &mut Out, ids: &mut Ids, words: &mut Words, all: &[&Envelope]) {
    out.number(all.len() as u64);
    authorships(out, ids, words, all);
    ids.column(out, all.iter().map(|e| e.head.device.uuid()));
    ids.column(out, all.iter().map(|e| e.stamp.device.uuid()));
    let mut column = |of: &dyn Fn(&Envelope) -> i64| {
        let column: Vec<i64> = all.iter().map(|envelope| of(envelope)).collect();
        ints::write(out, &column);
    };
    column(&|e| e.head.seq as i64);
    column(&|e| e.stamp.millis);
    column(&|e| i64::from(e.stamp.counter));
    column(&|e| e.wall.millis.wrapping_sub(e.stamp.millis));
    column(&|e| i64::from(e.wall.offset_minutes));
    column(&|e| e.monotonic_millis as i64);
    column(&|e| i64::from(e.last_server_millis.is_some()));
    let told: Vec<i64> = all.iter().filter_map(|e| e.last_server_millis).collect();
    ints::write(out, &told);
}

/// The different authorships, then the number of each envelope's.
fn authorships(out: &mut Out, ids: &mut Ids, words: &mut Words, all: &[&Envelope]) {
    let mut different: Vec<&Envelope> = Vec::new();
    let same = |a: &Envelope, b: &Envelope| {
        a.author == b.author && a.role == b.role && a.form == b.form && a.app == b.app
    };
    let mut column: Vec<i64> = Vec::with_capacity(all.len());
    let mut last = 0;
    for envelope in all {
        // Neighbours share theirs: the last is asked first.
        let known = different
            .get(last)
            .filter(|known| same(known, envelope))
            .map(|_| last)
            .or_else(|| different.iter().position(|known| same(known, envelope)));
        last = known.unwrap_or_else(|| {
            different.push(envelope);
            different.len() - 1
        });
        column.push(last as i64);
    }
    out.number(different.len() as u64);
    ids.column(out, different.iter().map(|e| e.author.uuid()));
    for envelope in different {
        out.number(words.place(&envelope.role) as u64);
        out.number(words.place(&envelope.app) as u64);
        out.0.push(u8::from(envelope.form.is_some()));
        if let Some(form) = &envelope.form {
            out.number(words.place(&form.id) as u64);
            out.number(words.place(&form.version) as u64);
            hash(out, &form.hash);
        }
    }
    ints::write(out, &column);
}

/// A hash in hex as its bytes, any other text as it is.
fn hash(out: &mut Out, text: &str) {
    match hex::decode(text) {
        Ok(bytes) if hex::encode(&bytes) == text => {
            out.0.push(1);
            out.bytes(&bytes);
        }
        _ => {
            out.0.push(0);
            out.bytes(text.as_bytes());
        }
    }
}

struct Authorship {
    author: WorkerId,
    role: String,
    app: String,
    form: Option<FormRef>,
}

impl Authorship {
    fn bytes(&self) -> usize {
        let form = self.form.as_ref();
        let form = form.map_or(0, |f| f.id.len() + f.version.len() + f.hash.len());
        self.role.len() + self.app.len() + form
    }

    fn read(from: &mut Reader<'_>, words: &[&str], author: Uuid) -> Result<Self, Unreadable> {
        let word = |from: &mut Reader<'_>| -> Result<String, Unreadable> {
            let word = words.get(from.place()?).ok_or(Unreadable::Altered)?;
            from.charge(1, word.len())?;
            Ok((*word).to_owned())
        };
        let (role, app) = (word(from)?, word(from)?);
        let form = if from.byte()? == 1 {
            Some(FormRef {
                id: word(from)?,
                version: word(from)?,
                hash: match from.byte()? {
                    1 => hex::encode(from.bytes()?),
                    _ => from.text()?.to_owned(),
                },
            })
        } else {
            None
        };
        Ok(Self {
            author: WorkerId::from_uuid(author),
            role,
            app,
            form,
        })
    }
}

/// Reads envelopes.
pub(super) fn read(
    from: &mut Reader<'_>,
    ids: &mut KnownIds,
    words: &[&str],
) -> Result<Vec<Envelope>, Unreadable> {
    let count = from.count(ENVELOPE_BYTES)?;
    let different = from.count(size_of::<Authorship>())?;
    let authors = ids.column(from, different)?;
    let mut authorships = Vec::new();
    for author in authors {
        authorships.push(Authorship::read(from, words, author)?);
    }
    let mut authors = ints::read(from, count)?.into_iter();
    let mut devices = ids.column(from, count)?.into_iter();
    let mut stamped_by = ids.column(from, count)?.into_iter();
    let mut column = || Ok::<_, Unreadable>(ints::read(from, count)?.into_iter());
    let (mut seqs, mut millis, mut counters) = (column()?, column()?, column()?);
    let (mut wall, mut offsets, mut monotonic) = (column()?, column()?, column()?);
    let told = column()?;
    let times = told.as_slice().iter().filter(|told| **told == 1).count();
    let mut times = ints::read(from, times)?.into_iter();
    let mut all = Vec::with_capacity(count);
    for told in told {
        let author = usize::try_from(taken(&mut authors)?).map_err(|_| Unreadable::Altered)?;
        let by = authorships.get(author).ok_or(Unreadable::Altered)?;
        from.charge(1, by.bytes())?;
        let stamped = taken(&mut millis)?;
        let counter = u32::try_from(taken(&mut counters)?);
        let offset = i16::try_from(taken(&mut offsets)?);
        all.push(Envelope {
            head: Head {
                device: DeviceId::from_uuid(taken(&mut devices)?),
                seq: taken(&mut seqs)? as u64,
            },
            stamp: Hlc {
                millis: stamped,
                counter: counter.map_err(|_| Unreadable::Altered)?,
                device: DeviceId::from_uuid(taken(&mut stamped_by)?),
            },
            wall: WallTime {
                millis: stamped.wrapping_add(taken(&mut wall)?),
                offset_minutes: offset.map_err(|_| Unreadable::Altered)?,
            },
            monotonic_millis: taken(&mut monotonic)? as u64,
            last_server_millis: if told == 1 { times.next() } else { None },
            author: by.author,
            role: by.role.clone(),
            form: by.form.clone(),
            app: by.app.clone(),
        });
    }
    Ok(all)
}
