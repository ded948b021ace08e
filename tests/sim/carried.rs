//! Sealed files: what a phone has unsent, made for the county, carried there by another phone in any
//! order and twice, and opened by nobody else.

use tanfang_core::model::DeviceId;
use tanfang_core::sealed::{HandIn, Kind, Piece, SealedError, open, pack, seal};
use tanfang_core::store::StoreError;
use tanfang_core::vault::{AgreementKey, KeyPurpose, KeyVault, Secret};
use tanfang_core::wire::{
    CarryReply, CarryRequest, CarryState, Push, VERSION, WireRefusal, push_message,
};
use tanfang_server::engine::{Request, Response};
use tanfang_server::keys::ServerKeys;

use crate::house::World;
use crate::model::{Broken, Outcome, broken};
use crate::phone::name;

const RULE: &str = "a sealed file is judged as a push";

/// A file that a phone sealed for the county.
#[derive(Debug, Clone)]
pub struct Sealed {
    device: DeviceId,
    pieces: Vec<Piece>,
    /// Whether the county ever said that it was taken.
    taken: bool,
}

impl World {
    /// A phone seals what it has unsent for the county.
    pub fn seal(&mut self, no: usize, pick: u32) -> Result<bool, Broken> {
        let salt = self.phones[no].vault.salt();
        let unsent = self.phones[no].read(|tx| {
            let (device, from) = (tx.enrolled()?.device, tx.through()? + 1);
            let chunk = tx.outbox_chunk(from, 1 << 20)?;
            let last = chunk.last().map_or(0, |last| last.envelope.head.seq);
            let chain = tx.chain_after::<StoreError>(last, || Ok(salt))?;
            Ok((device, from, chunk, last, chain))
        })?;
        let (device, from, chunk, last, chain) = unsent;
        if chunk.is_empty() {
            return Ok(false);
        }
        let message = push_message(device, last, &chain);
        let signature = self.phones[no].vault.sign(&message);
        let push = Push {
            from,
            signature: signature.unwrap_or_default(),
            saves: chunk,
        };
        let hand_in = HandIn {
            version: VERSION,
            device,
            push,
        };
        let wrong = |e: SealedError| e.to_string();
        let plain = pack(&hand_in).map_err(wrong);
        let plain = plain.or_else(|e| broken(RULE, e))?;
        let piece = if pick.is_multiple_of(2) { 400 } else { 1 << 20 };
        let county = self.countys_key()?;
        let chance = &self.phones[no].chance;
        let pieces = seal(Kind::County, device, &county, &plain, piece, chance).map_err(wrong);
        let pieces = pieces.or_else(|e| broken(RULE, e))?;
        self.nobody_else_opens(&pieces)?;
        self.sealed.push(Sealed {
            device,
            pieces,
            taken: false,
        });
        Ok(true)
    }

    fn countys_key(&self) -> Result<Vec<u8>, Broken> {
        let text = std::fs::read_to_string(self.home().join("server.key"));
        let text = text.or_else(|e| broken("the server starts", e.to_string()))?;
        let digits = text.trim();
        let byte = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
        let bytes = bytes.unwrap_or_default();
        match Secret::from_slice(&bytes) {
            Some(secret) => Ok(ServerKeys::from_secret(&secret)
                .agreement()
                .public()
                .to_vec()),
            None => broken("the server starts", "no key"),
        }
    }

    fn nobody_else_opens(&self, pieces: &[Piece]) -> Outcome {
        for phone in &self.phones {
            let secret = phone.vault.key(KeyPurpose::Agreement).ok().flatten();
            let key = secret.map(|secret| AgreementKey::from_secret(&secret));
            if key.is_some_and(|key| open(&key, pieces).is_ok()) {
                let what = format!("{} opens a file for the county", name(phone.no));
                return broken("nobody sees what is not theirs", what);
            }
        }
        Ok(())
    }

    /// A phone brings a file, or some of its pieces, which may have been brought before.
    pub fn carry(&mut self, no: usize, pick: u32) -> Result<Option<String>, Broken> {
        let at = pick as usize % self.sealed.len().max(1);
        let Some(file) = self.sealed.get(at).cloned() else {
            return Ok(None);
        };
        let enrolment = self.phones[no].read(|tx| tx.enrolled())?;
        let (carrier, token) = (enrolment.device, enrolment.token);
        // Most bring it whole; a card that broke has every other piece.
        let some = (pick / 7).is_multiple_of(4);
        let brought = file.pieces.iter().filter(|p| !some || p.number() % 2 == 0);
        let mut last = None;
        for piece in brought {
            self.pass(1_000);
            let request = CarryRequest {
                version: VERSION,
                bundle: piece.bundle().0.to_vec().into(),
                piece: Some(piece.bytes().into()),
                vouched: false,
            };
            let asked = Request::Carry {
                token: token.clone(),
                request: Box::new(request),
            };
            match self.server()?.handle(asked) {
                Response::Carried(_) if self.model.now.revoked.contains(&carrier) => {
                    return broken("a revoked phone is refused at once", "it carried a file");
                }
                Response::Carried(reply) => last = Some(*reply),
                Response::Refused(WireRefusal::Unavailable) => {
                    return broken("the server takes what a phone sends", "a sealed file");
                }
                Response::Refused(_) => {
                    return Ok(Some(format!("{} carries a file in vain.", name(no))));
                }
                other => return broken(RULE, format!("{other:?}")),
            }
        }
        let Some(reply) = last else {
            return Ok(None);
        };
        self.stands(at, &file, &reply)?;
        let state = &reply.state;
        Ok(Some(format!(
            "{} carries file {}: {state:?}.",
            name(no),
            at + 1
        )))
    }

    fn stands(&mut self, at: usize, file: &Sealed, reply: &CarryReply) -> Outcome {
        match &reply.state {
            CarryState::Taken => {
                if self.model.now.revoked.contains(&file.device) && !file.taken {
                    let what = "its file was taken and nobody vouched for it";
                    return broken("what a revoked phone hands in waits for a person", what);
                }
                if !reply.refused.is_empty() {
                    let what = format!("a file's saves {:?}", reply.refused);
                    return broken("a save within its author's rights is accepted", what);
                }
                self.sealed[at].taken = true;
                Ok(())
            }
            CarryState::Refused { message } => {
                // A phone that enrolled after the copy enrols again, and brings it itself.
                let known = self.look(|turn| turn.tx().device_by_id(file.device))?;
                match self.was_set_back && known.is_none() {
                    true => Ok(()),
                    false => broken(RULE, message.clone()),
                }
            }
            _ => Ok(()),
        }
    }
}
