//! Publishing: documents are immutable, listed in one signed manifest.

use std::collections::BTreeMap;

use tanfang_core::form::{Form, FormField, NodeKind};
use tanfang_core::model::{Compartment, DocumentKind, DocumentRef, Kind, Manifest, content_hash};
use tanfang_core::wire::WireRefusal;

use super::known::PublishedForm;
use super::signed_in::device_of;
use super::turn::Turn;
use super::{Halt, House, is_demo};
use crate::store::{DocumentRow, ManifestRow, ServerStore, StoreError, Stored, WaitsFor};

/// Why a document is not published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// Fields that are known as something else, all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    AnotherMeaning(Vec<Contradiction>),
    /// A form of this id is about another kind of record: whose drafts and records would be lost to it.
    #[error(
        "表单 {id} 是关于 {known} 的，这一张是关于 {said} 的：请另起 form_id / the form {id} is about a {known}, and this one about a {said}: give it another form_id"
    )]
    AnotherKind {
        /// The form's id.
        id: String,
        /// What the published one is about.
        known: Kind,
        /// What this one is about.
        said: Kind,
    },
    /// The same id and version with another content.
    #[error("version {version} of {id} is published with another content: number it anew")]
    VersionTaken {
        /// The document's id.
        id: String,
        /// Its version.
        version: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A field that is known as something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{kind}.{field} is known as {known} by the form {by}, and this form says {said}: give the question another name"
)]
pub struct Contradiction {
    /// The kind of record.
    pub kind: Kind,
    /// The field.
    pub field: String,
    /// What it is known as.
    pub known: String,
    /// Which published form says so.
    pub by: String,
    /// What the new form says.
    pub said: String,
}

impl Turn<'_> {
    /// Publishes a document and makes it the one that new records use. Publishing it again alters
    /// nothing. Answers whether anything altered.
    pub fn publish(&mut self, document: DocumentRow) -> Result<bool, PublishError> {
        self.publish_and(document, false)
    }

    /// The same, its older versions staying active: of a pack, since they judge the periods that
    /// began under them.
    pub fn publish_beside(&mut self, document: DocumentRow) -> Result<bool, PublishError> {
        self.publish_and(document, true)
    }

    fn publish_and(&mut self, document: DocumentRow, beside: bool) -> Result<bool, PublishError> {
        let mut manifest = (*self.manifest()?).clone();
        let same = |listed: &&DocumentRef| {
            listed.kind == document.kind
                && listed.id == document.id
                && listed.version == document.version
        };
        if let Some(listed) = manifest.documents.iter().find(same) {
            if listed.hash == document.hash {
                return Ok(false);
            }
            return Err(PublishError::VersionTaken {
                id: document.id,
                version: document.version,
            });
        }
        for listed in &mut manifest.documents {
            if !beside && listed.kind == document.kind && listed.id == document.id {
                listed.active = false;
            }
        }
        manifest.documents.push(DocumentRef {
            kind: document.kind,
            id: document.id.clone(),
            version: document.version.clone(),
            hash: document.hash.clone(),
            length: document.body.len() as u64,
            active: true,
        });
        self.tx.add_document(&document)?;
        self.audit(
            "publish",
            &format!("{} {} {}", document.id, document.version, document.hash),
        )?;
        self.sign_manifest(manifest)?;
        self.judge_again(WaitsFor::TheOffice)?;
        Ok(true)
    }

    /// Publishes a form, unless it gives a known field another meaning, or is about another kind of
    /// record than the published one of its id.
    pub fn publish_form(&mut self, form: &Form, source: &str) -> Result<bool, PublishError> {
        self.one_kind(form)?;
        self.one_meaning(form)?;
        let body = String::from_utf8(form.to_json()).map_err(|_| StoreError::Fault { code: -7 })?;
        self.publish(DocumentRow {
            hash: content_hash(body.as_bytes()),
            kind: DocumentKind::Form,
            id: form.id().to_owned(),
            version: form.version().to_owned(),
            body,
            source: Some(source.to_owned()),
        })
    }

    /// Publishes a document that the server numbers itself: areas, a calendar.
    pub fn publish_numbered(
        &mut self,
        kind: DocumentKind,
        id: &str,
        body: String,
    ) -> Result<bool, PublishError> {
        let hash = content_hash(body.as_bytes());
        let manifest = self.manifest()?;
        let versions = manifest
            .documents
            .iter()
            .filter(|d| d.kind == kind && d.id == id);
        if versions
            .clone()
            .any(|listed| listed.active && listed.hash == hash)
        {
            return Ok(false);
        }
        let version = (versions.count() + 1).to_string();
        self.publish(DocumentRow {
            hash,
            kind,
            id: id.to_owned(),
            version,
            body,
            source: None,
        })
    }

    /// Every published form, compiled.
    pub fn forms(&mut self) -> Stored<Vec<(DocumentRef, std::sync::Arc<PublishedForm>)>> {
        let manifest = self.manifest()?;
        let mut forms = Vec::new();
        for listed in manifest
            .documents
            .iter()
            .filter(|listed| listed.kind == DocumentKind::Form)
        {
            let form = self.form_by_hash(&listed.hash)?;
            forms.push((
                listed.clone(),
                form.ok_or(StoreError::Damaged {
                    what: "a published form",
                })?,
            ));
        }
        Ok(forms)
    }

    fn one_kind(&mut self, new: &Form) -> Result<(), PublishError> {
        let published = self.newest_form(new.id())?;
        let another = published.filter(|known| known.form().kind() != new.kind());
        match another {
            None => Ok(()),
            Some(known) => Err(PublishError::AnotherKind {
                id: new.id().to_owned(),
                known: known.form().kind().clone(),
                said: new.kind().clone(),
            }),
        }
    }

    fn one_meaning(&mut self, new: &Form) -> Result<(), PublishError> {
        let mut known: BTreeMap<(Kind, String), (Meaning, String)> = BTreeMap::new();
        for (_, form) in self.forms()? {
            for (key, meaning) in meanings(form.form()) {
                known.insert(key, (meaning, form.form().id().to_owned()));
            }
        }
        let mut contradictions = Vec::new();
        for ((kind, field), said) in meanings(new) {
            if let Some((meaning, by)) = known.get(&(kind.clone(), field.clone()))
                && !meaning.agrees(&said)
            {
                contradictions.push(Contradiction {
                    kind,
                    field,
                    known: meaning.to_string(),
                    by: by.clone(),
                    said: said.to_string(),
                });
            }
        }
        match contradictions.is_empty() {
            true => Ok(()),
            false => Err(PublishError::AnotherMeaning(contradictions)),
        }
    }

    fn sign_manifest(&mut self, mut manifest: Manifest) -> Stored<()> {
        manifest.number += 1;
        manifest.demo = is_demo(self.tx)?;
        let body = serde_json::to_string(&manifest).map_err(|_| StoreError::Fault { code: -8 })?;
        let signature = hex::encode(self.house.keys.signing().sign(body.as_bytes()));
        self.manifest_altered();
        self.tx.add_manifest(&ManifestRow {
            number: manifest.number,
            body,
            signature,
        })
    }
}

