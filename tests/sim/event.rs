//! What may happen, and schedules of it from a seed.

use crate::chance::Dice;
use crate::workers::Cast;

/// How many phones there are.
pub const PHONES: usize = 4;

/// What happens. `pick` chooses among what is there at that moment; where nothing is, nothing
/// happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Act {
    /// A new household with a person, in the phone's `pick`th area.
    NewCard { pick: u32 },
    /// A visit to a person.
    NewVisit { pick: u32 },
    /// A field gets a value that nothing else ever has.
    Edit { pick: u32, field: u8 },
    /// A row is added to a person's repeat.
    AddRow { pick: u32 },
    /// A row's leaf is edited.
    EditRow { pick: u32 },
    /// A row is taken out.
    TakeRow { pick: u32 },
    /// A visit gets a photo, in the place of the one before.
    Photo { pick: u32 },
    /// A record is voided, or brought back.
    Void { pick: u32 },
    /// A household moves to the other village.
    Move { pick: u32 },
    /// The phone dies while a save is being written.
    EditAndCrash { pick: u32 },
    /// A conversation begins, if none is under way: the first question is put.
    Ask,
    /// While the answer is awaited: the one before is written, the next question made ready.
    Meanwhile,
    /// The question reaches the server, which answers.
    Deliver,
    /// The answer is heard and written; if there is more, the next question is put.
    Hear,
    /// The same, and the phone dies before the commit.
    HearAndCrash,
    /// A whole conversation without trouble.
    Sync,
    /// The same, but the phone dies while it writes one of the answers.
    SyncAndCrash { turn: u32 },
    /// A whole sync as the app runs it, with documents and photos; the link may end in it.
    Drive { pick: u32 },
    /// A phone asks for a photo by its hash, whosever it is.
    AskForPhoto { pick: u32 },
    /// A phone with an altered app tries something.
    Attack { pick: u32 },
    /// The office publishes a form's next version.
    Publish,
    /// A phone seals what it has unsent for the county.
    Seal { pick: u32 },
    /// A phone carries a sealed file to the county, or some of its pieces.
    Carry { pick: u32 },
    /// The question is lost.
    LoseRequest,
    /// The answer is lost after the server's commit.
    LoseAnswer,
    /// The question arrives twice.
    DeliverTwice,
    /// A question of a former conversation arrives now.
    LateRequest { pick: u32 },
    /// An answer of a former conversation is heard in the place of the awaited one.
    HearLate { pick: u32 },
    /// The question is cut.
    CutRequest { at: u32 },
    /// The answer is cut.
    CutAnswer { at: u32 },
    /// The phone's disk has room for so many pages more.
    FullDisk { room: u32 },
    /// The phone has room again.
    Room,
    /// The phone's next commit fails, or is written and said to have failed.
    CommitFails { written: bool },
    /// A question reaches a server whose disk is full or whose commit fails.
    DeliverInTrouble { pick: u32 },
    /// The same of a whole sync.
    DriveInTrouble { pick: u32 },
    /// The phone dies and starts again.
    Crash,
    /// The phone's clock jumps.
    Skew { millis: i64 },
    /// The server dies and starts again.
    ServerCrash,
    /// Somebody copies the server's folder.
    Backup,
    /// The server comes back from that copy; nobody says so.
    Restore,
    /// Somebody copies the folder; the phone's question is heard and its answer lost; another phone
    /// reads what it told; the server comes back from the copy.
    SetBackUnheard { pick: u32 },
    /// The phone's worker gets an area.
    Assign { other: bool },
    /// The phone's worker loses an area.
    End { pick: u32 },
    /// The office ends a right by mistake; the phone syncs, and gets the same area again.
    EndByMistake { pick: u32 },
    /// The worker's phone is revoked.
    Revoke,
    /// A revoked phone is enrolled again; the first answer may be lost.
    Enrol { lost: bool },
    /// A phone is enrolled anew while its session goes on; the worker's other phone goes on too.
    EnrolAnew { lost: bool },
    /// A need is ticked, or not any more.
    Tick { pick: u32 },
    /// What settled itself is taken back.
    TakeBack { pick: u32 },
    /// The helper is paired with a person.
    Pair { pick: u32 },
    /// A pairing ends, at once or with the day.
    PartFrom { pick: u32 },
    /// A day passes.
    NextDay,
    /// Harm is found and reported.
    Report { pick: u32 },
    /// More is told of a case.
    TellMore { pick: u32 },
}

