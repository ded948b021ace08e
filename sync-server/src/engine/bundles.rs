//! Sealed files that somebody brings for a phone without a link. What is in one is judged as if its
//! own phone had pushed it; of a phone that was revoked a person decides first.

use tanfang_core::model::{DeviceSeq, WorkerId};
use tanfang_core::sealed::{self, BundleId, HandIn, Kind, Piece, SealedError};
use tanfang_core::wire::WireRefusal;

use super::Halt;
use super::accept::contiguous;
use super::turn::Turn;
use crate::store::{BundleRow, BundleState, DeviceRow, StoreError, Stored, WaitsFor};

/// The most that is kept, sealed, of what one worker brought and nobody has decided yet, in bytes.
const KEPT_LIMIT_BYTES: u64 = 64 << 20;

/// Why a file stands in quarantine: its phone was revoked.
pub const REVOKED: &str = "revoked";
/// Its phone enrolled again since, and what it had not sent went with it under its new id: taken too
/// it would stand twice. Only where that phone is lost may a person take it.
pub const ENROLLED_AGAIN: &str = "enrolled_again";

/// Why a sealed file is not taken as it was asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BundleFault {
    /// The file.
    #[error(transparent)]
    Sealed(#[from] SealedError),
    /// Nobody brought a file of this id.
    #[error("no sealed file of this id: take it from `bundle list`")]
    NotThere,
    /// There is nothing to decide of it.
    #[error("this sealed file is not in quarantine: see `bundle list`")]
    Decided,
    /// By whom it was asked does not supervise the author.
    #[error(
        "only who supervises an area of the author's may say that it is taken: name them with --by, or send the file to the township"
    )]
    NotASupervisor,
    /// Too much was brought and not decided.
    #[error("too much of what this worker brought is not decided yet: decide that first")]
    Full,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Turn<'_> {
    /// Takes a piece in. One that is known alters nothing; the last one that lacked brings the whole
    /// file before the judge.
    pub fn bring_piece(
        &mut self,
        piece: &Piece,
        carrier: Option<WorkerId>,
        vouched: bool,
    ) -> Result<BundleRow, BundleFault> {
        if piece.kind() != Kind::County {
            return Err(SealedError::AnotherReceiver.into());
        }
        let id = piece.bundle();
        let mut row = match self.tx.bundle(id)? {
            Some(row) => row,
            None => BundleRow {
                id,
                device: piece.sender(),
                carrier,
                pieces: piece.pieces(),
                state: BundleState::Arriving,
                reason: None,
                seqs: None,
                arrived_at: self.now.millis,
                decided_at: None,
                decided_by: None,
            },
        };
        if matches!(row.state, BundleState::Taken | BundleState::Refused) {
            return Ok(row);
        }
        if row.state == BundleState::Arriving {
            // Sealed to us and whole, or it is not kept.
            piece.open(self.house.keys.agreement())?;
            let bytes = piece.bytes();
            let kept = self
                .tx
                .kept_bytes(carrier)?
                .saturating_add(bytes.len() as u64);
            if carrier.is_some() && kept > KEPT_LIMIT_BYTES {
                return Err(BundleFault::Full);
            }
            self.tx.put_bundle(&row)?;
            self.tx.add_piece(id, piece.number(), &bytes)?;
            if !self.missing_pieces(&row)?.is_empty() {
                return Ok(row);
            }
        }
        row.carrier = carrier.or(row.carrier);
        self.judge_bundle(&mut row, vouched)?;
        Ok(row)
    }

    /// The pieces of a file that are still to come.
    pub fn missing_pieces(&mut self, row: &BundleRow) -> Stored<Vec<u16>> {
        match row.state {
            BundleState::Arriving => {
                let kept = self.tx.piece_numbers(row.id)?;
                Ok((0..row.pieces).filter(|no| !kept.contains(no)).collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// A carrier's word for a file that stands in quarantine.
    pub(super) fn vouch(&mut self, row: &mut BundleRow, carrier: WorkerId) -> Stored<()> {
        if row.state == BundleState::Quarantined {
            row.carrier = Some(carrier);
            self.judge_bundle(row, true)?;
        }
        Ok(())
    }

    /// Takes a file out of quarantine by the word of a supervisor of its author's.
    pub fn accept_bundle(&mut self, id: BundleId, by: WorkerId) -> Result<BundleRow, BundleFault> {
        let mut row = self.quarantined(id)?;
        let device = self.tx.device_by_id(row.device)?;
        let author = device.map(|device| device.worker);
        let may = match author {
            Some(author) => self.supervises_worker(by, author)?,
            None => false,
        };
        if !may {
            return Err(BundleFault::NotASupervisor);
        }
        self.audit("bundle accept", &format!("{id} by {by}"))?;
        row.decided_by = Some(by);
        self.take_bundle(&mut row)?;
        Ok(row)
    }

    /// Refuses a file that stands in quarantine. It stays listed, and sealed.
    pub fn refuse_bundle(&mut self, id: BundleId) -> Result<BundleRow, BundleFault> {
        let mut row = self.quarantined(id)?;
        self.audit("bundle refuse", &id.to_string())?;
        let why = "the county decided not to take it: ask there";
        self.decide_bundle(&mut row, BundleState::Refused, Some(why))?;
        Ok(row)
    }

    fn quarantined(&mut self, id: BundleId) -> Result<BundleRow, BundleFault> {
        let row = self.tx.bundle(id)?.ok_or(BundleFault::NotThere)?;
        match row.state {
            BundleState::Quarantined => Ok(row),
            _ => Err(BundleFault::Decided),
        }
    }

    /// A whole file: taken, with what waited for it, or put where a person sees it.
    fn judge_bundle(&mut self, row: &mut BundleRow, vouched: bool) -> Stored<()> {
        self.judge_one(row, vouched)?;
        self.hear_early(row)
    }

    /// The same without a person's asking: it was decided.
    fn take_bundle(&mut self, row: &mut BundleRow) -> Stored<()> {
        self.take_one(row)?;
        self.hear_early(row)
    }

    /// Once a file was taken: what came too early for want of it, the lowest numbers first, as far as
    /// one continues the other. Hundreds may wait (a loop, not a call in a call: the writer's stack is
    /// small).
    fn hear_early(&mut self, taken: &BundleRow) -> Stored<()> {
        if taken.state != BundleState::Taken {
            return Ok(());
        }
        for id in self.tx.early_bundles(taken.device)? {
            let Some(mut next) = self.tx.bundle(id)? else {
                continue;
            };
            // What a person has decided is not asked again.
            match next.decided_by {
                Some(_) => self.take_one(&mut next)?,
                None => self.judge_one(&mut next, false)?,
            }
            if next.state == BundleState::Early {
                break;
            }
        }
        Ok(())
    }

    fn judge_one(&mut self, row: &mut BundleRow, vouched: bool) -> Stored<()> {
        let hand_in = match self.opened_bundle(row)? {
            Ok(hand_in) => hand_in,
            Err(error) => return self.unusable(row, &error),
        };
        let device = self.tx.device_by_id(row.device)?;
        let Some(device) = device.filter(|device| device.kind == crate::store::DeviceKind::Phone)
        else {
            let why = "the county does not know the phone that sealed it: enrol that phone again, what is unsent comes with it";
            return self.decide_bundle(row, BundleState::Refused, Some(why));
        };
        if let Err(WireRefusal::Malformed { message }) = contiguous(&device, &hand_in.push) {
            return self.decide_bundle(row, BundleState::Refused, Some(&message));
        }
        row.seqs = Some(numbers(&hand_in));
        let known = numbers(&hand_in).1 <= device.through;
        if device.revoked && !known {
            let again = self.tx.enrolled_again(device.id)?;
            let vouches = match row.carrier {
                Some(carrier) if vouched && !again => {
                    self.supervises_worker(carrier, device.worker)?
                }
                _ => false,
            };
            if !vouches {
                let reason = if again { ENROLLED_AGAIN } else { REVOKED };
                row.state = BundleState::Quarantined;
                row.reason = Some(reason.to_owned());
                return self.tx.put_bundle(row);
            }
            row.decided_by = row.carrier;
        }
        self.hear_bundle(row, device, hand_in)
    }

    fn take_one(&mut self, row: &mut BundleRow) -> Stored<()> {
        let hand_in = match self.opened_bundle(row)? {
            Ok(hand_in) => hand_in,
            Err(error) => return self.unusable(row, &error),
        };
        match self.tx.device_by_id(row.device)? {
            Some(device) => self.hear_bundle(row, device, hand_in),
            None => Err(StoreError::Damaged { what: "a device" }),
        }
    }

    /// Hears what is inside as a push; what continues nothing that is here waits.
    fn hear_bundle(
        &mut self,
        row: &mut BundleRow,
        mut device: DeviceRow,
        hand_in: HandIn,
    ) -> Stored<()> {
        if hand_in.push.from > device.through.saturating_add(1) {
            row.state = BundleState::Early;
            row.reason = None;
            return self.tx.put_bundle(row);
        }
        let rights = self.rights(device.worker)?;
        // A push that is refused whole is refused before anything of it is written.
        match self.hear(&mut device, &hand_in.push, &rights) {
            Ok(_) => self.decide_bundle(row, BundleState::Taken, None)?,
            Err(Halt::Store(error)) => return Err(error),
            Err(Halt::Refused(WireRefusal::Malformed { message })) => {
                return self.decide_bundle(row, BundleState::Refused, Some(&message));
            }
            Err(Halt::Refused(_)) => {
                let why = "what is inside does not continue what the county has of this phone, or is not signed by it: enrol the phone again, what is unsent comes with it";
                return self.decide_bundle(row, BundleState::Refused, Some(why));
            }
        }
        self.tx.drop_pieces(row.id)
    }

    fn opened_bundle(&mut self, row: &BundleRow) -> Stored<Result<HandIn, SealedError>> {
        let pieces = self.kept_pieces(row.id)?;
        let opened = sealed::open(self.house.keys.agreement(), &pieces)
            .and_then(|plain| sealed::unpack::<HandIn>(&plain));
        Ok(
            opened.and_then(|hand_in| match hand_in.device == row.device {
                true if !hand_in.push.saves.is_empty() => Ok(hand_in),
                _ => Err(SealedError::NotSigned),
            }),
        )
    }

    fn kept_pieces(&mut self, id: BundleId) -> Stored<Vec<Piece>> {
        let kept = self.tx.pieces(id)?;
        let damaged = |_| StoreError::Damaged {
            what: "a sealed file",
        };
        kept.iter()
            .map(|bytes| Piece::read(bytes).map_err(damaged))
            .collect()
    }

    fn unusable(&mut self, row: &mut BundleRow, why: &SealedError) -> Stored<()> {
        self.decide_bundle(row, BundleState::Refused, Some(&why.to_string()))
    }

    fn decide_bundle(
        &mut self,
        row: &mut BundleRow,
        state: BundleState,
        reason: Option<&str>,
    ) -> Stored<()> {
        row.state = state;
        row.reason = reason.map(str::to_owned);
        row.decided_at = Some(self.now.millis);
        self.tx.put_bundle(row)?;
        self.judge_again(WaitsFor::Device(row.device))
    }

    /// Whether a worker supervises, today, an area of which another has or had a role.
    fn supervises_worker(&mut self, supervisor: WorkerId, author: WorkerId) -> Stored<bool> {
        if supervisor == author {
            return Ok(false);
        }
        let rights = self.rights(supervisor)?;
        let areas = self.tx.assignments(author)?;
        Ok(areas.iter().any(|row| rights.supervises(&row.area)))
    }
}

fn numbers(hand_in: &HandIn) -> (DeviceSeq, DeviceSeq) {
    let (from, many) = (hand_in.push.from, hand_in.push.saves.len() as u64);
    (from, from.saturating_add(many.saturating_sub(1)))
}
