//! Published documents.

use rusqlite::{OptionalExtension, named_params};
use tanfang_core::model::DocumentKind;

use super::SqliteTx;
use super::columns::{Count, Word};
use crate::store::{DocumentRow, ManifestRow, Published, Stored};

impl Published for SqliteTx<'_> {
    fn manifest(&mut self) -> Stored<Option<ManifestRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT number, body, signature FROM manifests ORDER BY number DESC LIMIT 1",
        )?;
        let row = ask.query_row([], |row| {
            Ok(ManifestRow {
                number: row.get::<_, Count>("number")?.0,
                body: row.get("body")?,
                signature: row.get("signature")?,
            })
        });
        Ok(row.optional()?)
    }

    fn add_manifest(&mut self, row: &ManifestRow) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO manifests (number, body, signature) VALUES (:number, :body, :signature)",
            )?
            .execute(named_params! {
                ":number": Count(row.number), ":body": row.body, ":signature": row.signature,
            })?;
        Ok(())
    }

    fn document(&mut self, hash: &str) -> Stored<Option<DocumentRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT hash, kind, id, version, body, source FROM documents WHERE hash = :hash",
        )?;
        let row = ask.query_row(named_params! {":hash": hash}, |row| {
            Ok(DocumentRow {
                hash: row.get("hash")?,
                kind: row.get::<_, Word<DocumentKind>>("kind")?.0,
                id: row.get("id")?,
                version: row.get("version")?,
                body: row.get("body")?,
                source: row.get("source")?,
            })
        });
        Ok(row.optional()?)
    }

    fn add_document(&mut self, row: &DocumentRow) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO documents (hash, kind, id, version, body, source)
                 VALUES (:hash, :kind, :id, :version, :body, :source)
                 ON CONFLICT (hash) DO NOTHING",
            )?
            .execute(named_params! {
                ":hash": row.hash, ":kind": Word(row.kind), ":id": row.id,
                ":version": row.version, ":body": row.body, ":source": row.source,
            })?;
        Ok(())
    }
}
