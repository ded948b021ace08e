//! A phone that carries a sealed file for another, and what the server says of a phone's keys.

use tanfang_core::model::{AreaCode, Rng, WallTime, WorkerId};
use tanfang_core::sealed::{BundleId, Kind, Piece, Receipt, pack, seal};
use tanfang_core::vault::is_agreement_key;
use tanfang_core::wire::{
    Acknowledgement, CarryReply, CarryRequest, CarryState, Certificate, CertifyRequest, VERSION,
    Verdict, VerdictKind, WireRefusal, acknowledgement_message,
};

use super::bundles::BundleFault;
use super::signed_in::device_of;
use super::turn::Turn;
use super::{Halt, House, epoch};
use crate::store::{BundleRow, BundleState, DeviceRow, ServerStore, Stored};

impl House {
    pub(super) fn carry(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
        rng: &dyn Rng,
        token: &str,
        request: &CarryRequest,
    ) -> Result<CarryReply, Halt> {
        let hash = self.keys.token_hash(token);
        let done = store.write(|tx| {
            let mut turn = self.turn(tx, now, rng);
            let carrier = device_of(turn.tx, &hash)?;
            let reply = turn.carried(&carrier, request)?;
            turn.finish()?;
            Ok::<_, Unkept>(reply)
        });
        match done {
            Ok(reply) => Ok(reply),
            Err(Unkept::Halt(halt)) => Err(halt),
            Err(Unkept::Refused(message)) => Ok(CarryReply {
                version: VERSION,
                state: CarryState::Refused { message },
                missing: Vec::new(),
                refused: Vec::new(),
                receipt: None,
            }),
        }
    }

    pub(super) fn certify(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
        rng: &dyn Rng,
        token: &str,
        request: &CertifyRequest,
    ) -> Result<Certificate, Halt> {
        let hash = self.keys.token_hash(token);
        store.write(|tx| {
            let mut turn = self.turn(tx, now, rng);
            let device = device_of(turn.tx, &hash)?;
            let certificate = turn.certify(&device, &request.agreement_key.0)?;
            turn.finish()?;
            Ok(certificate)
        })
    }
}

/// What rolls the turn back: a refusal of the phone, or of the file alone.
enum Unkept {
    Halt(Halt),
    Refused(String),
}

impl<E: Into<Halt>> From<E> for Unkept {
    fn from(error: E) -> Self {
        Unkept::Halt(error.into())
    }
}

impl From<BundleFault> for Unkept {
    fn from(fault: BundleFault) -> Self {
        match fault {
            BundleFault::Store(error) => Unkept::Halt(error.into()),
            other => Unkept::Refused(other.to_string()),
        }
    }
}

