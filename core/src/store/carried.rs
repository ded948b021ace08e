//! Sealed files that this phone carries for others.

use rusqlite::{OptionalExtension, Row, named_params};

use super::meta::CERTIFICATE;
use super::pack::Unreadable;
use super::{StoreError, Tx};
use crate::model::{DeviceId, WorkerId};
use crate::sealed::{BundleId, Piece};
use crate::wire::Certificate;

/// How long what the server has, and nothing here shows any more, is kept should the server be set
/// back: thirty days, in milliseconds.
pub(super) const KEPT_MILLIS: i64 = 30 * 86_400_000;

/// How a carried file stands, as far as this phone heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CarriedState {
    /// Not yet with the county.
    Carried,
    /// With the county, which waits for an earlier one of the same phone.
    Early,
    /// With the county, which waits for a person's word: its phone was revoked.
    Quarantined,
    /// Taken by the county.
    HandedIn,
    /// Not taken, for the reason that is told.
    Refused,
}

impl CarriedState {
    const ALL: [Self; 5] = [
        Self::Carried,
        Self::Early,
        Self::Quarantined,
        Self::HandedIn,
        Self::Refused,
    ];

    /// Its name in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Carried => "carried",
            Self::Early => "early",
            Self::Quarantined => "quarantined",
            Self::HandedIn => "handed_in",
            Self::Refused => "refused",
        }
    }
}

/// A file that this phone carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Its id.
    pub id: BundleId,
    /// The device that sealed it.
    pub sender: DeviceId,
    /// Whose, where that is known here.
    pub worker: Option<WorkerId>,
    /// How many pieces it has.
    pub pieces: u16,
    /// The numbers of those held, from 0.
    pub held: Vec<u16>,
    /// How it stands.
    pub state: CarriedState,
    /// Of a refusal, why and what to do.
    pub message: Option<String>,
    /// Whether this phone's worker vouched for it.
    pub vouched: bool,
    /// The county's answer, sealed to the sender.
    pub receipt: Option<Vec<u8>>,
}

const SQL: &str =
    "SELECT id, sender, worker, pieces, state, message, vouched, receipt FROM carried";

