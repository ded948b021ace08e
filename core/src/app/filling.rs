//! A form on the screen: it is begun, answered question by question, kept at each pause, saved.
//! A shell draws the lines and passes on what was typed; nothing is decided there.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::forms::HeldForm;
use super::labels::Lang;
use super::save::Saved;
use super::{App, AppError, Finder};
use crate::entry::{self, overlay};
use crate::form::{Drawn, Offered, Page, Session, SessionError};
use crate::model::RecordId;
use crate::store::{DraftId, Tx};

/// What a person begins to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// A new record, from a person's page or from nobody's.
    New {
        /// The form.
        form: String,
        /// The person.
        person: Option<RecordId>,
    },
    /// A new record that was being filled in when the screen was taken away: what was kept of it, else
    /// begun anew, to be kept under the same id.
    Resumed {
        /// The form.
        form: String,
        /// The person.
        person: Option<RecordId>,
        /// As [`Filling::draft`] named it.
        draft: DraftId,
    },
    /// A record that is here; a draft of its edit goes on.
    Edit(RecordId),
    /// What was kept.
    Draft(DraftId),
}

/// A form that a person is filling in. What is in it is lost with it, but for what
/// [`App::keep`] kept.
pub struct Filling {
    held: Arc<HeldForm>,
    session: Session,
    subject: Option<RecordId>,
    /// Of an edit what stood when it was opened, as the session writes it.
    stood: Map<String, Json>,
    draft: DraftId,
    /// Whether a draft of that id is kept.
    is_kept: bool,
    /// The answers as they were kept last, or as the form began.
    kept: Map<String, Json>,
}

impl Filling {
    /// The form's id.
    pub fn form(&self) -> &str {
        self.held.form.id()
    }

    /// The form's title in a language.
    pub fn title(&self, lang: &str) -> &str {
        self.held.form.title(lang)
    }

    /// The record that is edited; none of a new one.
    pub fn subject(&self) -> Option<RecordId> {
        self.subject
    }

    /// The id under which it is kept, from the beginning: where the screen is taken away a shell comes
    /// back to it by [`Begun::Resumed`], whether or not anything had been kept by then.
    pub fn draft(&self) -> DraftId {
        self.draft
    }

    /// The pages that have something to ask now.
    pub fn pages(&mut self) -> Vec<Page> {
        self.session.pages()
    }

    /// What is to be kept or saved: of a new record every answer, of an edit what altered.
    fn given(&self) -> Map<String, Json> {
        let now = self.session.answers();
        if self.subject.is_none() {
            return now;
        }
        let cleared = self.stood.keys().filter(|name| !now.contains_key(*name));
        let cleared: Vec<String> = cleared.cloned().collect();
        let altered = now
            .into_iter()
            .filter(|(name, answer)| self.stood.get(name) != Some(answer));
        let cleared = cleared.into_iter().map(|name| (name, Json::Null));
        altered.chain(cleared).collect()
    }
}

impl App {
    /// Opens a form, in a language (`zh`, `en`).
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a form, person, record or draft that is not here.
    pub fn fill(&self, begun: &Begun, lang: &str) -> Result<Filling, AppError> {
        match begun {
            Begun::New { form, person } => {
                let answers = self.begin(form, *person)?;
                self.read(|tx| {
                    let held = self.form(tx, form)?;
                    self.opened(tx, held, None, &answers, lang)
                })
            }
            Begun::Resumed {
                form,
                person,
                draft,
            } => {
                if self.read(|tx| Ok(tx.draft(*draft)?.is_some()))? {
                    return self.fill(&Begun::Draft(*draft), lang);
                }
                let (form, person) = (form.clone(), *person);
                let mut filling = self.fill(&Begun::New { form, person }, lang)?;
                filling.draft = *draft;
                Ok(filling)
            }
            Begun::Edit(id) => match self.draft_of(*id)? {
                Some(draft) => self.fill(&Begun::Draft(draft), lang),
                None => self.read(|tx| self.as_it_stands(tx, *id, lang)),
            },
            Begun::Draft(id) => self.read(|tx| {
                let draft = tx.draft(*id)?.ok_or(AppError::NotFound { what: "draft" })?;
                let answers: Map<String, Json> =
                    serde_json::from_str(&draft.answers).map_err(|_| AppError::fault("draft"))?;
                let mut filling = match draft.subject {
                    Some(subject) => self.edited(tx, subject, &answers, lang)?,
                    None => {
                        let held = self.form(tx, &draft.form)?;
                        self.opened(tx, held, None, &answers, lang)?
                    }
                };
                filling.draft = *id;
                filling.is_kept = true;
                filling.kept = filling.given();
                Ok(filling)
            }),
        }
    }

