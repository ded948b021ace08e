//! A form on the screen: pages, lines, answers as they are typed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use tanfang_core::{app, form};

use crate::error::TanfangError;
use crate::line::Offered;
use crate::problem::Problem;
use crate::record::Saved;
use crate::tanfang::Tanfang;
use crate::text;

/// What a person begins to fill in.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Begun {
    /// A new record, from a person's page or from nobody's.
    New {
        /// The form.
        form: String,
        /// The person.
        person: Option<String>,
    },
    /// A new record that was being filled in when the screen was taken away: what was kept of it, else
    /// begun anew, to be kept under the same id.
    Resumed {
        /// The form.
        form: String,
        /// The person.
        person: Option<String>,
        /// As `Filling.draft` named it.
        draft: String,
    },
    /// A record that is here; a draft of its edit goes on.
    Edit {
        /// The record.
        record: String,
    },
    /// What was kept.
    Draft {
        /// The draft.
        draft: String,
    },
}

impl TryFrom<Begun> for app::Begun {
    type Error = TanfangError;

    fn try_from(begun: Begun) -> Result<Self, TanfangError> {
        Ok(match begun {
            Begun::New { form, person } => app::Begun::New {
                form,
                person: person.as_deref().map(text::record).transpose()?,
            },
            Begun::Resumed {
                form,
                person,
                draft,
            } => app::Begun::Resumed {
                form,
                person: person.as_deref().map(text::record).transpose()?,
                draft: text::draft(&draft)?,
            },
            Begun::Edit { record } => app::Begun::Edit(text::record(&record)?),
            Begun::Draft { draft } => app::Begun::Draft(text::draft(&draft)?),
        })
    }
}

/// What stands in one place of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Shape {
    /// The title of a group.
    Heading,
    /// The title of a repeat; its rows follow.
    Repeat,
    /// The title of a row; its questions follow.
    Row,
    /// Below the rows of a repeat: a person may add one.
    AddRow,
    /// Text to read.
    Note,
    /// A question.
    Question,
}

impl From<form::Shape> for Shape {
    fn from(shape: form::Shape) -> Self {
        match shape {
            form::Shape::Heading => Shape::Heading,
            form::Shape::Repeat => Shape::Repeat,
            form::Shape::Row => Shape::Row,
            form::Shape::AddRow => Shape::AddRow,
            form::Shape::Note => Shape::Note,
            form::Shape::Question => Shape::Question,
        }
    }
}

/// The type of a question that a person may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum QuestionKind {
    /// No question.
    None,
    /// Free text.
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
    /// A number between two others: `start`, `end`, `step` of the parameters.
    Range,
    /// A day, `2024-02-29`.
    Date,
    /// A time of day, `08:30`.
    Time,
    /// A moment, `2024-05-10T09:30:00+08:00`.
    DateTime,
    /// A place: latitude, longitude, altitude, accuracy in metres, with spaces between.
    Geopoint,
    /// A line: places with semicolons between.
    Geotrace,
    /// An area: places with semicolons between, the last the first again.
    Geoshape,
    /// What stands in a bar code.
    Barcode,
    /// A picture.
    Image,
    /// A scan of paper: a picture or a PDF.
    File,
    /// A tick that says "read": `OK`.
    Acknowledge,
}

impl From<form::NodeKind> for QuestionKind {
    fn from(kind: form::NodeKind) -> Self {
        use form::NodeKind as K;
        match kind {
            K::Text => QuestionKind::Text,
            K::Integer => QuestionKind::Integer,
            K::Decimal => QuestionKind::Decimal,
            K::SelectOne => QuestionKind::SelectOne,
            K::SelectMultiple => QuestionKind::SelectMultiple,
            K::Rank => QuestionKind::Rank,
            K::Range => QuestionKind::Range,
            K::Date => QuestionKind::Date,
            K::Time => QuestionKind::Time,
            K::DateTime => QuestionKind::DateTime,
            K::Geopoint => QuestionKind::Geopoint,
            K::Geotrace => QuestionKind::Geotrace,
            K::Geoshape => QuestionKind::Geoshape,
            K::Barcode => QuestionKind::Barcode,
            K::Image => QuestionKind::Image,
            K::File => QuestionKind::File,
            K::Acknowledge => QuestionKind::Acknowledge,
            K::Group | K::Repeat | K::Note | K::Calculate | K::Hidden => QuestionKind::None,
            K::Start | K::End | K::Today | K::Username | K::Deviceid => QuestionKind::None,
        }
    }
}

