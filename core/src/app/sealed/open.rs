//! Opening what somebody handed over. It may be anything, from anybody, any number of times.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use super::super::{App, AppError};
use crate::model::{Feed, Origin, Part};
use crate::sealed::{
    self, BundleId, KeyId, Kind, Piece, Receipt, SealedError, Shared, SharedTruth, unpack,
};
use crate::store::{Enrolment, Tx};
use crate::vault::server_signed;
use crate::wire::{Certificate, Verdict, VerdictKind, acknowledgement_message};

/// What opening files did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// One line a file, its pieces together.
    pub files: Vec<OpenedFile>,
}

/// What one file was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenedFile {
    /// Its id, in hex.
    pub id: String,
    /// `carried` to the county; `shown` here and carried; `receipt` of what the county has; `own`,
    /// sealed by this phone itself, of which nothing was done.
    pub what: &'static str,
    /// The device that sealed it.
    pub sender: String,
    /// Of a file that is shown: saves that were not known here.
    pub saves: u64,
    /// Pieces of a carried file that are still to be brought, counted from 1.
    pub missing: Vec<u16>,
    /// Of a receipt: own saves that the county has told of for the first time.
    pub acknowledged: u64,
}

/// A file that was read and checked, before anything is written.
enum Read {
    Own,
    Carried(Vec<Piece>),
    Shown(Box<SharedTruth>, Vec<Piece>),
    Receipt(Box<Receipt>),
}

impl App {
    /// Opens sealed files, pieces of one file in any order. All or nothing: where one of them cannot
    /// be used, nothing of any was taken.
    ///
    /// A file for the county is carried there with the next sync; this phone cannot read it. Of a
    /// file for this phone what its feeds would carry is shown, marked as not yet at the county.
    ///
    /// # Errors
    /// [`AppError::Sealed`] says what the matter is.
    pub fn open_sealed(&self, files: &[Vec<u8>]) -> Result<Opened, AppError> {
        let mut bundles: BTreeMap<BundleId, Vec<Piece>> = BTreeMap::new();
        for bytes in files {
            let piece = Piece::read(bytes)?;
            bundles.entry(piece.bundle()).or_default().push(piece);
        }
        let (enrolment, certificate) =
            self.read(|tx| Ok((tx.enrolled()?, super::tx_certificate(tx)?)))?;
        let mut read = Vec::with_capacity(bundles.len());
        for (id, pieces) in bundles {
            let sender = pieces.first().map(|piece| piece.sender().to_string());
            let what = self.read_sealed(&enrolment, &certificate, pieces)?;
            read.push((id, sender.unwrap_or_default(), what));
        }
        let opened = self.write(|tx| {
            let files = read.into_iter();
            let files =
                files.map(|(id, sender, what)| self.take_sealed(tx, &enrolment, id, sender, what));
            Ok(Opened {
                files: files.collect::<Result<_, _>>()?,
            })
        });
        self.look_again();
        opened
    }

    fn read_sealed(
        &self,
        enrolment: &Enrolment,
        certificate: &Certificate,
        pieces: Vec<Piece>,
    ) -> Result<Read, AppError> {
        let first = pieces.first().ok_or(SealedError::NotOurs)?;
        match first.kind() {
            Kind::County if first.sender() == enrolment.device => Ok(Read::Own),
            Kind::County => {
                for_the_county(certificate, first)?;
                Ok(Read::Carried(pieces))
            }
            Kind::Phone => {
                let shared: Shared = unpack(&sealed::open(&self.agreement()?, &pieces)?)?;
                let truth = shared.check(&enrolment.server_key)?;
                if truth.certificate.device != first.sender() {
                    return Err(SealedError::NotSigned.into());
                }
                let mut county = Vec::with_capacity(truth.county.len());
                for bytes in &truth.county {
                    let piece = Piece::read(&bytes.0)?;
                    for_the_county(certificate, &piece)?;
                    if piece.sender() != truth.certificate.device {
                        return Err(SealedError::NotSigned.into());
                    }
                    county.push(piece);
                }
                Ok(Read::Shown(Box::new(truth), county))
            }
            Kind::Receipt => {
                let receipt: Receipt = unpack(&sealed::open(&self.agreement()?, &pieces)?)?;
                let ack = &receipt.acknowledgement;
                let message = acknowledgement_message(ack.epoch, receipt.device, ack.through);
                let signed = server_signed(&enrolment.server_key, &message, &ack.signature);
                if !signed || receipt.device != enrolment.device {
                    return Err(SealedError::NotSigned.into());
                }
                if ack.epoch != enrolment.epoch {
                    return Err(SealedError::AnotherHistory.into());
                }
                Ok(Read::Receipt(Box::new(receipt)))
            }
        }
    }

