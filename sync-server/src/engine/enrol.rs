//! Enrolment: a code typed once makes a phone a worker's.

use tanfang_core::model::{DeviceSeq, Rng, WallTime, WorkerId};
use tanfang_core::planted::{self, Bug};
use tanfang_core::vault::is_device_key;
use tanfang_core::wire::{EnrolReply, EnrolRequest, Former, VERSION, WireRefusal};

use super::turn::Turn;
use super::{Halt, House, epoch};
use crate::store::{
    CodeRow, DeviceKind, DeviceRow, NewDevice, ServerStore, StoreError, Stored, WaitsFor,
};

/// How long a code may be used, in days.
pub const CODE_DAYS: i64 = 30;

/// Neither 0 nor O, neither 1 nor I: 32 letters, five bits each. Sixteen of them are 80 bits: of
/// them nobody guesses one by asking, so that wrong codes need not be slowed, and nobody can lock
/// others out by sending wrong ones.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_LETTERS: usize = 16;
const CODE_GROUP: usize = 4;
/// Of so many earlier ids of a phone it is told how far each was heard.
const EARLIER_LIMIT: usize = 64;
const ALGORITHM: &str = "ES256";

/// A code as it is compared: capitals without blanks and dashes, full-width letters made plain.
/// What is no letter of a code stays, so that a mistyped code finds nothing.
pub fn code_as_typed(text: &str) -> String {
    text.chars()
        .take(64)
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2013}' | '\u{2014}' | '_' | '.'))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

fn new_code(rng: &dyn Rng) -> String {
    let mut bytes = [0u8; CODE_LETTERS];
    rng.fill(&mut bytes);
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(*byte % 32)]);
    let groups = bytes.chunks(CODE_GROUP);
    let groups: Vec<String> = groups
        .map(|group| group.iter().map(letter).collect())
        .collect();
    groups.join("-")
}

impl Turn<'_> {
    /// A new code for a phone of this worker, valid [`CODE_DAYS`] days and once.
    pub fn give_code(&mut self, worker: WorkerId) -> Stored<String> {
        let code = new_code(self.rng);
        let hash = self.house.keys.token_hash(&code_as_typed(&code));
        let ends_at = self.now.millis.saturating_add(CODE_DAYS * 86_400_000);
        self.tx.add_code(&CodeRow {
            hash,
            worker,
            made_at: self.now.millis,
            ends_at,
            used_at: None,
        })?;
        Ok(code)
    }

    /// Revokes every phone of a worker, and the codes not yet used.
    pub fn revoke(&mut self, worker: WorkerId) -> Stored<u64> {
        let revoked = self.tx.revoke(worker, self.now.millis)?;
        self.tx.end_codes(worker, self.now.millis)?;
        self.note_last_sync(worker)?;
        self.audit("revoke", &worker.to_string())?;
        self.judge_again(WaitsFor::Anything)?;
        Ok(revoked)
    }

    fn enrol(&mut self, request: &EnrolRequest) -> Result<EnrolReply, Halt> {
        let salt_key = <[u8; 32]>::try_from(request.salt_key.as_slice());
        let (Ok(salt_key), ALGORITHM, 1..=VERSION) =
            (salt_key, request.algorithm.as_str(), request.version)
        else {
            let message =
                "this server enrols with ES256 and a salt of 32 bytes, versions 1 and 2".to_owned();
            return Err(WireRefusal::Malformed { message }.into());
        };
        if !is_device_key(&request.public_key) {
            let message =
                "the phone's public key is none of P-256: the code is not spent, try again"
                    .to_owned();
            return Err(WireRefusal::Malformed { message }.into());
        }
        let hash = self.house.keys.token_hash(&code_as_typed(&request.code));
        let code = self.tx.code(&hash)?.ok_or(WireRefusal::CodeUnknown)?;
        let known = self.tx.device_by_id(request.device)?;
        let again = known.as_ref().is_some_and(|known| {
            known.worker == code.worker && is_the_same(known, request, &salt_key)
        });
        if code.used_at.is_some() && !again {
            return Err(WireRefusal::CodeUsed.into());
        }
        if code.ends_at <= self.now.millis {
            return Err(WireRefusal::CodeUnknown.into());
        }
        let worker = self
            .record(code.worker.record())?
            .ok_or(WireRefusal::CodeUnknown)?;
        let token = self.new_token();
        let token_hash = self.house.keys.token_hash(&token);
        match known {
            Some(known) if again => self.tx.set_token(known.no, &token_hash)?,
            Some(_) => {
                let message = "this phone's id is known already: try again".to_owned();
                return Err(WireRefusal::Malformed { message }.into());
            }
            None => {
                if planted::is(Bug::OtherPhoneEnded) {
                    self.tx.revoke(code.worker, self.now.millis)?;
                }
                let no = self.tx.add_device(&NewDevice {
                    id: request.device,
                    kind: DeviceKind::Phone,
                    worker: code.worker,
                    algorithm: ALGORITHM.into(),
                    public_key: request.public_key.clone(),
                    salt_key,
                    token_hash: Some(token_hash),
                    enrolled_at: self.now.millis,
                    app: request.app.chars().take(64).collect(),
                })?;
                self.tx.succeed(no, self.now.millis)?;
            }
        }
        self.tx.use_code(&hash, self.now.millis)?;
        self.note_last_sync(code.worker)?;
        self.audit(
            "enrolled",
            &format!("{} of {}", request.device, code.worker),
        )?;
        let county = self.county_of(code.worker)?;
        let certificate = match &request.agreement_key {
            Some(key) => {
                let device = self.tx.device_by_id(request.device)?;
                let device = device.ok_or(StoreError::Damaged { what: "a device" })?;
                Some(self.certify(&device, key)?)
            }
            None => None,
        };
        let mut earlier_through = Vec::with_capacity(request.earlier.len().min(EARLIER_LIMIT));
        for earlier in request.earlier.iter().take(EARLIER_LIMIT) {
            earlier_through.push(self.heard_of(earlier, code.worker)?);
        }
        let former_through = match &request.former {
            Some(former) => Some(self.heard_of(former, code.worker)?),
            None => None,
        };
        Ok(EnrolReply {
            token,
            worker: code.worker,
            name: worker.text("name").unwrap_or_default().to_owned(),
            county,
            epoch: epoch(self.tx)?,
            server_key: self.house.keys.signing().public(),
            server_millis: self.now.millis,
            former_through,
            earlier_through,
            certificate,
        })
    }

    /// Through which number a worker's phone was heard; 0 where none of theirs is known by this id.
    /// Our own signature under more than that proves that we were restored from an older state.
    fn heard_of(&mut self, former: &Former, worker: WorkerId) -> Stored<DeviceSeq> {
        let known = self.tx.device_by_id(former.device)?;
        if known.as_ref().is_some_and(|known| known.worker != worker) {
            return Ok(0);
        }
        let through = known.map_or(0, |known| known.through);
        if let Some(shown) = &former.acknowledged {
            self.prove_rollback(former.device, through, shown)?;
        }
        Ok(through)
    }

    fn new_token(&self) -> String {
        let mut bytes = [0u8; 32];
        self.rng.fill(&mut bytes);
        hex::encode(bytes)
    }
}