impl Turn<'_> {
    fn carried(
        &mut self,
        carrier: &DeviceRow,
        request: &CarryRequest,
    ) -> Result<CarryReply, Unkept> {
        let malformed = |message: &str| WireRefusal::Malformed {
            message: message.to_owned(),
        };
        let id = BundleId::from_slice(&request.bundle.0);
        let id = id.ok_or(malformed("a sealed file's id has sixteen bytes"))?;
        if let Some(bytes) = &request.piece {
            let piece = Piece::read(&bytes.0).map_err(BundleFault::from)?;
            if piece.bundle() != id {
                return Err(malformed("the piece is of another sealed file").into());
            }
            return match self.bring_piece(&piece, Some(carrier.worker), request.vouched) {
                Ok(row) => Ok(self.stands(&row)?),
                // Not kept, and said so: the phone asks another day, and goes on with its own.
                Err(BundleFault::Full) => Ok(lacks(piece.number())),
                Err(fault) => Err(fault.into()),
            };
        }
        let Some(mut row) = self.tx.bundle(id)? else {
            return Ok(lacks(0));
        };
        if request.vouched {
            self.vouch(&mut row, carrier.worker)?;
        }
        Ok(self.stands(&row)?)
    }

    fn stands(&mut self, row: &BundleRow) -> Stored<CarryReply> {
        let mut reply = CarryReply {
            version: VERSION,
            state: match row.state {
                BundleState::Arriving => CarryState::Arriving,
                BundleState::Early => CarryState::Early,
                BundleState::Quarantined => CarryState::Quarantined,
                BundleState::Taken => CarryState::Taken,
                BundleState::Refused => CarryState::Refused {
                    message: row.reason.clone().unwrap_or_default(),
                },
            },
            missing: self.missing_pieces(row)?,
            refused: Vec::new(),
            receipt: None,
        };
        if row.state == BundleState::Taken
            && let Some(device) = self.tx.device_by_id(row.device)?
        {
            let verdicts = self.verdicts_of(row, &device)?;
            let refused = |verdict: &&Verdict| matches!(verdict.verdict, VerdictKind::Refused(_));
            reply.refused = verdicts.iter().filter(refused).map(|v| v.seq).collect();
            reply.receipt = self.receipt(row, &device, verdicts)?.map(Into::into);
        }
        Ok(reply)
    }

    fn verdicts_of(&mut self, row: &BundleRow, device: &DeviceRow) -> Stored<Vec<Verdict>> {
        let Some((first, last)) = row.seqs else {
            return Ok(Vec::new());
        };
        let mut verdicts = Vec::new();
        for seq in first..=last.min(device.through) {
            if let Some(known) = self.tx.received(device.no, seq)? {
                let verdict = self.verdict(&known)?;
                verdicts.push(Verdict { seq, verdict });
            }
        }
        Ok(verdicts)
    }

    /// The answer for the phone that sealed, as a file; none where its key is not known, or it would
    /// not fit one piece.
    fn receipt(
        &mut self,
        row: &BundleRow,
        device: &DeviceRow,
        verdicts: Vec<Verdict>,
    ) -> Stored<Option<Vec<u8>>> {
        let Some(key) = self.tx.agreement_key(device.id)? else {
            return Ok(None);
        };
        let epoch = epoch(self.tx)?;
        let through = row.seqs.map_or(0, |(_, last)| last).min(device.through);
        let message = acknowledgement_message(epoch, device.id, through);
        let receipt = Receipt {
            version: VERSION,
            device: device.id,
            acknowledgement: Acknowledgement {
                epoch,
                through,
                signature: self.house.keys.signing().sign(&message),
            },
            verdicts,
            server_millis: self.now.millis,
        };
        let sealed = pack(&receipt).and_then(|plain| {
            let many = plain.len();
            seal(Kind::Receipt, device.id, &key, &plain, many, self.rng)
        });
        let one = |pieces: Vec<Piece>| (pieces.len() == 1).then(|| pieces[0].bytes());
        Ok(sealed.ok().and_then(one))
    }

    /// What we say of a device's keys.
    pub(super) fn certify(&mut self, device: &DeviceRow, key: &[u8]) -> Result<Certificate, Halt> {
        if !is_agreement_key(key) {
            let message = "the phone's agreement key is none of P-256: try again".to_owned();
            return Err(WireRefusal::Malformed { message }.into());
        }
        self.tx.set_agreement_key(device.id, key)?;
        let mut certificate = Certificate {
            county: self.county_of(device.worker)?,
            device: device.id,
            worker: device.worker,
            public_key: device.public_key.clone(),
            agreement_key: key.to_vec(),
            county_key: self.house.keys.agreement().public().to_vec(),
            signature: Vec::new(),
        };
        certificate.signature = self.house.keys.signing().sign(&certificate.message());
        Ok(certificate)
    }

    /// The county of a worker's first assignment.
    pub(super) fn county_of(&mut self, worker: WorkerId) -> Result<AreaCode, Halt> {
        let first = self.tx.assignments(worker)?.into_iter().next();
        let county = first.map(|row| Self::roster_of(&row.area));
        Ok(county.ok_or(WireRefusal::CodeUnknown)?)
    }
}

/// A file of which this piece at least is not here.
fn lacks(piece: u16) -> CarryReply {
    CarryReply {
        version: VERSION,
        state: CarryState::Arriving,
        missing: vec![piece],
        refused: Vec::new(),
        receipt: None,
    }
}
