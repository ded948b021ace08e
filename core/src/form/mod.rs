//! XLSForm: compile, fill in, check.
//!
//! A [`Form`] is read from its published JSON ([`Form::from_json`]) or, with feature `author`,
//! compiled from XLSForm written as Markdown tables (`Form::compile`). [`check`] asks a whole set
//! of answers once; a [`Session`] keeps them while a person fills in, and works out again only
//! what depends on an answer. What the tables may say is in `docs/form-format.md`.

mod answer;
mod builtin;
mod burdens;
mod by_path;
mod check;
mod codes;
mod context;
mod defaults;
mod definition;
#[cfg(feature = "author")]
mod diff;
mod drawn;
mod engine;
mod field;
#[cfg(feature = "author")]
mod format;
mod graph;
mod hints;
mod items;
mod linked;
mod listed;
mod offered;
#[cfg(feature = "author")]
mod page;
mod problem;
mod read;
mod session;
mod told;
mod view;
mod words;
mod written;
#[cfg(feature = "author")]
mod xform;
#[cfg(feature = "author")]
mod xlsform;

pub use answer::{MAX_CODES, MAX_TEXT};
pub use builtin::{BUILT_IN, BuiltIn};
pub use burdens::FormBurden;
pub use by_path::Leaf;
pub use check::{Checked, check, check_edit, check_only, check_types_only};
pub use context::Context;
pub use definition::{Choice, Definition, FORMAT, Labels, Merge, NodeDef, NodeKind, Table};
#[cfg(feature = "author")]
pub use diff::{Alteration, Difference, diff};
pub use drawn::{Drawn, IN_PLACE, Page, Shape};
pub use field::FormField;
pub use linked::{LinkFault, MAX_NESTING, MAX_NODES};
#[cfg(feature = "author")]
pub use page::page;
pub use problem::{Problem, ProblemCode, Severity};
pub use read::{GONE, MAX_ROWS, ROW};
pub use session::{Change, Offered, Session, SessionError};
pub use told::Told;
#[cfg(feature = "author")]
pub use xlsform::{Compiled, MAX_SOURCE_BYTES, Source, SourceProblem, TableRow, read_table};

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::model::Kind;
use codes::Codes;
use linked::{Links, pick};

/// The largest compiled form that is read, in bytes: a list of 100,000 areas has about 8 MiB.
pub const MAX_FORM_BYTES: usize = 16 * 1024 * 1024;

/// A form ready to ask.
#[derive(Debug, Clone)]
pub struct Form {
    definition: Definition,
    links: Links,
    fields: Vec<FormField>,
    index: HashMap<(Option<String>, String), usize>,
    hash: String,
}

/// Why a compiled form cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormError {
    /// Larger than [`MAX_FORM_BYTES`].
    #[error("the form has {bytes} bytes, more than {MAX_FORM_BYTES}; publish a smaller one")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Written by a newer version.
    #[error("the form has format {found}, this app reads up to {FORMAT}; update the app")]
    NewerFormat {
        /// The format it names.
        found: u32,
    },
    /// Not a compiled form.
    #[error("not a compiled form: line {line}, column {column}; fetch it again")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Its rules do not hold together.
    #[error("the form \"{id}\" cannot be used: {}", first(.faults))]
    Faults {
        /// The form.
        id: String,
        /// Everything that is wrong.
        faults: Vec<LinkFault>,
    },
}

fn first(faults: &[LinkFault]) -> String {
    faults
        .first()
        .map(|f| {
            format!(
                "{} ({}): {}",
                f.node.map_or(0, |n| n + 1),
                f.part,
                f.message
            )
        })
        .unwrap_or_default()
}

impl Form {
    /// Reads a compiled form.
    ///
    /// # Errors
    /// [`FormError`]; nothing about a file from outside panics.
    pub fn from_json(bytes: &[u8]) -> Result<Form, FormError> {
        #[derive(serde::Deserialize)]
        struct Head {
            format: u32,
        }
        if bytes.len() > MAX_FORM_BYTES {
            return Err(FormError::TooLarge { bytes: bytes.len() });
        }
        let json = |e: serde_json::Error| FormError::Json {
            line: e.line(),
            column: e.column(),
        };
        let head: Head = serde_json::from_slice(bytes).map_err(json)?;
        if head.format > FORMAT {
            return Err(FormError::NewerFormat { found: head.format });
        }
        let definition: Definition = serde_json::from_slice(bytes).map_err(json)?;
        let id: String = definition.id.chars().take(80).collect();
        Form::of(definition).map_err(|faults| FormError::Faults { id, faults })
    }