/// One line of a form on a screen.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Drawn {
    /// What stands here.
    pub shape: Shape,
    /// The question or row, by which it is answered; of a repeat and its `AddRow` the repeat.
    pub field: String,
    /// The question's type.
    pub kind: QuestionKind,
    /// In how many groups, repeats and rows it stands.
    pub depth: u32,
    /// What it is called; of a row its repeat's label.
    pub label: String,
    /// What helps to answer.
    pub hint: Option<String>,
    /// What is said to who asks for more.
    pub guidance: Option<String>,
    /// The form's hint to the screen: `multiline`, `signature`.
    pub appearance: Option<String>,
    /// What a text names or how it is written: `person`, `phone`, `area`.
    pub refers: Option<String>,
    /// `start`, `end`, `step` of a range.
    pub parameters: HashMap<String, String>,
    /// The answer as it is typed, codes with spaces between; of an attachment its hash.
    pub text: Option<String>,
    /// The answer in words, where they are others.
    pub said: Option<String>,
    /// The rows of a short list; of a longer one none: ask `offered`.
    pub offered: Vec<Offered>,
    /// Whether the answer is chosen from what is offered.
    pub chosen: bool,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether a person may not change it; of a row, not take it out.
    pub fixed: bool,
    /// Of a row its place, from 1; of a repeat how many rows there are.
    pub rows: u32,
    /// What is wrong with the answer, or should be looked at.
    pub problems: Vec<Problem>,
}

impl From<app::Drawn> for Drawn {
    fn from(line: app::Drawn) -> Self {
        Self {
            shape: line.shape.into(),
            field: line.field,
            kind: line.kind.into(),
            depth: line.depth,
            label: line.label,
            hint: line.hint,
            guidance: line.guidance,
            appearance: line.appearance,
            refers: line.refers,
            parameters: line.parameters.into_iter().collect(),
            text: line.text,
            said: line.said,
            offered: line.offered.into_iter().map(Offered::from).collect(),
            chosen: line.chosen,
            required: line.required,
            fixed: line.fixed,
            rows: line.rows,
            problems: line.problems.into_iter().map(Problem::from).collect(),
        }
    }
}

/// A page of a form.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FormPage {
    /// The name by which it is drawn.
    pub name: String,
    /// What it is called; empty of questions that stand in no group.
    pub label: String,
    /// How many answers on it must be corrected before the form can be saved.
    pub errors: u32,
}

impl From<app::Page> for FormPage {
    fn from(page: app::Page) -> Self {
        Self {
            name: page.name,
            label: page.label,
            errors: page.errors,
        }
    }
}

/// A form that a person is filling in. What is in it is lost with it, but for what `keep` kept.
#[derive(uniffi::Object)]
pub struct Filling {
    phone: Arc<Tanfang>,
    filling: Mutex<app::Filling>,
}

impl Filling {
    pub(crate) fn of(phone: Arc<Tanfang>, filling: app::Filling) -> Self {
        Self {
            phone,
            filling: Mutex::new(filling),
        }
    }

    /// A call that was cut short by a panic left whole answers behind.
    fn open(&self) -> MutexGuard<'_, app::Filling> {
        self.filling
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[uniffi::export]
impl Filling {
    /// The form's id.
    pub fn form(&self) -> String {
        self.open().form().to_owned()
    }

    /// The id under which it is kept, from the beginning: a shell whose screen is taken away comes back
    /// to it by `Resumed`, whether or not anything had been kept by then.
    pub fn draft(&self) -> String {
        self.open().draft().to_string()
    }