    /// A record by its form, as it stands.
    pub(super) fn as_it_stands(
        &self,
        tx: &Tx<'_>,
        id: RecordId,
        lang: &str,
    ) -> Result<Filling, AppError> {
        self.edited(tx, id, &Map::new(), lang)
    }

    /// An edit of a record, with these answers laid over those that stand.
    fn edited(
        &self,
        tx: &Tx<'_>,
        id: RecordId,
        given: &Map<String, Json>,
        lang: &str,
    ) -> Result<Filling, AppError> {
        let record = tx
            .record(id)?
            .ok_or(AppError::NotFound { what: "record" })?;
        let held = self.form_of(tx, &record, given)?;
        let held = held.ok_or(AppError::NotFound { what: "form" })?;
        let finder = Finder::new(tx);
        let standing = entry::answers(&held.form, id, &|id| finder.find(id));
        finder.done()?;
        let mut filling = self.opened(tx, held.clone(), Some(id), &standing, lang)?;
        filling.stood = filling.session.answers();
        filling.kept = Map::new();
        if !given.is_empty() {
            let answers = overlay(&standing, given)?;
            filling.session = self.opened(tx, held, Some(id), &answers, lang)?.session;
        }
        Ok(filling)
    }

    fn opened(
        &self,
        tx: &Tx<'_>,
        held: Arc<HeldForm>,
        subject: Option<RecordId>,
        answers: &Map<String, Json>,
        lang: &str,
    ) -> Result<Filling, AppError> {
        let me = self.me(tx)?;
        let mut context = self.context(tx, &me, &held.form, answers, subject)?;
        context.lang = lang.to_owned();
        let session = Session::open(Arc::clone(&held.form), answers, context);
        Ok(Filling {
            kept: session.answers(),
            session,
            held,
            subject,
            stood: Map::new(),
            draft: DraftId::fresh(self.doors.clock.now(), &*self.doors.rng),
            is_kept: false,
        })
    }

    /// The lines of a page by its name, or of the whole form, with the names of whom answers point
    /// to.
    pub fn drawn(&self, filling: &mut Filling, page: Option<&str>) -> Result<Vec<Drawn>, AppError> {
        let mut lines = filling.session.drawn(page);
        let lang = Lang::named(filling.session.language());
        self.read(|tx| {
            let labels = self.labels(tx)?;
            for line in &mut lines {
                let Some(refers) = line.refers.as_deref() else {
                    continue;
                };
                line.chosen |= super::named::is_chosen(refers);
                if let Some(text) = line.text.as_deref() {
                    line.said = labels.named(refers, text, lang)?;
                }
            }
            Ok(())
        })?;
        Ok(lines)
    }

