//! Rows to put.

use tanfang_core::model::{DeviceId, RecordId, WorkerId};

use crate::store::*;

pub(super) fn record(byte: u8) -> RecordId {
    RecordId::from_slice(&[byte; 16]).unwrap()
}

pub(super) fn worker(byte: u8) -> WorkerId {
    WorkerId::from_slice(&[byte; 16]).unwrap()
}

pub(super) fn device_id(byte: u8) -> DeviceId {
    DeviceId::from_slice(&[byte; 16]).unwrap()
}

pub(super) fn phone(byte: u8, of: u8, at: i64) -> NewDevice {
    NewDevice {
        id: device_id(byte),
        kind: DeviceKind::Phone,
        worker: worker(of),
        algorithm: "ES256".to_owned(),
        public_key: vec![of; 33],
        salt_key: [byte; 32],
        token_hash: Some([byte; 32]),
        enrolled_at: at,
        app: "test\u{0}".to_owned(),
    }
}

pub(super) fn save(seq: u64, state: SaveState) -> StoredSave {
    StoredSave {
        seq,
        state,
        received_at: 1_000 + seq as i64,
        chain: [seq as u8; 32],
        envelope: format!("envelope {seq}").into_bytes(),
        refusal: (state == SaveState::Refused).then(|| b"why".to_vec()),
    }
}

/// A phone, a key, and so many accepted saves of one part each.
pub(super) fn lived_in(tx: &mut dyn Tx, saves: u64) -> Stored<(DeviceNo, Vec<(SaveNo, PartNo)>)> {
    let device = tx.add_device(&phone(1, 1, 5))?;
    let key = tx.add_part_key(record(1), b"wrapped")?;
    let mut made = Vec::new();
    for seq in 1..=saves {
        let no = tx.append_save(device, &save(seq, SaveState::Accepted))?;
        let part = SealedPart {
            key,
            sealed: format!("part {seq}").into_bytes(),
        };
        made.push((no, tx.append_part(no, 0, &part)?));
    }
    Ok((device, made))
}

pub(super) fn settled(byte: u8, title: &str, fact: bool) -> RecordRow {
    let route = Route {
        kind: "person".to_owned(),
        begun: true,
        carriers: "530999201201".to_owned(),
        areas_ever: "530999201201".to_owned(),
        author: Some(worker(1)),
        household: Some(record(200)),
    };
    RecordRow {
        id: record(byte),
        route: std::sync::Arc::new(route),
        title: title.to_owned(),
        group: Some("elder".to_owned()),
        area: None,
        conflicts: 0,
        void: false,
        fact: fact.then(|| vec![byte; 3]),
        settled: vec![byte; 5],
    }
}