    /// The form's title, in a language.
    pub fn title(&self, lang: String) -> String {
        self.open().title(&lang).to_owned()
    }

    /// The pages that have something to ask now.
    pub fn pages(&self) -> Vec<FormPage> {
        let pages = self.open().pages().into_iter();
        pages.map(FormPage::from).collect()
    }

    /// The lines of a page by its name, or of the whole form.
    #[uniffi::method(default(page = None))]
    pub fn drawn(&self, page: Option<String>) -> Result<Vec<Drawn>, TanfangError> {
        let app = self.phone.now()?;
        let lines = app.drawn(&mut self.open(), page.as_deref())?.into_iter();
        Ok(lines.map(Drawn::from).collect())
    }

    /// Takes what was typed as the answer to a question, codes with spaces between them; none
    /// clears it. What cannot be read as one is kept as it was typed and is a problem of its line: a
    /// draft has it, and a save is refused until it is corrected.
    pub fn answer(&self, field: String, given: Option<String>) -> Result<(), TanfangError> {
        let app = self.phone.now()?;
        Ok(app.answer(&mut self.open(), &field, given.as_deref())?)
    }

    /// Takes a photo, signature or scan as the answer to a question.
    #[uniffi::method(default(media = None))]
    pub fn answer_photo(
        &self,
        field: String,
        bytes: Vec<u8>,
        media: Option<String>,
    ) -> Result<(), TanfangError> {
        let app = self.phone.now()?;
        Ok(app.answer_photo(&mut self.open(), &field, &bytes, media.as_deref())?)
    }

    /// Takes a place, latitude, longitude, altitude and accuracy with spaces between, for a question of
    /// one: a point is replaced by it, a line goes on to it, an area is closed anew around it.
    pub fn add_place(&self, field: String, place: String) -> Result<(), TanfangError> {
        let app = self.phone.now()?;
        Ok(app.add_place(&mut self.open(), &field, &place)?)
    }

    /// Adds a row to a repeat; its name, under which its questions stand.
    pub fn add_row(&self, repeat: String) -> Result<String, TanfangError> {
        Ok(self.phone.now()?.add_row(&mut self.open(), &repeat)?)
    }

    /// Takes a row out of a repeat.
    pub fn remove_row(&self, row: String) -> Result<(), TanfangError> {
        Ok(self.phone.now()?.remove_row(&mut self.open(), &row)?)
    }

    /// What may be chosen as the answer to a question: rows of its list, or records and areas that
    /// it names.
    #[uniffi::method(default(containing = "", most = 50))]
    pub fn offered(
        &self,
        field: String,
        containing: String,
        most: u32,
    ) -> Result<Vec<Offered>, TanfangError> {
        let app = self.phone.now()?;
        let rows = app.offered(&self.open(), &field, &containing, most as usize)?;
        Ok(rows.into_iter().map(Offered::from).collect())
    }

    /// Keeps what was typed as a draft, in the place of the one before, and gives the draft where one
    /// is kept. Nothing is written where nothing altered since the form began.
    pub fn keep(&self) -> Result<Option<String>, TanfangError> {
        let draft = self.phone.now()?.keep(&mut self.open())?;
        Ok(draft.map(|draft| draft.to_string()))
    }

    /// Saves what was typed: one save on this phone. What must be corrected stays, here and as a
    /// draft.
    pub fn save(&self) -> Result<Saved, TanfangError> {
        Ok(self.phone.now()?.save(&mut self.open())?.into())
    }
}

#[uniffi::export]
impl Tanfang {
    /// Opens a form, in a language (`zh`, `en`).
    pub fn fill(self: Arc<Self>, begun: Begun, lang: String) -> Result<Arc<Filling>, TanfangError> {
        let filling = self.now()?.fill(&begun.try_into()?, &lang)?;
        Ok(Arc::new(Filling::of(self, filling)))
    }
}
