//! Own saves that the server has had for long: many together in one packed row, each whole, in order.
//!
//! A save is never thrown away: a server that is set back, however far, is offered every one of them
//! again, as it was signed (ADR 0028).

use std::rc::Rc;

use rusqlite::{OptionalExtension, named_params};

use super::own::UNKNOWN;
use super::pack::Unreadable;
use super::{StoreError, Tx};
use crate::model::{DeviceSeq, RecordId, Save};
use crate::vault::Secret;
use crate::wire::{ChainHead, REPLY_LIMIT_BYTES, link_save, pack_saves, unpack_saves};

/// A row ends before it holds more than this, as its saves lie apart, in bytes; where the chain is not
/// known there, at the next save after which it is.
const TOGETHER_BYTES: usize = 256 << 10;
/// Fewer that stand alone between others are left apart.
const FEWEST: usize = 2;
/// A chunk holds no more saves than this, however small they are.
const CHUNK_SAVES: u64 = 5_000;
/// So many rows are packed at once at most: a sync is not held up by years.
const ROWS_AT_ONCE: usize = 8;

/// Which saves are packed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Together {
    /// How many in a row.
    pub saves: usize,
    /// How long ago the server received them at least, by its own clock, in milliseconds.
    pub after_millis: i64,
}

impl Default for Together {
    /// 128 in a row; thirty days.
    fn default() -> Self {
        Self {
            saves: 128,
            after_millis: 30 * 86_400_000,
        }
    }
}

/// Saves that follow one another, read from their rows.
#[derive(Default)]
struct Run {
    saves: Vec<Save>,
    /// Of each the place of the part whose record it is about.
    about: Vec<u8>,
    chain: ChainHead,
    received_at: i64,
    bytes: usize,
}

impl Run {
    /// Whether the chain after its last save is known: only there a row can end. Of saves that were
    /// taken apart for a server that was set back it is known where their row ended.
    fn is_linked(&self) -> bool {
        !self.saves.is_empty() && self.chain != UNKNOWN
    }

    /// What is worth a row; the next run begins empty.
    fn ended(&mut self) -> Option<Run> {
        let run = std::mem::take(self);
        (run.saves.len() >= FEWEST && run.is_linked()).then_some(run)
    }
}

