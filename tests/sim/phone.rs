//! A phone: a real store in a folder, and what its worker writes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tanfang_core::attachment::Prepared;
use tanfang_core::merge::Record;
use tanfang_core::model::{
    Clock, Compartment, Envelope, Field, FormRef, Head, Hlc, Kind, Part, RecordId, RowId, Save,
    Value, Write,
};
use tanfang_core::store::{Store, StoreError, Tx};
use tanfang_core::sync::Limits;

use crate::chance::{Seeded, Skewed, Time, Vault};
use crate::event::PHONES;
use crate::model::{Broken, Made, Token, Wrote, broken, mark, token_of, tokens};
use crate::talk::{Flight, Talk};
use crate::trouble::Disk;

/// What a phone has shown of a field: which saves stand, and which are superseded.
pub type Shown = BTreeMap<(RecordId, Field), (BTreeSet<Token>, BTreeSet<Token>)>;

/// A phone.
pub struct Phone {
    /// Its number, from 0.
    pub no: usize,
    /// Its folder.
    pub home: PathBuf,
    /// Its keystore.
    pub vault: Arc<Vault>,
    /// Its clock.
    pub clock: Skewed,
    /// Its chance.
    pub chance: Seeded,
    /// What a turn carries.
    pub limits: Limits,
    /// The conversation under way.
    pub talk: Option<Talk>,
    /// What the link may still bring of former conversations.
    pub former: Vec<Flight>,
    /// What it has shown.
    pub shown: Shown,
    /// What went wrong with its last conversation that broke off.
    pub trouble: String,
    /// Its last stamp.
    pub stamp: Option<Hlc>,
    /// Whether its app is nine months old: it speaks version 1, and knows no form but the first.
    pub old: bool,
    /// What is wrong with its disk.
    pub disk: Option<Disk>,
    /// Whether its last commit is said to have failed, so that nobody knows.
    pub unsure: bool,
    store: Option<Store>,
}

/// What a worker is about to save.
pub struct Draft {
    /// What it says.
    pub parts: Vec<Part>,
    /// With which form.
    pub form: Option<FormRef>,
    /// What is attached to it.
    pub photo: Option<Prepared>,
    /// In words.
    pub words: String,
}

/// Why a transaction did not go through.
pub enum Stop {
    /// The store.
    Store(StoreError),
    /// The phone died.
    Died,
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Stop::Store(error)
    }
}

/// The name of a phone in a story.
pub fn name(phone: usize) -> &'static str {
    const NAMES: [&str; PHONES] = ["Phone A", "Phone B", "Phone C", "Phone D"];
    NAMES[phone % PHONES]
}

impl Phone {
    /// The phone of a folder; its store is opened when it is first used.
    pub fn new(no: usize, home: PathBuf, time: Arc<Time>) -> Self {
        Self {
            no,
            home,
            vault: Arc::new(Vault::of(no)),
            clock: Skewed {
                time,
                off: AtomicI64::new(0),
            },
            chance: Seeded::new(no as u64),
            limits: Limits::default(),
            talk: None,
            former: Vec::new(),
            shown: Shown::new(),
            stamp: None,
            trouble: String::new(),
            old: false,
            disk: None,
            unsure: false,
            store: None,
        }
    }

    /// The open store.
    pub fn store(&mut self) -> Result<&Store, Broken> {
        if self.store.is_none() {
            let opened = Store::open(&self.home, &*self.vault, &self.clock, &self.chance);
            self.store = Some(opened.or_else(|e| broken("a phone opens", e.to_string()))?);
            self.apply_disk()?;
        }
        match &self.store {
            Some(store) => Ok(store),
            None => broken("a phone opens", "no store"),
        }
    }

    /// The store, if it is open.
    pub fn open_store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// Takes the store away, for the driver; [`Phone::give_back`] brings it back.
    pub fn take_store(&mut self) -> Result<Store, Broken> {
        self.store()?;
        match self.store.take() {
            Some(store) => Ok(store),
            None => broken("a phone opens", "no store"),
        }
    }

    /// The driver has done with the store.
    pub fn give_back(&mut self, store: Store) {
        self.store = Some(store);
    }