/// What a field is, whichever form wrote it.
struct Meaning {
    kind: NodeKind,
    list: Option<String>,
    compartment: Compartment,
}

impl Meaning {
    /// Whether the two are one field. What one form asks another may calculate: a calculation has
    /// the type of what it gives.
    fn agrees(&self, other: &Meaning) -> bool {
        let calculated = |kind| matches!(kind, NodeKind::Calculate | NodeKind::Hidden);
        let free = calculated(self.kind) || calculated(other.kind);
        let same = stored_as(self.kind) == stored_as(other.kind) && self.list == other.list;
        self.compartment == other.compartment && (free || same)
    }
}

/// Questions that are asked differently and kept alike.
fn stored_as(kind: NodeKind) -> NodeKind {
    match kind {
        NodeKind::Today => NodeKind::Date,
        NodeKind::Start | NodeKind::End => NodeKind::DateTime,
        NodeKind::Username | NodeKind::Deviceid => NodeKind::Text,
        other => other,
    }
}

impl std::fmt::Display for Meaning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.kind)?;
        if let Some(list) = &self.list {
            write!(f, " of the list {list}")?;
        }
        write!(f, " in {}", self.compartment.as_str())
    }
}

fn meanings(form: &Form) -> Vec<((Kind, String), Meaning)> {
    let meaning = |leaf: &FormField| Meaning {
        kind: leaf.kind,
        list: leaf.list.clone(),
        compartment: leaf.compartment,
    };
    let name = |leaf: &FormField| match &leaf.repeat {
        Some(repeat) => format!("{repeat}.{}", leaf.name),
        None => leaf.name.clone(),
    };
    form.leaves()
        .map(|leaf| ((leaf.of.clone(), name(leaf)), meaning(leaf)))
        .collect()
}

impl House {
    pub(super) fn document(
        &mut self,
        store: &mut dyn ServerStore,
        token: &str,
        hash: &str,
    ) -> Result<String, Halt> {
        let token = self.keys.token_hash(token);
        store.read(|tx| {
            device_of(tx, &token)?;
            let row = tx.document(hash)?;
            let gone = WireRefusal::Malformed {
                message: "no such document".to_owned(),
            };
            Ok(row.ok_or(gone)?.body)
        })
    }
}
