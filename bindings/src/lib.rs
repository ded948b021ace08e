//! Tanfang's facade for Kotlin, Swift and Python, by UniFFI: [`tanfang_core::app`] translated, and
//! nothing else. No rule lives here; what a shell must know stands in the facade it calls.
//!
//! Values of forms cross as JSON texts (answers by question name), everything else as records. The
//! shell brings its [`KeyVault`] and its [`Clock`]; what they throw comes back as a
//! [`TanfangError`]. Every call blocks until it is done and may come from any thread but the one
//! that draws. `surface.txt` beside this crate is the whole of it, as a reviewer reads it.

mod conflict;
mod coverage;
mod doors;
mod error;
mod filling;
mod history;
mod line;
mod person;
mod photo;
mod problem;
mod progress;
mod record;
mod report;
mod sample;
mod sealed;
mod standing;
mod status;
mod syncing;
mod tanfang;
mod text;
mod today;

pub use conflict::{Choice, ConflictLine, RivalLine, ShownConflict, WhoLine};
pub use coverage::AreaCoverage;
pub use doors::{Clock, ClockError, KeyPurpose, KeyVault, KeystoreError, Moment};
pub use error::TanfangError;
pub use filling::{Begun, Drawn, Filling, FormPage, QuestionKind, Shape};
pub use history::{History, HistoryEntry, HistoryField};
pub use line::{
    DraftLine, Enrolled, FormLine, Offered, Offering, OutboxLine, RefusedLine, SyncReport,
};
pub use person::{
    Account, Beginnable, CardLine, CardSection, IssueLine, PersonPage, RoleLine, VisitLine,
};
pub use photo::{Photo, PhotoLine};
pub use problem::{Problem, ProblemCode, Severity};
pub use progress::{SyncAmount, SyncListener, SyncProgress, SyncStage, SyncSwitch};
pub use record::{ListLine, Listing, Saved, SavedRecord, Shown};
pub use report::{
    Asked, AskedLine, Explanation, Gap, NotSeen, Reason, Renamed, Report, ReportLine,
    ReportProblem, State,
};
pub use sample::{CallBack, PlaceDrawn, Sample};
pub use sealed::{CarriedLine, OpenedFile, Sealed, SealedFile};
pub use standing::{EventShown, Published, Standing, WindowShown};
pub use status::{ApartLine, Status};
pub use syncing::{SyncBackoff, SyncPatience};
pub use tanfang::Tanfang;
pub use today::{
    BegunLine, CallLine, Paged, Today, TodayLine, UnitWords, Unseen, UnseenLine, UnseenRule,
    WaitingLine,
};

uniffi::setup_scaffolding!("tanfang");
