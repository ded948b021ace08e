//! Published documents.

use tokio_postgres::Row;

use super::PostgresTx;
use super::cell::{Columns, cells_of, word};
use super::sealed::Column;
use crate::store::{DocumentRow, ManifestRow, Published, Stored};

impl Published for PostgresTx<'_> {
    fn manifest(&mut self) -> Stored<Option<ManifestRow>> {
        let row = self.ask_one(
            "SELECT number, body, signature FROM manifests ORDER BY number DESC LIMIT 1",
            cells_of![],
        )?;
        let manifest = |row: Row| {
            Ok(ManifestRow {
                number: row.count("number")?,
                body: row.plain("body")?,
                signature: row.plain("signature")?,
            })
        };
        row.map(manifest).transpose()
    }

    fn add_manifest(&mut self, row: &ManifestRow) -> Stored<()> {
        self.tell(
            "INSERT INTO manifests (number, body, signature) VALUES ($1, $2, $3)",
            cells_of![row.number, row.body.as_str(), row.signature.as_str()],
        )?;
        Ok(())
    }

    fn document(&mut self, hash: &str) -> Stored<Option<DocumentRow>> {
        let row = self.ask_one(
            "SELECT kind, id, version, body, source FROM documents WHERE hash = $1",
            cells_of![hash],
        )?;
        let (place, sealer) = (hash.as_bytes(), self.sealer);
        let document = |row: Row| {
            let source = row.plain("source")?;
            Ok(DocumentRow {
                hash: hash.to_owned(),
                kind: row.word("kind")?,
                id: row.plain("id")?,
                version: row.plain("version")?,
                body: sealer.open_text(Column::DocumentBody, place, row.plain("body")?)?,
                source: sealer.open_maybe_text(Column::DocumentSource, place, source)?,
            })
        };
        row.map(document).transpose()
    }

    fn add_document(&mut self, row: &DocumentRow) -> Stored<()> {
        let (place, sealer) = (row.hash.as_bytes(), self.sealer);
        let body = sealer.seal(Column::DocumentBody, place, row.body.as_bytes())?;
        let source = sealer.maybe(Column::DocumentSource, place, row.source.as_ref())?;
        self.tell(
            "INSERT INTO documents (hash, kind, id, version, body, source)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO NOTHING",
            cells_of![
                row.hash.as_str(),
                word(row.kind),
                row.id.as_str(),
                row.version.as_str(),
                body,
                source,
            ],
        )?;
        Ok(())
    }
}