impl Tx<'_> {
    /// Packs together own saves that the server received long ago, the oldest first; how many. The
    /// newest that it has stays apart, so that the chain goes on from it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn keep_together(&self, cut: Together) -> Result<u64, StoreError> {
        let Some(now) = self.server_millis()? else {
            return Ok(0);
        };
        let (before, through) = (now.saturating_sub(cut.after_millis), self.through()?);
        let mut statement = self.statement(
            "SELECT seq, chain, subject, received_at, body,
                    state = 3 AND mended_by IS NULL AND withdrawn_at IS NULL
             FROM saves WHERE seq > (SELECT coalesce(max(last), 0) FROM kept_saves)
                AND seq < :through ORDER BY seq",
        )?;
        let mut rows = statement.query(named_params! { ":through": through as i64 })?;
        let (mut whole, mut run) = (Vec::new(), Run::default());
        while let Some(row) = rows.next()? {
            let (chain, body): (ChainHead, Vec<u8>) = (row.get(1)?, row.get(4)?);
            let received_at = row.get::<_, Option<i64>>(3)?;
            // A day that is still to come says that the server's clock was wrong, not that it is recent.
            let recent = received_at.is_some_and(|at| at > before && at <= now);
            if recent || whole.len() == ROWS_AT_ONCE {
                break;
            }
            let fits: bool = row.get(5)?;
            let save = super::pack::unpack_save(&body, &self.terms())?;
            let about = place_of(&save, &row.get::<_, Vec<u8>>(2)?);
            let follows = run
                .saves
                .last()
                .is_none_or(|last| last.envelope.head.seq + 1 == save.envelope.head.seq);
            let full = run.is_linked() && run.bytes + body.len() > TOGETHER_BYTES;
            if !run.saves.is_empty() && (!follows || !fits || full) {
                whole.extend(run.ended());
            }
            if let Some((about, at)) = about.zip(received_at).filter(|_| fits) {
                run.saves.push(save);
                run.about.push(about);
                run.bytes += body.len();
                (run.chain, run.received_at) = (chain, run.received_at.max(at));
            }
            if run.saves.len() >= cut.saves && run.is_linked() {
                whole.extend(run.ended());
            }
        }
        drop(rows);
        let mut packed = 0;
        for run in &whole {
            packed += self.pack_run(run)?;
        }
        Ok(packed)
    }

    fn pack_run(&self, run: &Run) -> Result<u64, StoreError> {
        let body = pack_saves(&run.saves).map_err(|_| Unreadable)?;
        // What would not come back the same stays as it is.
        if unpack_saves(&body, REPLY_LIMIT_BYTES).ok().as_ref() != Some(&run.saves) {
            return Ok(0);
        }
        let seq = |save: Option<&Save>| save.map_or(0, |save| save.envelope.head.seq as i64);
        let (first, last) = (seq(run.saves.first()), seq(run.saves.last()));
        self.statement(
            "INSERT INTO kept_saves (first, last, chain, received_at, about, body)
             VALUES (:first, :last, :chain, :at, :about, :body)",
        )?
        .execute(named_params! {
            ":first": first, ":last": last, ":chain": run.chain.as_slice(),
            ":at": run.received_at, ":about": run.about, ":body": body,
        })?;
        self.statement("DELETE FROM saves WHERE seq BETWEEN :first AND :last")?
            .execute(named_params! { ":first": first, ":last": last })?;
        Ok(run.saves.len() as u64)
    }

    /// Own saves from a number on, at most 5,000, those that are kept together too, as many as fit in `budget_bytes`
    /// packed, at least one; none where there is no such number.
    pub fn own_chunk(&self, from: DeviceSeq, budget_bytes: usize) -> Result<Vec<Save>, StoreError> {
        let mut chunk = Vec::new();
        let mut bytes = 0;
        for seq in from..from.saturating_add(CHUNK_SAVES) {
            let Some(save) = self.own_save(seq)? else {
                break;
            };
            bytes += super::pack::pack_save(&save, &mut self.terms())?.len();
            if bytes > budget_bytes && !chunk.is_empty() {
                break;
            }
            chunk.push(save);
        }
        Ok(chunk)
    }

    /// One of the saves that are kept together.
    pub(super) fn kept_save(&self, seq: DeviceSeq) -> Result<Option<Save>, StoreError> {
        let known = self.together.borrow().clone();
        let within = |saves: &Rc<Vec<Save>>| {
            let first = saves.first()?.envelope.head.seq;
            saves
                .get(usize::try_from(seq.checked_sub(first)?).ok()?)
                .cloned()
        };
        if let Some(save) = known.as_ref().and_then(within) {
            return Ok(Some(save));
        }
        let body: Option<Vec<u8>> = self
            .statement(
                "SELECT body FROM kept_saves WHERE first <= :seq AND last >= :seq
                 ORDER BY first DESC LIMIT 1",
            )?
            .query_row(named_params! { ":seq": seq as i64 }, |row| row.get(0))
            .optional()?;
        let Some(body) = body else { return Ok(None) };
        let saves = Rc::new(unpack_saves(&body, REPLY_LIMIT_BYTES).map_err(|_| Unreadable)?);
        let found = within(&saves);
        *self.together.borrow_mut() = Some(saves);
        Ok(found)
    }

    /// Gives every save a row of its own again: some of them are to be said once more. Of the chain
    /// only what was kept is known; the rest is linked where it is needed.
    pub(super) fn take_apart(&self) -> Result<(), StoreError> {
        type Kept = (ChainHead, i64, Vec<u8>, Vec<u8>);
        let kept: Vec<Kept> = {
            let mut statement = self.statement(
                "SELECT chain, received_at, about, body FROM kept_saves ORDER BY first",
            )?;
            let rows = statement.query_map([], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
            rows.collect::<Result<_, _>>()?
        };
        for (chain, received_at, about, body) in kept {
            let saves = unpack_saves(&body, REPLY_LIMIT_BYTES).map_err(|_| Unreadable)?;
            let last = saves.len();
            for (at, (save, about)) in saves.iter().zip(about).enumerate() {
                let subject = save.parts.get(usize::from(about)).ok_or(Unreadable)?.record;
                let known = if at + 1 == last { chain } else { UNKNOWN };
                self.insert_save(save, subject, &known)?;
                self.set_accepted(save.envelope.head.seq, received_at)?;
            }
        }
        self.statement("DELETE FROM kept_saves")?.execute([])?;
        *self.together.borrow_mut() = None;
        Ok(())
    }

    /// Whether a save after this number is kept together with others.
    pub(super) fn keeps_after(&self, seq: DeviceSeq) -> Result<bool, StoreError> {
        let mut ask =
            self.statement("SELECT EXISTS (SELECT 1 FROM kept_saves WHERE last > :seq)")?;
        Ok(ask.query_row(named_params! { ":seq": seq as i64 }, |row| row.get(0))?)
    }

    /// The chain after an own save; zeros before the first. The device's `salt` is asked for where it
    /// must be linked.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where a save is missing, the store's own, or those of `salt`.
    pub fn chain_after<E: From<StoreError>>(
        &self,
        seq: DeviceSeq,
        salt: impl FnOnce() -> Result<Secret, E>,
    ) -> Result<ChainHead, E> {
        let (from, mut chain) = self.chain_known_before(seq)?;
        if from == seq {
            return Ok(chain);
        }
        let salt = salt()?;
        for next in from + 1..=seq {
            let save = self.own_save(next)?.ok_or(StoreError::Unreadable)?;
            chain = link_save(&chain, &save, &salt);
        }
        Ok(chain)
    }

    /// The last save up to this one after which the chain is known.
    fn chain_known_before(&self, seq: DeviceSeq) -> Result<(DeviceSeq, ChainHead), StoreError> {
        let known = self
            .statement(
                "SELECT seq, chain FROM (
                   SELECT seq, chain FROM saves WHERE seq <= :seq AND chain <> :unknown
                   UNION ALL SELECT last, chain FROM kept_saves WHERE last <= :seq)
                 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row(
                named_params! { ":seq": seq as i64, ":unknown": UNKNOWN.as_slice() },
                |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?)),
            )
            .optional()?;
        Ok(known.unwrap_or((0, UNKNOWN)))
    }
}

/// The place of the part whose record a save is about.
fn place_of(save: &Save, subject: &[u8]) -> Option<u8> {
    let subject = RecordId::from_slice(subject).ok()?;
    let at = save.parts.iter().position(|part| part.record == subject);
    u8::try_from(at?).ok()
}
