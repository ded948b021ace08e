//! The phone, as a shell holds it.

use std::path::Path;
use std::sync::Arc;

use tanfang_core::app::system::SystemRng;
use tanfang_core::app::{self, App, Doors, SealTo};
use tanfang_core::compliance::Sheet;

use crate::coverage::AreaCoverage;
use crate::doors::{Clock, KeyVault, Keystore, LookedAt};
use crate::text;
use crate::{
    Asked, AskedLine, CarriedLine, Choice, ConflictLine, DraftLine, Enrolled, Explanation,
    FormLine, History, ListLine, Listing, Offered, Offering, OpenedFile, OutboxLine, Published,
    RefusedLine, Report, ReportLine, Sample, Saved, Sealed, SealedFile, Shown, Standing, Status,
    TanfangError,
};

/// A phone: one worker's enrolment and everything that it holds.
#[derive(uniffi::Object)]
pub struct Tanfang {
    app: App,
    clock: Arc<LookedAt>,
}

impl Tanfang {
    /// The facade, at the moment that the shell's clock shows.
    pub(crate) fn now(&self) -> Result<&App, TanfangError> {
        self.clock.again()?;
        Ok(&self.app)
    }
}

#[uniffi::export]
impl Tanfang {
    /// Opens the phone in this folder, making it where there is none. `SetAside` where the
    /// database did not open and was renamed, whole: the next opening makes a fresh one.
    #[uniffi::constructor]
    pub fn open(
        home: String,
        vault: Arc<dyn KeyVault>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TanfangError> {
        let clock = Arc::new(LookedAt::first(clock)?);
        let doors = Doors {
            vault: Arc::new(Keystore(vault)),
            clock: clock.clone(),
            rng: Arc::new(SystemRng),
        };
        let app = App::open(Path::new(&home), doors)?;
        Ok(Self { app, clock })
    }

    /// Enrols this phone with a code from the county. A phone that is enrolled already gets a new
    /// device id; what is unsent is kept and numbered anew.
    pub fn enrol(&self, server: String, code: String) -> Result<Enrolled, TanfangError> {
        Ok(self.now()?.enrol(&server, &code)?.into())
    }

    /// The forms that new records use.
    pub fn forms(&self) -> Result<Vec<FormLine>, TanfangError> {
        let forms = self.now()?.forms()?.into_iter();
        Ok(forms.map(FormLine::from).collect())
    }

    /// A form's compiled definition, JSON, for a shell that draws it.
    pub fn form_json(&self, id: String) -> Result<String, TanfangError> {
        Ok(self.now()?.form_json(&id)?)
    }

    /// The answers that a form begins with, JSON: from a person's page the person, the worker who
    /// asks, the village. They are shown and may be changed; `new_record` takes them with the rest.
    #[uniffi::method(default(person = None))]
    pub fn begin(&self, form: String, person: Option<String>) -> Result<String, TanfangError> {
        let person = person.as_deref().map(text::record).transpose()?;
        let begun = self.now()?.begin(&form, person)?;
        Ok(serde_json::Value::Object(begun).to_string())
    }

    /// The rows of a question's list that its filter offers beside the answers given so far, in the
    /// list's order.
    pub fn choices(&self, asked: Offering) -> Result<Vec<Offered>, TanfangError> {
        let answers = text::answers(&asked.answers)?;
        let wanted = app::Offering {
            form: &asked.form,
            subject: asked.subject.as_deref().map(text::record).transpose()?,
            field: &asked.field,
            containing: &asked.containing,
            lang: &asked.lang,
            most: asked.most as usize,
        };
        let offered = self.now()?.choices(&wanted, &answers)?.into_iter();
        Ok(offered.map(Offered::from).collect())
    }

    /// Answers a form anew; `answers` is a JSON object by question name. They are kept as a draft
    /// first: the one given, or a new one. `NeedsCorrection` names every problem and the draft.
    #[uniffi::method(default(draft = None))]
    pub fn new_record(
        &self,
        form: String,
        answers: String,
        draft: Option<String>,
    ) -> Result<Saved, TanfangError> {
        let draft = draft.as_deref().map(text::draft).transpose()?;
        let answers = text::answers(&answers)?;
        Ok(self.now()?.new_record(&form, &answers, draft)?.into())
    }

    /// Changes the answers given of a record; null clears, a row with `$row` changes that row, one
    /// without adds a row, `"$gone": true` takes it out. `NeedsCorrection` as of a new record.
    pub fn edit(&self, id: String, answers: String) -> Result<Saved, TanfangError> {
        let (id, answers) = (text::record(&id)?, text::answers(&answers)?);
        Ok(self.now()?.edit(id, &answers)?.into())
    }

    /// One record, with the household's answers of a person's card.
    pub fn show(&self, id: String) -> Result<Shown, TanfangError> {
        let id = text::record(&id)?;
        Ok(self.now()?.show(id)?.into())
    }

    /// A person's card for paper: one page of HTML for A4, with nothing fetched from elsewhere, for
    /// the shell to print or share. What this phone may not hold stays an empty blank.
    pub fn paper(&self, person: String) -> Result<String, TanfangError> {
        Ok(self.now()?.paper(text::record(&person)?)?)
    }

    /// The records that a list asks for.
    pub fn list(&self, listing: Listing) -> Result<Vec<ListLine>, TanfangError> {
        let lines = self.now()?.list(&listing.into())?.into_iter();
        Ok(lines.map(ListLine::from).collect())
    }

    /// Every draft, the latest first.
    pub fn drafts(&self) -> Result<Vec<DraftLine>, TanfangError> {
        let drafts = self.now()?.drafts()?.into_iter();
        Ok(drafts.map(DraftLine::from).collect())
    }

    /// Keeps what was typed, durably, before anything is asked of it, and gives the draft's id. A
    /// shell calls it at each pause, with the draft of the first time.
    #[uniffi::method(default(draft = None, subject = None))]
    pub fn save_draft(
        &self,
        form: String,
        answers: String,
        draft: Option<String>,
        subject: Option<String>,
    ) -> Result<String, TanfangError> {
        let draft = draft.as_deref().map(text::draft).transpose()?;
        let subject = subject.as_deref().map(text::record).transpose()?;
        let answers = text::answers(&answers)?;
        let kept = self.now()?.save_draft(draft, &form, subject, &answers)?;
        Ok(kept.to_string())
    }

    /// Throws a draft away.
    pub fn drop_draft(&self, id: String) -> Result<(), TanfangError> {
        let id = text::draft(&id)?;
        Ok(self.now()?.drop_draft(id)?)
    }

    /// What was saved here and is not yet in the server's log.
    pub fn outbox(&self) -> Result<Vec<OutboxLine>, TanfangError> {
        let outbox = self.now()?.outbox()?.into_iter();
        Ok(outbox.map(OutboxLine::from).collect())
    }

    /// How this phone stands.
    pub fn status(&self) -> Result<Status, TanfangError> {
        Ok(self.now()?.status()?.into())
    }

    /// This phone's key as one word, for a QR code: with it a colleague seals to this phone.
    pub fn key(&self) -> Result<String, TanfangError> {
        Ok(self.now()?.key()?)
    }

    /// Seals what is unsent into files, for a colleague's phone by its key, else for the county. A
    /// piece holds at most `piece_bytes`, 0 for 1 MiB. Nothing is marked as sent by it.
    #[uniffi::method(default(colleague = None, piece_bytes = 0))]
    pub fn seal(
        &self,
        colleague: Option<String>,
        piece_bytes: u32,
    ) -> Result<Sealed, TanfangError> {
        let to = colleague.map_or(SealTo::County, SealTo::Phone);
        let sealed = self.now()?.seal(&to, piece_bytes as usize)?;
        Ok(sealed.into())
    }

    /// Seals for the county everything that this phone said since it was enrolled: the county was
    /// restored from an older copy, and this phone has no signal to hear what it lacks.
    #[uniffi::method(default(piece_bytes = 0))]
    pub fn seal_again(&self, piece_bytes: u32) -> Result<Sealed, TanfangError> {
        Ok(self.now()?.seal_again(piece_bytes as usize)?.into())
    }

    /// Opens files that somebody handed over, pieces together; all of them or none.
    pub fn open_sealed(&self, files: Vec<Vec<u8>>) -> Result<Vec<OpenedFile>, TanfangError> {
        let opened = self.now()?.open_sealed(&files)?.files.into_iter();
        Ok(opened.map(OpenedFile::from).collect())
    }

    /// What this phone carries for others; it goes out first with each sync.
    pub fn carried(&self) -> Result<Vec<CarriedLine>, TanfangError> {
        let carried = self.now()?.carried()?.into_iter();
        Ok(carried.map(CarriedLine::from).collect())
    }

    /// Says of a carried file that it may be taken though its phone was revoked; for supervisors.
    pub fn vouch(&self, id: String) -> Result<CarriedLine, TanfangError> {
        Ok(self.now()?.vouch(&id)?.into())
    }

    /// The county's answers to files that were handed in here, to be brought back to their phones.
    pub fn receipts(&self) -> Result<Vec<SealedFile>, TanfangError> {
        let receipts = self.now()?.receipts()?.into_iter();
        Ok(receipts.map(SealedFile::from).collect())
    }

    /// Everything that a person has to decide.
    pub fn conflicts(&self) -> Result<Vec<ConflictLine>, TanfangError> {
        let conflicts = self.now()?.conflicts()?.into_iter();
        Ok(conflicts.map(ConflictLine::from).collect())
    }

    /// Decides a field, or the fields that are settled together with it. The record is checked by
    /// its form afterwards; what is then wrong comes back as warnings. With `seen` of the line that
    /// the person was shown, what came since stays beside the choice and asks again.
    #[uniffi::method(default(seen = None))]
    pub fn settle(
        &self,
        id: String,
        field: String,
        choice: Choice,
        seen: Option<String>,
    ) -> Result<Saved, TanfangError> {
        let (id, choice) = (text::record(&id)?, choice.try_into()?);
        let app = self.now()?;
        Ok(match seen {
            Some(seen) => app.settle_seen(id, &field, &choice, &seen)?,
            None => app.settle(id, &field, &choice)?,
        }
        .into())
    }

    /// What was ever said of a record, field by field: what this phone holds, or with `from_server`
    /// also the rest, when there is a link.
    #[uniffi::method(default(from_server = false))]
    pub fn history(&self, id: String, from_server: bool) -> Result<History, TanfangError> {
        let id = text::record(&id)?;
        let app = self.now()?;
        Ok(match from_server {
            true => app.history_from_server(id)?,
            false => app.history(id)?,
        }
        .into())
    }

    /// Takes a value of the history again, by the `head` of its entry: what settled itself is taken
    /// back so.
    pub fn choose_again(
        &self,
        id: String,
        field: String,
        head: String,
    ) -> Result<Saved, TanfangError> {
        let id = text::record(&id)?;
        Ok(self.now()?.choose_again(id, &field, &head)?.into())
    }

    /// Voids a record, or with `undo` takes that back; it is kept with its history.
    #[uniffi::method(default(undo = false))]
    pub fn void_record(&self, id: String, undo: bool) -> Result<Saved, TanfangError> {
        let id = text::record(&id)?;
        Ok(self.now()?.void(id, !undo)?.into())
    }

    /// What the server refused and nobody has corrected or withdrawn; with `ever` also what was.
    #[uniffi::method(default(ever = false))]
    pub fn refused(&self, ever: bool) -> Result<Vec<RefusedLine>, TanfangError> {
        let app = self.now()?;
        let refused = if ever {
            app.refused_ever()?
        } else {
            app.refused()?
        };
        Ok(refused.into_iter().map(RefusedLine::from).collect())
    }

    /// Withdraws a save that was refused, or that waits for one that was withdrawn: it stays for
    /// reading, and what is settled is shown. Gives what waits for it and may be withdrawn too.
    pub fn withdraw(&self, id: String, seq: u64) -> Result<Vec<OutboxLine>, TanfangError> {
        let id = text::record(&id)?;
        let done = self.now()?.withdraw(id, seq)?;
        Ok(done.waiting.into_iter().map(OutboxLine::from).collect())
    }

    /// Confirms a visit, or says that it did not take place, with the reason.
    pub fn confirm(
        &self,
        visit: String,
        took_place: bool,
        reason: String,
    ) -> Result<Saved, TanfangError> {
        let visit = text::record(&visit)?;
        Ok(self.now()?.confirm(visit, took_place, &reason)?.into())
    }

    /// Notes what excuses or ends a duty: the family of one in hospital was asked, a refusal, a
    /// leaving; for who has the person's area.
    pub fn note_standing(&self, person: String, standing: Standing) -> Result<Saved, TanfangError> {
        let (person, standing) = (text::record(&person)?, standing.try_into()?);
        Ok(self.now()?.note_standing(person, &standing)?.into())
    }

    /// Vacations and events that the county published, and since when this phone knows each event.
    pub fn calendar(&self) -> Result<Published, TanfangError> {
        Ok(self.now()?.calendar()?.into())
    }

    /// The report over the units whose `contact` feed this phone holds whole; a paired role's
    /// phone reports its own pairings only.
    pub fn compliance(&self, asked: Asked) -> Result<Report, TanfangError> {
        let app = self.now()?;
        let report = app.compliance(&asked.into())?;
        Ok(Report::of(report, app.is_demo()?))
    }

    /// Draws visits that the report credits, by chance, `each` in every division below the area:
    /// for a supervisor to call back about. The same seed draws the same.
    pub fn sample(&self, asked: Asked, seed: String, each: u32) -> Result<Sample, TanfangError> {
        let drawn = self.now()?.sample(&asked.into(), &seed, each as usize)?;
        Ok(drawn.into())
    }

    /// What falls due within so many days, today the first: the soonest first.
    pub fn due(&self, asked: Asked, days: u16) -> Result<Vec<ReportLine>, TanfangError> {
        let due = self.now()?.due(&asked.into(), days)?;
        Ok(due.into_iter().map(ReportLine::from).collect())
    }

    /// How many were seen in each division below the area, by rule and period: it counts people who
    /// were seen, and judges nobody.
    pub fn coverage(&self, asked: Asked) -> Result<Vec<AreaCoverage>, TanfangError> {
        let counted = self.now()?.coverage(&asked.into())?;
        Ok(counted.into_iter().map(AreaCoverage::from).collect())
    }

    /// 规模、分布、特征 of an area as JSON, in the server's words: of the people whose households this
    /// phone holds whole. Days as `2024-05-10`; none counts today, and since the year began.
    pub fn statistics(
        &self,
        area: String,
        on: Option<String>,
        since: Option<String>,
    ) -> Result<String, TanfangError> {
        let counted = self
            .now()?
            .statistics(&area, on.as_deref(), since.as_deref())?;
        Ok(counted.to_json())
    }

    /// The sheets that the packs ask of a grid (日巡查, 周分析, 月汇总) as a JSON list: written from what
    /// is known, nobody types them.
    pub fn tasks(&self, area: String) -> Result<String, TanfangError> {
        let sheets = self.now()?.tasks(&area)?;
        Ok(Sheet::to_json(&sheets))
    }

    /// Why a line of the report is as it is: days, visits, excuses, what would still count.
    pub fn explain(&self, asked: AskedLine) -> Result<Explanation, TanfangError> {
        let app = self.now()?;
        let why = app.why(&asked.into())?;
        Ok(Explanation::of(why, app.is_demo()?))
    }
}