    /// Takes what was typed as the answer to a question, codes with spaces between them; none clears
    /// it. What cannot be read as one is kept as it was typed and is a problem of its line: a draft has
    /// it, and a save is refused until it is corrected.
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] where the form asks no such question.
    pub fn answer(
        &self,
        filling: &mut Filling,
        field: &str,
        given: Option<&str>,
    ) -> Result<(), AppError> {
        let answer = given.map_or(Json::Null, |text| Json::String(text.to_owned()));
        let taken = filling.session.hold(field, &answer).map(drop);
        taken.map_err(|error| not_taken(&filling.session, error))?;
        self.told_of(filling)
    }

    /// Takes a photo, signature or scan as the answer to a question.
    ///
    /// # Errors
    /// As [`App::attach`] and [`App::answer`].
    pub fn answer_photo(
        &self,
        filling: &mut Filling,
        field: &str,
        bytes: &[u8],
        media: Option<&str>,
    ) -> Result<(), AppError> {
        let attached = self.attach(bytes, media)?;
        let answer = Json::from(&attached);
        let taken = filling.session.set(field, &answer).map(drop);
        taken.map_err(|error| not_taken(&filling.session, error))
    }

    /// Takes a place, latitude, longitude, altitude and accuracy with spaces between, for a question of
    /// one: a point is replaced by it, a line goes on to it, an area is closed anew around it.
    ///
    /// # Errors
    /// As [`App::answer`].
    pub fn add_place(
        &self,
        filling: &mut Filling,
        field: &str,
        place: &str,
    ) -> Result<(), AppError> {
        let given = filling.session.with_place(field, place);
        let given = given.map_err(|error| not_taken(&filling.session, error))?;
        self.answer(filling, field, Some(&given))
    }

    /// Adds a row to a repeat; its name, under which its questions stand.
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] where there is no such repeat or it is full.
    pub fn add_row(&self, filling: &mut Filling, repeat: &str) -> Result<String, AppError> {
        let added = filling.session.add_row(repeat);
        let (row, _) = added.map_err(|error| not_taken(&filling.session, error))?;
        self.told_of(filling)?;
        Ok(row)
    }

    /// Takes a row out of a repeat.
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] where there is no such row.
    pub fn remove_row(&self, filling: &mut Filling, row: &str) -> Result<(), AppError> {
        let removed = filling.session.remove_row(row).map(drop);
        removed.map_err(|error| not_taken(&filling.session, error))?;
        self.told_of(filling)
    }

    /// What may be chosen as the answer to a question: rows of its list, or records and areas that
    /// it names, at most `most` that contain the words.
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] where nothing can be chosen there.
    pub fn offered(
        &self,
        filling: &Filling,
        field: &str,
        containing: &str,
        most: usize,
    ) -> Result<Vec<Offered>, AppError> {
        let refers = filling.session.refers(field).unwrap_or_default().to_owned();
        if super::named::is_chosen(&refers) {
            let lang = Lang::named(filling.session.language());
            return self.read(|tx| self.offered_names(tx, &refers, containing, most, lang));
        }
        let offered = filling.session.choices(field, containing, most);
        offered.map_err(|error| not_taken(&filling.session, error))
    }

    /// Keeps what was typed as a draft, in the place of the one before, and gives the draft where one
    /// is kept. Nothing is written where nothing altered since, or since the form began.
    pub fn keep(&self, filling: &mut Filling) -> Result<Option<DraftId>, AppError> {
        let given = filling.given();
        if filling.kept != given {
            let (form, draft) = (filling.held.form.id(), Some(filling.draft));
            self.save_draft(draft, form, filling.subject, &given)?;
            filling.is_kept = true;
            filling.kept = given;
        }
        Ok(filling.is_kept.then_some(filling.draft))
    }

    /// Saves what was typed.
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] with every problem; what was typed stays, here and as a draft.
    pub fn save(&self, filling: &mut Filling) -> Result<Saved, AppError> {
        let draft = self.keep(filling)?;
        let given = filling.given();
        let done = match filling.subject {
            Some(id) => self.edit(id, &given),
            None => self.new_record(filling.held.form.id(), &given, draft),
        };
        if let Err(AppError::NeedsCorrection {
            draft: Some(draft), ..
        }) = &done
        {
            filling.draft = *draft;
            filling.is_kept = true;
        }
        done
    }

    /// Looks up anew whom the answers name, as far as a rule may ask of them.
    fn told_of(&self, filling: &mut Filling) -> Result<(), AppError> {
        let answers = filling.session.answers();
        let rows = self.read(|tx| {
            let me = self.me(tx)?;
            self.subject_rows(tx, &me, &answers, filling.subject)
        })?;
        filling.session.told_of(rows);
        Ok(())
    }
}

fn not_taken(session: &Session, error: SessionError) -> AppError {
    AppError::NeedsCorrection {
        problems: vec![session.problem_of(&error)],
        draft: None,
    }
}