/// Something that happens to a phone, or to the server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Its number in the schedule as it was drawn: its chance hangs on it.
    pub no: u64,
    /// To which phone.
    pub phone: usize,
    /// What.
    pub act: Act,
}

/// What kinds of trouble a schedule has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flavour {
    /// Areas come and go.
    pub scope: bool,
    /// Phones are revoked and enrolled again; beside `restore` too.
    pub revoke: bool,
    /// The server comes back from an older copy.
    pub restore: bool,
    /// Clocks jump.
    pub skew: bool,
    /// Old answers are heard late.
    pub late: bool,
    /// Disks are full and commits fail.
    pub disks: bool,
}

/// A schedule.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// From which seed.
    pub seed: u64,
    /// Its kinds of trouble.
    pub flavour: Flavour,
    /// Whose the phones are.
    pub cast: Cast,
    /// The phone whose app is nine months old, if one is.
    pub old: Option<usize>,
    /// What a turn carries, by phone: bytes pushed, bytes of pages.
    pub limits: [(usize, u32); PHONES],
    /// What happens.
    pub events: Vec<Event>,
}

impl Schedule {
    /// The same with clocks that are right.
    pub fn with_right_clocks(&self) -> Schedule {
        let mut right = self.clone();
        let skews = |event: &Event| matches!(event.act, Act::Skew { .. });
        right.events.retain(|event| !skews(event));
        right
    }

    /// The schedule of a seed.
    pub fn of(seed: u64) -> Schedule {
        let mut dice = Dice::new(seed);
        let trouble = dice.below(3);
        let flavour = Flavour {
            scope: dice.once_in(2),
            revoke: trouble == 1 || trouble == 2 && seed.is_multiple_of(2),
            restore: trouble == 2,
            skew: dice.once_in(2),
            late: dice.once_in(2),
            disks: dice.once_in(3),
        };
        let cast = dice.pick(&Cast::ALL);
        let old = dice.below(4 * PHONES as u64) as usize;
        let limits = std::array::from_fn(|_| {
            let push = dice.pick(&[1, 300, 128 << 10]);
            (push, dice.pick(&[1, 700, 1 << 20]))
        });
        let length = 20 + dice.below(50);
        let mut phone = 0;
        let begins = begins(cast);
        let first = begins.len() as u64;
        let begins = begins
            .iter()
            .zip(0..)
            .map(|(&(phone, act), no)| Event { no, phone, act });
        let events = (first..first + length).map(|no| {
            // What happens to one phone comes in runs.
            if dice.once_in(2) {
                phone = dice.below(PHONES as u64) as usize;
            }
            let act = act(&mut dice, flavour, cast);
            Event { no, phone, act }
        });
        Schedule {
            seed,
            flavour,
            cast,
            old: (old < PHONES).then_some(old),
            limits,
            events: begins.chain(events).collect(),
        }
    }
}

fn act(dice: &mut Dice, flavour: Flavour, cast: Cast) -> Act {
    let pick = dice.below(1 << 20) as u32;
    match dice.below(146) {
        0..=6 => Act::NewCard { pick },
        7..=9 => Act::NewVisit { pick },
        10..=20 => Act::Edit {
            pick,
            field: dice.below(7) as u8,
        },
        21..=23 => Act::AddRow { pick },
        24..=25 => Act::EditRow { pick },
        26..=27 => Act::TakeRow { pick },
        28..=29 => Act::Void { pick },
        30 => Act::EditAndCrash { pick },
        31..=38 => Act::Ask,
        39..=41 => Act::Meanwhile,
        42..=50 => Act::Deliver,
        51..=58 => Act::Hear,
        59..=61 => Act::HearAndCrash,
        62..=71 => Act::Sync,
        72..=74 => Act::SyncAndCrash { turn: pick % 4 },
        75 => Act::LoseRequest,
        76..=78 => Act::LoseAnswer,
        79..=80 => Act::DeliverTwice,
        81 => Act::LateRequest { pick },
        82 => Act::CutRequest { at: pick },
        83 => Act::CutAnswer { at: pick },
        84..=85 => Act::Crash,
        86 => Act::ServerCrash,
        100..=101 => Act::Photo { pick },
        102..=105 => Act::Drive { pick },
        106..=107 => Act::AskForPhoto { pick },
        108..=111 => Act::Attack { pick },
        112 => Act::Publish,
        113 => Act::Seal { pick },
        114..=116 => Act::Carry { pick },
        124..=129 => Act::Tick { pick },
        130..=132 => Act::TakeBack { pick },
        133..=145 => of_cast(dice, flavour, cast, pick),
        _ => trouble(dice, flavour, pick),
    }
}