    /// Looks at one state.
    pub fn read<T>(
        &mut self,
        look: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, Broken> {
        let looked = self.store()?.read(look);
        looked.or_else(|e| broken("a phone reads", e.to_string()))
    }

    /// Writes; `None` where the phone died in it, or its disk took nothing or did not say that it had.
    pub fn write<T>(
        &mut self,
        act: impl FnOnce(&Tx<'_>) -> Result<T, Stop>,
    ) -> Result<Option<T>, Broken> {
        match self.store()?.write(act) {
            Ok(done) => Ok(Some(done)),
            Err(Stop::Died) => {
                self.die();
                Ok(None)
            }
            Err(Stop::Store(error)) => {
                if !self.excuses(&error)? {
                    return broken("a phone writes", error.to_string());
                }
                self.talk = None;
                Ok(None)
            }
        }
    }

    /// Everything in memory is gone; the next use opens the file again.
    pub fn die(&mut self) {
        self.store = None;
        self.talk = None;
    }

    /// Sets the clock off by so much.
    pub fn skew(&self, millis: i64) {
        self.clock.off.store(millis, Ordering::Relaxed);
    }

    /// Saves a draft as the app does; `None` where the phone died before the commit, or has no room.
    /// Where the commit is said to have failed the person presses again, and who goes on looks first.
    pub fn save(
        &mut self,
        draft: &Draft,
        token: Token,
        role: &str,
        dies: bool,
    ) -> Result<Option<Made>, Broken> {
        let wrote = self.wrote(&draft.parts)?;
        let now = self.clock.now().millis;
        if let Some(photo) = &draft.photo {
            let mut attached = self.write(|tx| Ok(tx.attach(photo, now)?))?;
            if std::mem::take(&mut self.unsure) {
                // Bytes are known by their hash: attached twice they are there once.
                attached = self.write(|tx| Ok(tx.attach(photo, now)?))?;
            }
            if attached.is_none() {
                return Ok(None);
            }
        }
        let mut stamped = self.press(draft, token, role, dies)?;
        if std::mem::take(&mut self.unsure) && !dies {
            stamped = match self.stamp_of(token)? {
                None => self.press(draft, token, role, dies)?,
                there => there,
            };
        }
        let Some(stamp) = stamped else {
            return Ok(None);
        };
        if self.stamp.is_some_and(|last| last >= stamp) {
            return broken("the stamps of a phone rise", format!("save {token}"));
        }
        self.stamp = Some(stamp);
        Ok(Some(Made {
            phone: self.no,
            stamp,
            parts: draft.parts.clone(),
            wrote,
        }))
    }

    /// One press of the button.
    fn press(
        &mut self,
        draft: &Draft,
        token: Token,
        role: &str,
        dies: bool,
    ) -> Result<Option<Hlc>, Broken> {
        let (now, salt) = (self.clock.now(), self.vault.salt());
        self.write(|tx| {
            let (enrolment, tip) = (tx.enrolled()?, tx.tip()?);
            let (device, seq) = (enrolment.device, tip.seq + 1);
            let save = Save {
                envelope: Envelope {
                    head: Head { device, seq },
                    stamp: Hlc::next(tip.stamp, now, device),
                    wall: now,
                    monotonic_millis: 0,
                    last_server_millis: tx.server_millis()?,
                    author: enrolment.worker,
                    role: role.to_owned(),
                    form: draft.form.clone(),
                    app: mark(token),
                },
                parts: draft.parts.clone(),
            };
            tx.append(&save, save.parts[0].record, &salt)?;
            if dies {
                return Err(Stop::Died);
            }
            Ok(save.envelope.stamp)
        })
    }

    /// The stamp of a save, if it is the last that is there.
    fn stamp_of(&mut self, token: Token) -> Result<Option<Hlc>, Broken> {
        let last = self.read(|tx| tx.own_save(tx.tip()?.seq))?;
        let last = last.map(|save| save.envelope);
        let last = last.filter(|envelope| token_of(envelope) == Some(token));
        Ok(last.map(|envelope| envelope.stamp))
    }

    /// What the parts say, with the saves that were seen in the place of heads.
    fn wrote(&mut self, parts: &[Part]) -> Result<Vec<Wrote>, Broken> {
        let mut wrote = Vec::new();
        for part in parts {
            let held = self.read(|tx| tx.record(part.record))?;
            let known = held.as_ref().map(tokens).unwrap_or_default();
            let save = |head: &Head| known.get(head).copied();
            for write in &part.writes {
                let register = held.as_ref().and_then(|of| of.fields.get(&write.field));
                let told = register.into_iter();
                let heads = told
                    .clone()
                    .flat_map(|r| r.live.keys().chain(r.past.keys()));
                wrote.push(Wrote {
                    record: part.record,
                    field: write.field.clone(),
                    seen: write.seen.iter().filter_map(save).collect(),
                    value: write.value.clone(),
                    knew: heads.filter_map(save).collect(),
                    stood: told
                        .flat_map(|r| r.live.values())
                        .map(|told| told.value.clone())
                        .collect(),
                });
            }
        }
        Ok(wrote)
    }

    /// Its own saves that the server has not accepted.
    pub fn open(&mut self) -> Result<BTreeSet<Token>, Broken> {
        self.read(|tx| {
            let mut open = BTreeSet::new();
            for own in tx.outbox()? {
                let save = tx.own_save(own.seq)?;
                open.extend(save.and_then(|save| token_of(&save.envelope)));
            }
            Ok(open)
        })
    }

    /// A new id by this phone's clock and chance.
    pub fn id(&self) -> RecordId {
        RecordId::fresh(self.clock.now(), &self.chance)
    }

    /// A new row's id.
    pub fn row(&self) -> RowId {
        RowId::from_uuid(self.id().uuid())
    }
}

/// A write that names what this phone sees of the field.
pub fn write(known: Option<&Record>, field: &str, value: Value) -> Write {
    let field = Field::parse(field).expect("a field's name");
    Write {
        seen: known.map(|record| record.heads(&field)).unwrap_or_default(),
        field,
        value,
        calculated: false,
    }
}

/// A part of one record.
pub fn part(
    record: RecordId,
    kind: Kind,
    compartment: Compartment,
    begins: bool,
    writes: Vec<Write>,
) -> Part {
    Part {
        record,
        kind,
        compartment,
        begins,
        row: None,
        writes,
    }
}
