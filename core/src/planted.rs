//! Bugs planted on purpose: the simulator must find each, or it has no teeth.
//!
//! A planted bug is one `if planted::is(Bug::X)` at the place where that bug would be. Without the
//! feature `planted` the answer is a constant false and the compiler leaves nothing of it; with the
//! feature no release can be built.

#[cfg(all(feature = "planted", not(debug_assertions)))]
compile_error!("the feature `planted` holds bugs on purpose and can be in no release");

/// A bug that somebody made once, here or elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The server answers, then loses what it had not committed.
    AcknowledgedBeforeCommit,
    /// The phone takes for sent what it pushed, whatever the server says that it has.
    MarkedSentUnheard,
    /// A cursor is committed before the rows that it stands for.
    CursorBeforeRows,
    /// `>=` in the place of `>`: the item at the cursor comes again.
    AtOrAfterCursor,
    /// A page that ends early gives a cursor one too far.
    PageSkipsOne,
    /// A page is applied without its last item.
    PartialPage,
    /// A save that arrives again is settled and fed again.
    DedupeMissing,
    /// What is pulled takes the place of what is unsent.
    PullOverwritesUnsent,
    /// Of several writes of a field the one with the latest clock is kept.
    WallClockWins,
    /// Another history of the server's is taken for the same.
    EpochIgnored,
    /// A phone's proof that the server was set back is not looked at.
    RollbackProofIgnored,
    /// A right that ends takes what is unsent with it.
    PrunedBeforeUpload,
    /// Records that leave a feed stay on the phone.
    DepartureIgnored,
    /// A phone that has a feed again does not get its own parts back.
    OwnPartsForgotten,
    /// One who holds any area gets every area's feeds.
    ScopeFilterMissing,
    /// A revoked phone's session goes on.
    RevokedTokenCached,
    /// The latest stamp is forgotten: a clock set back makes stamps that fall.
    ClockNotPersisted,
    /// A save and what it settles are committed apart.
    OutboxOutsideTransaction,
    /// Places in a feed are given from a bare sequence: a later commit gets the lower one.
    BareSequence,
    /// Departures are thrown away after a while.
    TombstoneExpired,
    /// An older app drops the fields that it does not know.
    OldAppDropsUnknownFields,
    /// The audit entry is written after the answer, and a crash may come between.
    AuditAfterAnswer,
    /// A phone does not look at what the server says that its feeds carry.
    DigestIgnored,
    /// Whoever knows an attachment's hash may read it.
    AttachmentScopeMissing,
    /// What is still to come is counted over every feed, also those that the phone may not hold.
    CountScopeMissing,
    /// After a commit that is said to have failed the phone goes on as if nothing had been written.
    FailedCommitTakenAsNotWritten,
    /// An enrolment whose answer was lost is tried again as another device.
    RetriedUnderNewId,
    /// How far a device was heard is committed apart from what was heard.
    DedupeOutsideTransaction,
    /// What was taken off a list comes back: the base that both had seen is not looked at.
    UnionWithoutBase,
    /// A phone that is enrolled ends the other phones of its worker.
    OtherPhoneEnded,
    /// A phone is not told what the other phone of its worker said.
    OwnPartsByWorker,
    /// A pairing that has ended goes on bringing its people.
    PairingNeverEnds,
    /// Whoever receives cases anywhere reads those of every area.
    CaseScopeMissing,
}

impl Bug {
    /// Every one.
    pub const ALL: [Bug; 33] = [
        Self::AcknowledgedBeforeCommit,
        Self::MarkedSentUnheard,
        Self::CursorBeforeRows,
        Self::AtOrAfterCursor,
        Self::PageSkipsOne,
        Self::PartialPage,
        Self::DedupeMissing,
        Self::PullOverwritesUnsent,
        Self::WallClockWins,
        Self::EpochIgnored,
        Self::RollbackProofIgnored,
        Self::PrunedBeforeUpload,
        Self::DepartureIgnored,
        Self::OwnPartsForgotten,
        Self::ScopeFilterMissing,
        Self::RevokedTokenCached,
        Self::ClockNotPersisted,
        Self::OutboxOutsideTransaction,
        Self::BareSequence,
        Self::TombstoneExpired,
        Self::OldAppDropsUnknownFields,
        Self::AuditAfterAnswer,
        Self::DigestIgnored,
        Self::AttachmentScopeMissing,
        Self::CountScopeMissing,
        Self::FailedCommitTakenAsNotWritten,
        Self::RetriedUnderNewId,
        Self::DedupeOutsideTransaction,
        Self::UnionWithoutBase,
        Self::OtherPhoneEnded,
        Self::OwnPartsByWorker,
        Self::PairingNeverEnds,
        Self::CaseScopeMissing,
    ];

    /// The bug of this name, as the enum writes it, in any case and with or without dashes.
    pub fn named(name: &str) -> Option<Bug> {
        let plain = name.replace(['-', '_'], "").to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|bug| format!("{bug:?}").to_ascii_lowercase() == plain)
    }
}

/// Whether this bug is planted now.
#[cfg(not(feature = "planted"))]
#[inline(always)]
pub const fn is(_: Bug) -> bool {
    false
}

#[cfg(feature = "planted")]
static PLANTED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(usize::MAX);

/// Whether this bug is planted now.
#[cfg(feature = "planted")]
pub fn is(bug: Bug) -> bool {
    PLANTED.load(std::sync::atomic::Ordering::Relaxed) == bug as usize
}

/// Plants a bug in this process in the place of any before; none takes it out.
#[cfg(feature = "planted")]
pub fn plant(bug: Option<Bug>) {
    let number = bug.map_or(usize::MAX, |bug| bug as usize);
    PLANTED.store(number, std::sync::atomic::Ordering::Relaxed);
}