/// How a schedule begins, so that there is somebody whom the fourth phone has to do with.
fn begins(cast: Cast) -> &'static [(usize, Act)] {
    const CARD: Act = Act::NewCard { pick: 0 };
    match cast {
        Cast::GridWorker => &[],
        Cast::SecondPhone => &[(0, CARD), (0, Act::Sync), (3, Act::Sync)],
        Cast::Helper => &[
            (0, CARD),
            (1, CARD),
            (0, Act::Sync),
            (1, Act::Sync),
            (3, Act::Pair { pick: 0 }),
            (3, Act::Sync),
        ],
        Cast::Officer => &[
            (0, CARD),
            (0, Act::Report { pick: 1 }),
            (0, Act::Sync),
            (2, Act::Sync),
            (3, Act::Sync),
        ],
    }
}

/// What only these phones have.
fn of_cast(dice: &mut Dice, flavour: Flavour, cast: Cast, pick: u32) -> Act {
    let lost = pick.is_multiple_of(2);
    let kinds: &[Act] = match cast {
        Cast::GridWorker => &[Act::Edit { pick, field: 0 }, Act::Sync],
        Cast::SecondPhone if flavour.revoke => &[
            Act::EnrolAnew { lost },
            Act::Tick { pick },
            Act::Edit { pick, field: 0 },
            Act::Sync,
        ],
        Cast::SecondPhone => &[Act::Edit { pick, field: 0 }, Act::Tick { pick }, Act::Sync],
        Cast::Helper => &[
            Act::Pair { pick },
            Act::Pair { pick },
            Act::Pair { pick },
            Act::PartFrom { pick },
            Act::PartFrom { pick },
            Act::NextDay,
            Act::NewVisit { pick },
            Act::Sync,
        ],
        Cast::Officer => &[
            Act::Report { pick },
            Act::Report { pick },
            Act::TellMore { pick },
            Act::Sync,
        ],
    };
    dice.pick(kinds)
}

/// Of the kinds that this schedule has; the common ones where it has none.
fn trouble(dice: &mut Dice, flavour: Flavour, pick: u32) -> Act {
    const YEAR: i64 = 365 * 86_400_000;
    let mut kinds: Vec<Act> = vec![Act::Sync, Act::Deliver, Act::Hear];
    if flavour.scope {
        kinds.extend([Act::Move { pick }, Act::End { pick }, Act::Move { pick }]);
        kinds.push(Act::Assign {
            other: pick.is_multiple_of(2),
        });
        kinds.push(Act::EndByMistake { pick });
    }
    if flavour.revoke {
        let lost = pick.is_multiple_of(2);
        kinds.extend([Act::Revoke, Act::Enrol { lost }, Act::Enrol { lost: !lost }]);
    }
    if flavour.restore {
        kinds.extend([Act::Backup, Act::Restore, Act::SetBackUnheard { pick }]);
    }
    if flavour.skew {
        let far = [-10 * YEAR, -86_400_000, -90_000, 90_000, 2 * 86_400_000];
        // Ten years on, 1970, past 2038-01-19T03:14:08Z, and right again.
        let jump = [10 * YEAR, -1_715_313_600_000, 432_170_100_000, 0];
        let millis = if dice.once_in(2) {
            dice.pick(&far)
        } else {
            dice.pick(&jump)
        };
        kinds.extend([Act::Skew { millis }, Act::Skew { millis }]);
    }
    if flavour.disks {
        kinds.extend([Act::FullDisk { room: pick % 9 }, Act::Room]);
        let written = pick.is_multiple_of(2);
        kinds.push(Act::CommitFails { written });
        kinds.extend([Act::DeliverInTrouble { pick }, Act::DriveInTrouble { pick }]);
    }
    if flavour.late {
        kinds.extend([Act::HearLate { pick }, Act::LateRequest { pick }]);
    }
    dice.pick(&kinds)
}