    fn take_sealed(
        &self,
        tx: &Tx<'_>,
        enrolment: &Enrolment,
        id: BundleId,
        sender: String,
        read: Read,
    ) -> Result<OpenedFile, AppError> {
        let now = self.doors.clock.now().millis;
        let mut opened = OpenedFile {
            id: id.to_string(),
            what: "own",
            sender,
            saves: 0,
            missing: Vec::new(),
            acknowledged: 0,
        };
        match read {
            Read::Own => {}
            Read::Carried(pieces) => {
                opened.what = "carried";
                for piece in &pieces {
                    tx.carry(piece, None, now)?;
                }
                let file = tx.carried_file(id)?.map(super::line);
                opened.missing = file.map(|file| file.missing).unwrap_or_default();
            }
            Read::Shown(truth, county) => {
                opened.what = "shown";
                for piece in &county {
                    tx.carry(piece, Some(truth.certificate.worker), now)?;
                }
                opened.saves = tx.hear_shared(&self.to_be_shown(tx, *truth)?)?;
            }
            Read::Receipt(receipt) => {
                opened.what = "receipt";
                opened.acknowledged = self.hear_receipt(tx, enrolment, &receipt)?;
            }
        }
        Ok(opened)
    }

    /// Of what a colleague told: the parts of feeds that this phone may hold, about places where the
    /// colleague has or had the people.
    fn to_be_shown(
        &self,
        tx: &Tx<'_>,
        truth: SharedTruth,
    ) -> Result<Vec<(Feed, Part, Origin)>, AppError> {
        let me = self.me(tx)?;
        let worker = truth.certificate.worker;
        let may = |feed: &Feed, part: &Part| match feed {
            Feed::Area(area, compartment) => {
                *compartment == part.compartment
                    && me.may_hold(feed)
                    && me.has_worked_in(worker, area)
            }
            Feed::Worker(_) | Feed::Case(_) => false,
        };
        let mut told = truth.told;
        told.retain(|(feed, part, _)| may(feed, part));
        Ok(told)
    }

    /// The county's answer, brought by hand: what it says of own saves is written down as after a
    /// turn. A number is marked sent only up to what the county signed.
    fn hear_receipt(
        &self,
        tx: &Tx<'_>,
        enrolment: &Enrolment,
        receipt: &Receipt,
    ) -> Result<u64, AppError> {
        let ack = &receipt.acknowledgement;
        let (through, tip) = (tx.through()?, tx.tip()?.seq);
        if ack.through <= through {
            return Ok(0);
        }
        let verdicts = receipt.verdicts.iter();
        let verdicts: Vec<_> = verdicts.filter(|v| v.seq <= ack.through).cloned().collect();
        let told = |seq| verdicts.iter().any(|verdict| verdict.seq == seq);
        // An answer to an earlier file than the one before it: that one's verdicts are not in it.
        if ack.through > tip || !(through + 1..=ack.through).all(told) {
            return Err(SealedError::NotSigned.into());
        }
        // The first to write in a feed does not hold it yet, since the county had none to offer: what was
        // said stays here.
        let mut allowed: BTreeSet<Feed> = tx.cursors()?.into_iter().map(|c| c.feed).collect();
        let me = self.me(tx)?;
        let may = |feed: &&Feed| matches!(feed, Feed::Case(_)) || me.may_hold(feed);
        allowed.extend(feeds_of(&verdicts).filter(may).cloned());
        tx.allow_feeds(&allowed)?;
        tx.hear_verdicts(enrolment.device, &verdicts, &allowed)?;
        tx.set_through(ack.through)?;
        tx.set_acknowledged(ack)?;
        Ok(ack.through - through)
    }
}

/// The feeds that carry what was accepted.
fn feeds_of(verdicts: &[Verdict]) -> impl Iterator<Item = &Feed> {
    let receipts = verdicts.iter().flat_map(|told| match &told.verdict {
        VerdictKind::Accepted { receipts, .. } => receipts.as_slice(),
        VerdictKind::Waiting | VerdictKind::Refused(_) => &[],
    });
    receipts.map(|receipt| &receipt.feed)
}

fn for_the_county(certificate: &Certificate, piece: &Piece) -> Result<(), SealedError> {
    let of_county = KeyId::of(&certificate.county_key);
    match piece.kind() == Kind::County && piece.receiver() == of_county {
        true => Ok(()),
        false => Err(SealedError::AnotherReceiver),
    }
}