/// Whether an enrolment is the one that made this phone, asked again because its answer was lost:
/// the same id, the same key, the same salt, which nobody else knows; and nothing was heard of it yet.
fn is_the_same(known: &DeviceRow, request: &EnrolRequest, salt_key: &[u8; 32]) -> bool {
    !known.revoked
        && known.through == 0
        && known.kind == DeviceKind::Phone
        && known.public_key == request.public_key
        && known.salt_key.as_slice() == salt_key
}

impl House {
    pub(super) fn enrol(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
        rng: &dyn Rng,
        request: &EnrolRequest,
    ) -> Result<EnrolReply, Halt> {
        store.write(|tx| {
            let mut turn = self.turn(tx, now, rng);
            let reply = turn.enrol(request)?;
            turn.finish()?;
            Ok(reply)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in [
            "ab3de-fgh45",
            "AB3DE FGH45",
            " ＡＢ３ＤＥ－ＦＧＨ４５ ",
            "ab3defgh45",
        ] {
            assert_eq!(code_as_typed(typed), "AB3DEFGH45");
        }
        assert_ne!(code_as_typed("AB3DE-FGH4O"), "AB3DEFGH40");
    }

    #[test]
    fn a_code_is_of_eighty_bits_and_has_no_letter_that_looks_like_another() {
        assert!(CODE_LETTERS as u32 * ALPHABET.len().ilog2() >= 80);
        struct Every(std::sync::atomic::AtomicU8);
        impl Rng for Every {
            fn fill(&self, bytes: &mut [u8]) {
                for byte in bytes {
                    *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            }
        }
        let rng = Every(0.into());
        for _ in 0..26 {
            let code = new_code(&rng);
            assert_eq!(code_as_typed(&code).len(), CODE_LETTERS, "{code}");
            assert!(!code.contains(['0', 'O', '1', 'I']), "{code}");
        }
    }
}
