//! Handing in what this phone carries for others, and making its keys known.

use super::exchange::{carry, keys};
use super::{SyncError, Transport};
use crate::store::{Carried, CarriedState, Store, StoreError};
use crate::wire::{CarryReply, CarryRequest, CarryState, Certificate, CertifyRequest, VERSION};

/// Hands in every sealed file that is carried and was not taken yet, the oldest first, piece by piece:
/// a break costs one piece. Of a file whose other pieces somebody else carries it brings its own. A server that knows nothing of sealed files is left alone.
pub fn hand_in(store: &Store, link: &dyn Transport) -> Result<(), SyncError> {
    let mut failed = None;
    loop {
        let files = store.read::<_, StoreError>(|tx| tx.carried())?;
        let waiting = files
            .iter()
            .filter(|file| !matches!(file.state, CarriedState::HandedIn | CarriedState::Refused));
        // What one file meets never stops the others; only a link that is gone does.
        for file in waiting {
            match hand_in_one(store, link, file) {
                Ok(()) => {}
                Err(SyncError::Link(error)) => return Err(error.into()),
                Err(other) => failed = failed.or(Some(other)),
            }
        }
        let after = store.read::<_, StoreError>(|tx| tx.carried())?;
        let number = |files: &[Carried], state| files.iter().filter(|f| f.state == state).count();
        let taken = number(&after, CarriedState::HandedIn) > number(&files, CarriedState::HandedIn);
        // What came before the file that it follows has gone in with that one.
        if !taken || number(&after, CarriedState::Early) == 0 {
            return failed.map_or(Ok(()), Err);
        }
    }
}

fn hand_in_one(store: &Store, link: &dyn Transport, file: &Carried) -> Result<(), SyncError> {
    let token = store.read::<_, StoreError>(|tx| tx.enrolled())?.token;
    let ask = |piece: Option<Vec<u8>>| {
        let request = CarryRequest {
            version: VERSION,
            bundle: file.id.0.to_vec().into(),
            piece: piece.map(Into::into),
            vouched: file.vouched,
        };
        carry(link, &token, &request)
    };
    let Some(mut reply) = ask(None)? else {
        return Ok(());
    };
    // Each turn brings a piece that the server lacked; after as many as there are it lacks none.
    for _ in 0..file.pieces {
        let mut missing = reply.missing.iter().copied();
        let Some(next) = missing.find(|number| file.held.contains(number)) else {
            break;
        };
        let piece = store.read::<_, StoreError>(|tx| tx.carried_piece(file.id, next))?;
        let Some(piece) = piece else {
            break;
        };
        match ask(Some(piece))? {
            // It has no room for it now.
            Some(answer) if answer.missing.contains(&next) => return Ok(()),
            Some(answer) => reply = answer,
            None => return Ok(()),
        }
    }
    write_down(store, file, &reply)
}

fn write_down(store: &Store, file: &Carried, reply: &CarryReply) -> Result<(), SyncError> {
    let (state, message) = match &reply.state {
        CarryState::Arriving | CarryState::Other => return Ok(()),
        CarryState::Early => (CarriedState::Early, None),
        CarryState::Quarantined => (CarriedState::Quarantined, None),
        CarryState::Taken => (CarriedState::HandedIn, None),
        CarryState::Refused { message } => (CarriedState::Refused, Some(message.as_str())),
    };
    let receipt = reply.receipt.as_ref().map(|receipt| receipt.0.as_slice());
    store.write::<_, StoreError>(|tx| {
        tx.set_carried(file.id, state, message, receipt)?;
        match state {
            CarriedState::Refused => tx.forget_shared(file.sender, None),
            _ => tx.forget_shared(file.sender, Some(&reply.refused)),
        }
    })?;
    Ok(())
}

/// Tells the server this phone's public agreement key; what it says of the phone's keys. None where
/// the server knows nothing of such keys.
pub fn certify(
    link: &dyn Transport,
    token: &str,
    agreement_key: &[u8],
) -> Result<Option<Certificate>, SyncError> {
    let request = CertifyRequest {
        version: VERSION,
        agreement_key: agreement_key.to_vec().into(),
    };
    keys(link, token, &request)
}
