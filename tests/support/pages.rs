//! What stands in a phone's database, byte by byte: every page of the file and of the journal, free
//! ones too, opened with the phone's key.

use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt, KeyInit};
use std::path::Path;
use tanfang_core::vault::Secret;

/// SQLCipher's page; of its end 16 bytes are the vector of the chain and 32 what authenticates it.
const PAGE: usize = 4_096;
const VECTOR: usize = 16;
const AUTHENTICATES: usize = 32;
/// The first page begins with the salt, in the clear.
const SALT: usize = 16;
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// Every page of a database and of its journal, one after the other.
///
/// # Errors
/// Those of reading the files; a journal need not be there.
pub fn every_page(folder: &Path, key: &Secret) -> std::io::Result<Vec<u8>> {
    let file = std::fs::read(folder.join("tanfang.db"))?;
    let journal = std::fs::read(folder.join("tanfang.db-wal")).unwrap_or_default();
    let mut all = Vec::with_capacity(file.len() + journal.len());
    for (at, page) in file.chunks_exact(PAGE).enumerate() {
        open(page, at == 0, key, &mut all);
    }
    let frames = journal.get(WAL_HEADER..).unwrap_or_default();
    for frame in frames.chunks_exact(FRAME_HEADER + PAGE) {
        let (header, page) = frame.split_at(FRAME_HEADER);
        open(page, header.starts_with(&[0, 0, 0, 1]), key, &mut all);
    }
    Ok(all)
}

/// AES-256 in CBC, as SQLCipher has it.
fn open(page: &[u8], first: bool, key: &Secret, all: &mut Vec<u8>) {
    let cipher = Aes256::new(key.expose().into());
    let content = if first { SALT } else { 0 }..PAGE - VECTOR - AUTHENTICATES;
    let vector = &page[content.end..content.end + VECTOR];
    let mut before = <[u8; VECTOR]>::try_from(vector).expect("a vector");
    for sealed in page[content].chunks_exact(VECTOR) {
        let sealed = <[u8; VECTOR]>::try_from(sealed).expect("a block");
        let mut block = sealed.into();
        cipher.decrypt_block(&mut block);
        all.extend(block.iter().zip(&before).map(|(a, b)| a ^ b));
        before = sealed;
    }
}

/// Whether these bytes stand anywhere.
pub fn holds(all: &[u8], sought: &[u8]) -> bool {
    all.windows(sought.len()).any(|window| window == sought)
}