    /// Links a definition.
    ///
    /// # Errors
    /// Every fault with its node.
    pub fn of(definition: Definition) -> Result<Form, Vec<LinkFault>> {
        let links = linked::link(&definition)?;
        let fields = field::fields(&definition, &links);
        let index = fields
            .iter()
            .enumerate()
            .map(|(i, field)| ((field.repeat.clone(), field.name.clone()), i))
            .collect();
        let hash = hex::encode(Sha256::digest(canonical(&definition)));
        Ok(Form {
            definition,
            links,
            fields,
            index,
            hash,
        })
    }

    /// The compiled form as published; the hash covers exactly these bytes.
    pub fn to_json(&self) -> Vec<u8> {
        canonical(&self.definition)
    }

    /// SHA-256 of [`Form::to_json`], in hex.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// XLSForm's `form_id`.
    pub fn id(&self) -> &str {
        &self.definition.id
    }

    /// XLSForm's `version`.
    pub fn version(&self) -> &str {
        &self.definition.version
    }

    /// The title in a language, else in the form's own.
    pub fn title(&self, lang: &str) -> &str {
        pick(
            &self.definition.titles,
            lang,
            &self.definition.default_language,
        )
        .unwrap_or(&self.definition.id)
    }

    /// The kind of the record that the form is about.
    pub fn kind(&self) -> &Kind {
        &self.definition.kind
    }

    /// The form's languages, in its order.
    pub fn languages(&self) -> &[String] {
        &self.definition.languages
    }

    /// The definition as compiled.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Questions, groups, repeats and notes in the form's order.
    pub fn nodes(&self) -> &[FormField] {
        &self.fields
    }

    /// What holds an answer.
    pub fn leaves(&self) -> impl Iterator<Item = &FormField> {
        self.fields.iter().filter(|field| field.kind.is_leaf())
    }

    /// A node by its name, in a repeat by the repeat's name and its own.
    pub fn field(&self, repeat: Option<&str>, name: &str) -> Option<&FormField> {
        let place = self
            .index
            .get(&(repeat.map(str::to_owned), name.to_owned()))?;
        self.fields.get(*place)
    }

    /// The place in [`Form::nodes`] of what [`Form::field`] finds.
    pub fn field_index(&self, repeat: Option<&str>, name: &str) -> Option<usize> {
        self.index
            .get(&(repeat.map(str::to_owned), name.to_owned()))
            .copied()
    }

    /// True where a rule draws by chance, so that whoever asks the form needs a seed.
    pub fn draws(&self) -> bool {
        self.links.nodes.iter().any(|node| node.rules.draws())
    }

    /// The codes of a list.
    pub fn list(&self, name: &str) -> &[Choice] {
        self.definition.lists.get(name).map_or(&[], Vec::as_slice)
    }

    /// The kinds of record that the form writes, its own first.
    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds = vec![self.definition.kind.clone()];
        for leaf in self.leaves() {
            if !kinds.contains(&leaf.of) {
                kinds.push(leaf.of.clone());
            }
        }
        kinds
    }

    fn def(&self, node: usize) -> &NodeDef {
        &self.definition.nodes[node - 1]
    }

    fn is(&self, node: usize, kind: NodeKind) -> bool {
        node != 0 && self.def(node).kind == kind
    }

    fn is_calculated(&self, node: usize) -> bool {
        node != 0 && self.fields[node - 1].calculated
    }

    fn codes(&self, node: usize) -> Codes<'_> {
        match node {
            0 => Codes::default(),
            _ => Codes::of(&self.definition, &self.links, self.def(node)),
        }
    }

    fn child(&self, parent: usize, name: &str) -> Option<usize> {
        self.links.child(&self.definition, parent, name)
    }

    fn leaves_of(&self, scope: usize) -> impl Iterator<Item = usize> + '_ {
        (1..self.links.nodes.len())
            .filter(move |ix| self.links.nodes[*ix].scope == scope && self.def(*ix).kind.is_leaf())
    }
}

fn canonical(definition: &Definition) -> Vec<u8> {
    // A definition is maps with text keys and plain values: serde_json writes it always.
    serde_json::to_vec(definition).unwrap_or_default()
}
