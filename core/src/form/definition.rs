//! The compiled form as it is published: JSON, versioned, flat.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Compartment, Kind};

/// The newest format of compiled forms that this build reads. It writes the oldest that can say
/// what the form says (`Definition::format_needed`), so that old apps read what they can.
pub const FORMAT: u32 = 3;

/// Texts by language code (`zh`, `en`).
pub type Labels = BTreeMap<String, String>;

/// A compiled form. Its canonical bytes are this, written by serde in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// 1; 2 where fields are settled together; 3 where readers of 1 and 2 would refuse the form as
    /// broken or misread it: filters, lists from files, media, parameters, the types since
    /// `range`, several triggers, more than 5,000 nodes or 4 MiB, and what their expression
    /// language did not have.
    pub format: u32,
    /// XLSForm's `form_id`.
    pub id: String,
    /// XLSForm's `version`.
    pub version: String,
    /// The kind of the record that the form is about.
    pub kind: Kind,
    /// Languages in the order of the columns.
    pub languages: Vec<String>,
    /// The language to fall back to.
    pub default_language: String,
    /// Titles by language.
    pub titles: Labels,
    /// Tables beside the form (`csv-external`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<String>,
    /// Code lists by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lists: BTreeMap<String, Vec<Choice>>,
    /// Code lists that came in files of their own, by the file's name without its ending; since
    /// format 3.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, Table>,
    /// What the screen and other programs are told of the form as a whole; since format 3.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// Questions, groups and repeats in the form's order, each after the one it stands in.
    pub nodes: Vec<NodeDef>,
}

/// A code and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The code.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// What the author's own columns say, for `choice_filter`; since format 3.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Names of files by kind (`image`, `audio`, `video`, `big-image`) and language; since format 3.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub media: BTreeMap<String, Labels>,
}

/// A code list of many rows: cells by column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The headers; a label in a language is `label::中文(zh)`.
    pub columns: Vec<String>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<String>>,
}

/// A question, group or repeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeDef {
    /// Its name, unique among the names of its scope (the form, or a row of a repeat).
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: NodeKind,
    /// The group or repeat it stands in, by place in `nodes`.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// Labels by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
    /// Hints by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hints: Labels,
    /// What is said to who asks for more, by language; since format 3.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub guidance: Labels,
    /// Names of files by kind (`image`, `audio`, `video`, `big-image`) and language; since format 3.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub media: BTreeMap<String, Labels>,
    /// The code list of a select.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Which rows of the list are offered; since format 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice_filter: Option<String>,
    /// XLSForm's `parameters`, by name; since format 3.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// The property of the record that ODK Entities know it by, where that is not its name; since
    /// format 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save_to: Option<String>,
    /// Which kind of record it belongs to; inherited ones are written out.
    pub of: Kind,
    /// Its compartment; inherited ones are written out.
    pub compartment: Compartment,
    /// How two answers given apart are brought together.
    #[serde(default, skip_serializing_if = "Merge::is_ask")]
    pub merge: Merge,
    /// The name of the fields that it is settled together with; since format 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<String>,
    /// `S` sensitive personal information, `P` personal, `-` none: for masking and export only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<String>,
    /// What a text names: a kind of record, `area`, `grid`, `org`, or how it is written
    /// (`resident_id`, `name`, `phone`).
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub refers: Option<String>,
    /// The source document of the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When an answer must be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<String>,
    /// What is said then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub required_message: Labels,
    /// When it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relevant: Option<String>,
    /// What must hold of a given answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// What is said where it does not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constraint_message: Labels,
    /// What fills it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calculation: Option<String>,
    /// The question whose change fills it in; without it every change of what it reads does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// What it begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// When a person may not change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<String>,
    /// When the person is warned; a warning never stops a save.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn: Option<String>,
    /// What is said then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub warn_message: Labels,
    /// How many rows a repeat has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_count: Option<String>,
    /// A hint to the screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appearance: Option<String>,
}

#[cfg(feature = "author")]
impl NodeDef {
    /// A text without a name and without rules.
    pub(super) fn of(of: Kind, compartment: Compartment) -> NodeDef {
        NodeDef {
            name: String::new(),
            kind: NodeKind::Text,
            parent: None,
            labels: Labels::new(),
            hints: Labels::new(),
            guidance: Labels::new(),
            media: BTreeMap::new(),
            list: None,
            choice_filter: None,
            parameters: BTreeMap::new(),
            save_to: None,
            of,
            compartment,
            merge: Merge::Ask,
            together: None,
            sensitivity: None,
            refers: None,
            source: None,
            required: None,
            required_message: Labels::new(),
            relevant: None,
            constraint: None,
            constraint_message: Labels::new(),
            calculation: None,
            trigger: None,
            default: None,
            read_only: None,
            warn: None,
            warn_message: Labels::new(),
            repeat_count: None,
            appearance: None,
        }
    }
}

/// What can stand in a survey.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Questions on one screen, or under one condition.
    Group,
    /// Rows, each with the same questions.
    Repeat,
    /// Free text.
    #[default]
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// One code of a list.
    SelectOne,
    /// Codes of a list.
    SelectMultiple,
    /// Codes of a list in an order.
    Rank,
    /// A number between two others.
    Range,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment with its zone.
    DateTime,
    /// A place: latitude, longitude, altitude, accuracy in metres.
    Geopoint,
    /// A line: places, in order.
    Geotrace,
    /// An area: places, in order, the last the first again.
    Geoshape,
    /// What stands in a bar code.
    Barcode,
    /// A picture; the answer holds its hash, length and type.
    Image,
    /// A scan of paper: a picture or a PDF; the answer holds its hash, length and type.
    File,
    /// Filled in, never shown.
    Calculate,
    /// Text to read.
    Note,
    /// Filled in by the phone.
    Hidden,
    /// A tick that says "read".
    Acknowledge,
    /// The moment the form was opened.
    Start,
    /// The moment it was saved.
    End,
    /// The day it was opened.
    Today,
    /// The worker.
    Username,
    /// The device.
    Deviceid,
}

impl NodeKind {
    /// True of what holds an answer.
    pub fn is_leaf(self) -> bool {
        !matches!(self, NodeKind::Group | NodeKind::Repeat | NodeKind::Note)
    }

    /// True of what an attachment answers: a photo, a signature, a scan.
    pub fn is_attachment(self) -> bool {
        matches!(self, NodeKind::Image | NodeKind::File)
    }

    /// True of what the phone fills in by itself, without an expression.
    pub fn is_metadata(self) -> bool {
        use NodeKind::{Deviceid, End, Start, Today, Username};
        matches!(self, Start | End | Today | Username | Deviceid)
    }
}

/// How answers given apart are brought together. Both are kept and listed whatever it says; what
/// settles itself is written as a save of the server's, which can be taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Merge {
    /// A person decides.
    #[default]
    Ask,
    /// The one with the latest stamp.
    Latest,
    /// Of a select_multiple: three-way against what both saw; a person decides where they saw nothing
    /// in common.
    Union,
}

impl Merge {
    fn is_ask(&self) -> bool {
        *self == Merge::Ask
    }

    /// The word that forms use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Latest => "latest",
            Self::Union => "union",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Ask, Self::Latest, Self::Union]
            .into_iter()
            .find(|merge| merge.as_str() == word)
    }
}

/// The kinds of record that a field may belong to.
#[cfg(feature = "author")]
pub const RECORD_KINDS: [&str; 12] = [
    "person",
    "household",
    "visit",
    "worker",
    "assignment",
    "pairing",
    "agreement",
    "plan",
    "issue",
    "emergency",
    "finding",
    "merge",
];
