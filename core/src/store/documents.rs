//! Published documents: a phone changes to a manifest only when it holds all of it.

use rusqlite::{OptionalExtension, named_params};

use super::meta::{ANY_MANIFEST, COMING, MANIFEST, OLDER};
use super::{StoreError, Tx};
use crate::model::{DocumentKind, DocumentRef, Manifest, SignedManifest};
use crate::wire::manifest_hash;

impl Tx<'_> {
    /// The manifest in force; an empty one before the first.
    pub fn manifest(&self) -> Result<Manifest, StoreError> {
        Ok(self.signed(MANIFEST)?.unwrap_or_default())
    }

    /// The number of the manifest that is held whole, or of one that is coming; 0 for none.
    pub fn manifest_number(&self) -> Result<u64, StoreError> {
        let coming = self.signed(COMING)?.map(|manifest| manifest.number);
        Ok(coming.unwrap_or(self.manifest()?.number))
    }

    /// The hash of the manifest whose number [`Tx::manifest_number`] tells; none for none.
    pub fn manifest_hash(&self) -> Result<Option<[u8; 32]>, StoreError> {
        let shown = match self.signed_body(COMING)? {
            Some(coming) => Some(coming),
            None => self.signed_body(MANIFEST)?,
        };
        Ok(shown.map(|body| manifest_hash(&body)))
    }

    fn signed(&self, name: &str) -> Result<Option<Manifest>, StoreError> {
        match self.signed_body(name)? {
            None => Ok(None),
            Some(body) => serde_json::from_str(&body)
                .map(Some)
                .map_err(|_| StoreError::Unreadable),
        }
    }

    fn signed_body(&self, name: &str) -> Result<Option<String>, StoreError> {
        let Some(bytes) = self.meta(name)? else {
            return Ok(None);
        };
        let signed: SignedManifest =
            rmp_serde::from_slice(&bytes).map_err(|_| StoreError::Unreadable)?;
        Ok(Some(signed.body))
    }

    /// Takes a manifest whose signature was verified. In one history lists only go on: an older one
    /// is left alone. Of the same number another one is taken: the server was set back, and nobody
    /// has said so. In another history whatever comes first is taken.
    pub fn hear_manifest(&self, signed: &SignedManifest, number: u64) -> Result<(), StoreError> {
        let held = self.manifest()?.number;
        let any = self.meta(ANY_MANIFEST)?.is_some();
        if number < held && !any {
            return self.leave_older_manifest(number);
        }
        if self.signed_body(MANIFEST)?.as_ref() == Some(&signed.body) {
            return self.forget_coming_manifest();
        }
        self.set_coming_manifest(signed)
    }

    /// The server has answered in the history in force: unless its list is still coming, from here on
    /// lists only go on.
    pub fn manifest_was_asked(&self) -> Result<(), StoreError> {
        match self.meta(COMING)? {
            Some(_) => Ok(()),
            None => self.forget_meta(ANY_MANIFEST),
        }
    }

    /// Keeps a manifest whose signature was verified, until all its documents are held.
    pub fn set_coming_manifest(&self, signed: &SignedManifest) -> Result<(), StoreError> {
        let bytes = rmp_serde::to_vec_named(signed).map_err(|_| StoreError::Unreadable)?;
        self.forget_meta(OLDER)?;
        self.set_meta(COMING, &bytes)
    }

    /// Leaves a manifest alone that is older than the one held: in one history lists only go on, so
    /// somebody shows an old one, or the server was set back and does not say so. One that was coming
    /// is let go: who shows an older one does not have its documents.
    pub fn leave_older_manifest(&self, number: u64) -> Result<(), StoreError> {
        self.forget_coming_manifest()?;
        self.set_number(OLDER, number as i64)
    }

    /// Lets go of a manifest that was coming and that the server has no more; the one in force stays.
    pub fn forget_coming_manifest(&self) -> Result<(), StoreError> {
        self.forget_meta(COMING)
    }

    /// The number of an older manifest that the server offered and that was left alone.
    pub fn older_manifest(&self) -> Result<Option<u64>, StoreError> {
        let known = self.meta(OLDER)?;
        known.map(|_| Ok(self.number(OLDER)? as u64)).transpose()
    }

    /// The documents of the coming manifest that are not held; empty where none is coming.
    pub fn missing_documents(&self) -> Result<Vec<DocumentRef>, StoreError> {
        let mut missing = Vec::new();
        for document in self.signed(COMING)?.unwrap_or_default().documents {
            let again = |known: &DocumentRef| known.hash == document.hash;
            if !self.holds_document(&document.hash)? && !missing.iter().any(again) {
                missing.push(document);
            }
        }
        Ok(missing)
    }

    fn holds_document(&self, hash: &str) -> Result<bool, StoreError> {
        Ok(self
            .statement("SELECT 1 FROM documents WHERE hash = :hash")?
            .exists(named_params! { ":hash": hash })?)
    }

    /// Keeps a document whose bytes have this hash.
    pub fn put_document(&self, hash: &str, body: &str) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO documents (hash, body, held_since) VALUES (:hash, :body, :since)
             ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! { ":hash": hash, ":body": body, ":since": self.server_millis()? })?;
        Ok(())
    }

    /// When a document came, by the server's time; none where this was not noted.
    pub fn held_since(&self, hash: &str) -> Result<Option<i64>, StoreError> {
        let mut known = self.statement("SELECT held_since FROM documents WHERE hash = :hash")?;
        let since = known.query_row(named_params! { ":hash": hash }, |row| row.get(0));
        Ok(since.optional()?.flatten())
    }

    /// Changes to the coming manifest if all of it is held; says whether it did.
    pub fn adopt_manifest(&self) -> Result<bool, StoreError> {
        let Some(bytes) = self.meta(COMING)? else {
            return Ok(false);
        };
        if !self.missing_documents()?.is_empty() {
            return Ok(false);
        }
        self.set_meta(MANIFEST, &bytes)?;
        self.forget_meta(COMING)?;
        self.forget_meta(ANY_MANIFEST)?;
        let named = self.manifest()?;
        let held: Vec<String> = {
            let mut statement = self.statement("SELECT hash FROM documents")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for hash in held {
            if !named.documents.iter().any(|document| document.hash == hash) {
                self.statement("DELETE FROM documents WHERE hash = :hash")?
                    .execute(named_params! { ":hash": hash })?;
            }
        }
        Ok(true)
    }

    /// A document's text by its hash.
    pub fn document(&self, hash: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .statement("SELECT body FROM documents WHERE hash = :hash")?
            .query_row(named_params! { ":hash": hash }, |row| row.get(0))
            .optional()?)
    }

    /// The documents of a kind that new records use, with their texts.
    pub fn active_documents(
        &self,
        kind: DocumentKind,
    ) -> Result<Vec<(DocumentRef, String)>, StoreError> {
        let mut found = Vec::new();
        for document in self.manifest()?.documents {
            if document.kind == kind
                && document.active
                && let Some(body) = self.document(&document.hash)?
            {
                found.push((document, body));
            }
        }
        Ok(found)
    }
}