impl Tx<'_> {
    /// What the server says of this phone's keys, under the id that it has now.
    pub fn certificate(&self) -> Result<Option<Certificate>, StoreError> {
        let Some(bytes) = self.meta(CERTIFICATE)? else {
            return Ok(None);
        };
        let known: Certificate = rmp_serde::from_slice(&bytes).map_err(|_| Unreadable)?;
        let device = self.enrolment()?.map(|enrolment| enrolment.device);
        Ok(Some(known).filter(|known| Some(known.device) == device))
    }

    /// Keeps it.
    pub fn set_certificate(&self, certificate: &Certificate) -> Result<(), StoreError> {
        let bytes = rmp_serde::to_vec_named(certificate).map_err(|_| Unreadable)?;
        self.set_meta(CERTIFICATE, &bytes)
    }

    /// Takes a piece along; one that is held already, or whose file was handed in, alters nothing.
    pub fn carry(
        &self,
        piece: &Piece,
        worker: Option<WorkerId>,
        at_millis: i64,
    ) -> Result<(), StoreError> {
        let id = piece.bundle();
        self.statement(
            "INSERT INTO carried (id, sender, worker, pieces, since, state)
             VALUES (:id, :sender, :worker, :pieces, :since, 'carried')
             ON CONFLICT (id) DO UPDATE SET worker = coalesce(worker, excluded.worker)",
        )?
        .execute(named_params! {
            ":id": id.0, ":sender": piece.sender().bytes(),
            ":worker": worker.as_ref().map(|worker| worker.bytes().as_slice()),
            ":pieces": piece.pieces(), ":since": at_millis,
        })?;
        self.statement(
            "INSERT INTO carried_pieces (id, number, body)
             SELECT :id, :number, :body FROM carried
             WHERE carried.id = :id AND state NOT IN ('handed_in', 'refused')
             ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! {
            ":id": id.0, ":number": piece.number(), ":body": piece.bytes(),
        })?;
        Ok(())
    }

    /// Every file that is or was carried, the oldest first.
    pub fn carried(&self) -> Result<Vec<Carried>, StoreError> {
        let mut statement = self.statement(&format!("{SQL} ORDER BY since, id"))?;
        let mut rows = statement.query([])?;
        let mut files = Vec::new();
        while let Some(row) = rows.next()? {
            files.push(self.read_carried(row)?);
        }
        Ok(files)
    }

    /// One of them.
    pub fn carried_file(&self, id: BundleId) -> Result<Option<Carried>, StoreError> {
        let mut statement = self.statement(&format!("{SQL} WHERE id = :id"))?;
        let mut rows = statement.query(named_params! { ":id": id.0 })?;
        match rows.next()? {
            Some(row) => self.read_carried(row).map(Some),
            None => Ok(None),
        }
    }

    fn read_carried(&self, row: &Row<'_>) -> Result<Carried, StoreError> {
        let state: String = row.get(4)?;
        let id = BundleId(row.get(0)?);
        let worker: Option<Vec<u8>> = row.get(2)?;
        let worker = worker.map(|worker| WorkerId::from_slice(&worker));
        let sender: Vec<u8> = row.get(1)?;
        Ok(Carried {
            id,
            sender: DeviceId::from_slice(&sender).map_err(|_| StoreError::Unreadable)?,
            worker: worker.transpose().map_err(|_| StoreError::Unreadable)?,
            pieces: row.get(3)?,
            held: self.held_pieces(id)?,
            state: CarriedState::ALL
                .into_iter()
                .find(|known| known.as_str() == state)
                .ok_or(StoreError::Unreadable)?,
            message: row.get(5)?,
            vouched: row.get(6)?,
            receipt: row.get(7)?,
        })
    }

    fn held_pieces(&self, id: BundleId) -> Result<Vec<u16>, StoreError> {
        let mut statement =
            self.statement("SELECT number FROM carried_pieces WHERE id = :id ORDER BY number")?;
        let rows = statement.query_map(named_params! { ":id": id.0 }, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A piece as it came.
    pub fn carried_piece(&self, id: BundleId, number: u16) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self
            .statement("SELECT body FROM carried_pieces WHERE id = :id AND number = :number")?
            .query_row(named_params! { ":id": id.0, ":number": number }, |row| {
                row.get(0)
            })
            .optional()?;
        Ok(found)
    }

    /// Writes down what the county said of a file. One that it has taken is kept a while, for
    /// a server that is set back.
    pub fn set_carried(
        &self,
        id: BundleId,
        state: CarriedState,
        message: Option<&str>,
        receipt: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        self.statement(
            "UPDATE carried SET state = :state, message = :message,
               receipt = coalesce(:receipt, receipt) WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": id.0, ":state": state.as_str(), ":message": message, ":receipt": receipt,
        })?;
        if state == CarriedState::HandedIn {
            self.statement("UPDATE carried SET taken_at = coalesce(taken_at, :at) WHERE id = :id")?
                .execute(named_params! { ":id": id.0, ":at": self.server_millis()? })?;
        }
        Ok(())
    }

    /// A server of another history may have lost what it had taken: what is still here of that is
    /// brought again.
    pub(super) fn carry_again(&self) -> Result<(), StoreError> {
        self.statement(
            "UPDATE carried SET state = 'carried', taken_at = NULL WHERE state = 'handed_in'
             AND EXISTS (SELECT 1 FROM carried_pieces AS piece WHERE piece.id = carried.id)",
        )?
        .execute([])?;
        Ok(())
    }

    /// Throws the pieces away of what the county took thirty days ago.
    pub fn sweep_carried(&self) -> Result<(), StoreError> {
        let Some(now) = self.server_millis()? else {
            return Ok(());
        };
        self.statement(
            "DELETE FROM carried_pieces WHERE id IN (SELECT id FROM carried
             WHERE state = 'handed_in' AND coalesce(taken_at, 0) < :before)",
        )?
        .execute(named_params! { ":before": now - KEPT_MILLIS })?;
        Ok(())
    }

    /// This phone's worker vouches for a file; it counts of who supervises its author's area.
    pub fn vouch(&self, id: BundleId) -> Result<(), StoreError> {
        self.statement("UPDATE carried SET vouched = 1 WHERE id = :id")?
            .execute(named_params! { ":id": id.0 })?;
        Ok(())
    }
}
