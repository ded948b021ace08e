//! A schedule, played.

use tanfang_core::store::CommitFault;

use crate::check;
use crate::desk::{ended_by_mistake, office, pairing};
use crate::drafts::draft;
use crate::driven::Cut;
use crate::event::{Act, Event, PHONES, Schedule};
use crate::heal::{State, end_state, heal};
use crate::house::World;
use crate::model::{Broken, Outcome, Token};
use crate::phone::name;
use crate::photos::Photo;
use crate::talk::End;
use crate::template::{Template, Templates};
use crate::trouble::Disk;

/// What a schedule came to.
pub struct Played {
    /// What happened, in sentences.
    pub story: Vec<String>,
    /// The rule that does not hold.
    pub broken: Option<Broken>,
    /// Whether the server was set back and no phone could prove it.
    pub unproved: bool,
    /// What stands at the end, if all is as it must be.
    pub state: State,
}

/// Plays a schedule; of some whose clocks jump also how it ends with clocks that are right, which
/// must be the same.
pub fn play(templates: &Templates, schedule: &Schedule) -> Played {
    let template = templates.of(schedule.cast);
    let mut played = play_once(template, schedule);
    let skewed = schedule.flavour.skew && schedule.seed.is_multiple_of(4);
    if skewed && played.broken.is_none() {
        let right = play_once(template, &schedule.with_right_clocks());
        if right.broken.is_none() && right.state != played.state {
            let mut apart = played
                .state
                .iter()
                .zip(&right.state)
                .filter(|(a, b)| a != b);
            let what = format!("{:?}", apart.next());
            played.broken = Some(Broken {
                rule: "clocks alter nothing of what stands at the end",
                what,
            });
        }
    }
    played
}

/// Plays a schedule in a county of its own.
fn play_once(template: &Template, schedule: &Schedule) -> Played {
    let mut world = match template.world(schedule) {
        Ok(world) => world,
        Err(broken) => {
            return Played {
                story: Vec::new(),
                broken: Some(broken),
                unproved: false,
                state: State::new(),
            };
        }
    };
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        for event in &schedule.events {
            let told = world.story.len();
            let stepped = step(&mut world, schedule.seed, *event);
            if stepped.is_err() && world.story.len() == told {
                let (who, act) = (name(event.phone), event.act);
                world.tell(format!("{who}: {act:?}."));
            }
            stepped?;
        }
        world.tell("The link heals; everybody syncs three times.");
        heal(&mut world)?;
        end_state(&mut world)
    }));
    let outcome = caught.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
        crate::model::broken("nothing panics", said.unwrap_or_default())
    });
    Played {
        unproved: world.set_back.is_some(),
        story: std::mem::take(&mut world.story),
        state: outcome.as_ref().cloned().unwrap_or_default(),
        broken: outcome.err(),
    }
}

/// One event, and what must hold after it.
fn step(world: &mut World, seed: u64, event: Event) -> Outcome {
    let chance = seed.wrapping_mul(1_000_003).wrapping_add(event.no);
    world.chance.begin(chance);
    world.phones[event.phone].chance.begin(chance ^ (1 << 63));
    world.pass(7_000);
    if chance % 5 == 2 {
        world.build_snapshots()?;
    }
    let (no, who) = (event.phone, name(event.phone));
    let happened = match event.act {
        Act::Ask => world.phones[no]
            .ask()?
            .then(|| format!("{who} asks the server.")),
        Act::Meanwhile => world.phones[no]
            .meanwhile()?
            .then(|| format!("{who} writes the answer before and makes the next question ready.")),
        Act::Deliver => world
            .deliver(no, None)?
            .then(|| format!("The server answers {who}.")),
        Act::Hear | Act::HearAndCrash if world.phones[no].awaits(true) => {
            let dies = event.act == Act::HearAndCrash;
            let end = world.hear(no, dies)?;
            world.heard(no)?;
            Some(match end {
                End::Died => format!("{who} dies while it writes the answer."),
                End::Not => format!("{who} hears the answer and asks on."),
                end => format!("{who} hears the answer: {end:?}."),
            })
        }
        Act::Sync => {
            let end = world.sync(no)?;
            world.heard(no)?;
            Some(format!("{who} syncs: {end:?}."))
        }
        Act::SyncAndCrash { turn } => {
            let end = world.sync_until(no, Some(turn))?;
            world.heard(no)?;
            Some(match end {
                End::Died => format!("{who} syncs and dies while it writes an answer."),
                end => format!("{who} syncs: {end:?}."),
            })
        }
        Act::Drive { pick } => {
            let end = world.drive(no, Cut::of(pick))?;
            world.heard(no)?;
            world.photos_on(no)?;
            world.papers_on(no)?;
            Some(format!("{who} syncs with all that belongs to it: {end:?}."))
        }
        Act::AskForPhoto { pick } => world
            .ask_for_photo(no, pick)?
            .then(|| format!("{who} asks for a photo by its hash.")),
        Act::Attack { pick } => world
            .attack(pick)?
            .map(|what| format!("An altered app tries: {what}.")),
        Act::Seal { pick } => world
            .seal(no, pick)?
            .then(|| format!("{who} seals what it has unsent.")),
        Act::Carry { pick } => world.carry(no, pick)?,
        Act::Publish => {
            let version = world.publish()?;
            Some(format!(
                "The office publishes version {version} of the visit's form."
            ))
        }
        Act::FullDisk { .. }
        | Act::Room
        | Act::CommitFails { .. }
        | Act::DeliverInTrouble { .. }
        | Act::DriveInTrouble { .. } => disk(world, no, event.act)?,
        Act::LoseRequest => world.phones[no]
            .lose(false)
            .then(|| format!("The question of {who} is lost.")),
        Act::LoseAnswer => world.phones[no]
            .lose(true)
            .then(|| format!("The answer to {who} is lost.")),
        Act::DeliverTwice => twice(world, no)?,
        Act::LateRequest { pick } => world
            .late_request(no, pick)?
            .then(|| format!("An old question of {who} reaches the server now.")),
        Act::HearLate { pick } => late(world, no, pick)?,
        Act::CutRequest { at } => world
            .deliver(no, Some(at))?
            .then(|| format!("The question of {who} is cut.")),
        Act::CutAnswer { at } => world.phones[no]
            .cut_answer(at)
            .then(|| format!("The answer to {who} is cut.")),
        Act::Crash => {
            world.phones[no].die();
            Some(format!("{who} dies and starts again."))
        }
        Act::Skew { millis } => {
            world.phones[no].skew(millis);
            Some(format!("The clock of {who} is off by {} s.", millis / 1000))
        }
        Act::ServerCrash | Act::Backup | Act::Restore => server(world, event.act)?,
        Act::SetBackUnheard { pick } => set_back_unheard(world, no, pick)?,
        Act::EndByMistake { pick } => ended_by_mistake(world, no, pick)?,
        Act::Assign { .. }
        | Act::End { .. }
        | Act::Revoke
        | Act::Enrol { .. }
        | Act::EnrolAnew { .. } => office(world, no, event.act)?,
        Act::Pair { .. } | Act::PartFrom { .. } | Act::NextDay => pairing(world, event.act)?,
        _ => write(world, no, event.act)?,
    };
    if let Some(sentence) = happened {
        world.tell(sentence);
        check::phone(world, no)?;
    }
    Ok(())
}

/// A worker writes.
fn write(world: &mut World, no: usize, act: Act) -> Result<Option<String>, Broken> {
    let token = world.model.made.len() as Token + 1;
    let (phone, model) = (&mut world.phones[no], &world.model);
    let Some(draft) = draft(phone, model, &world.forms, token, act)? else {
        return Ok(None);
    };
    let dies = matches!(act, Act::EditAndCrash { .. });
    let words = draft.words.clone();
    let role = model.worker(no).role;
    if let Some(prepared) = draft.photo.clone() {
        let phone = no;
        world.model.photos.push(Photo { phone, prepared });
    }
    let saved = world.phones[no].save(&draft, token, role, dies)?;
    let Some(made) = saved else {
        return Ok(Some(format!("{} {words} and it is not saved.", name(no))));
    };
    world.model.take_up(made);
    Ok(Some(format!("{} {words} (save {token}).", name(no))))
}

/// What goes wrong with disks.
fn disk(world: &mut World, no: usize, act: Act) -> Result<Option<String>, Broken> {
    let who = name(no);
    Ok(match act {
        Act::FullDisk { room } => {
            world.phones[no].trouble_disk(Some(Disk::Full { room }))?;
            Some(format!("{who} has room for {room} pages more."))
        }
        Act::CommitFails { written } => {
            let fault = match written {
                true => CommitFault::Written,
                false => CommitFault::NotWritten,
            };
            world.phones[no].trouble_disk(Some(Disk::Commits(fault)))?;
            Some(format!("The next commit of {who} fails: {fault:?}."))
        }
        Act::DeliverInTrouble { pick } => world
            .deliver_in_trouble(no, pick)?
            .then(|| format!("The question of {who} reaches a server in trouble.")),
        Act::DriveInTrouble { pick } => {
            let end = world.drive_in_trouble(no, pick)?;
            world.heard(no)?;
            Some(format!("{who} syncs with a server in trouble: {end:?}."))
        }
        _ => {
            world.phones[no].trouble_disk(None)?;
            Some(format!("{who} has room again."))
        }
    })
}

fn twice(world: &mut World, no: usize) -> Result<Option<String>, Broken> {
    if !world.deliver(no, None)? {
        return Ok(None);
    }
    let last = world.phones[no].former.len() - 1;
    world.late_request(no, last as u32)?;
    Ok(Some(format!("The question of {} arrives twice.", name(no))))
}

fn late(world: &mut World, no: usize, pick: u32) -> Result<Option<String>, Broken> {
    if !world.phones[no].swap_late(pick) {
        return Ok(None);
    }
    world.heard_late = true;
    let end = world.hear(no, false)?;
    Ok(Some(format!("{} hears an old answer: {end:?}.", name(no))))
}

fn server(world: &mut World, act: Act) -> Result<Option<String>, Broken> {
    Ok(match act {
        Act::Backup => {
            world.back_up()?;
            Some("Somebody copies the server's folder.".into())
        }
        Act::Restore => world
            .restore()?
            .then(|| "The server comes back from the copy; nobody says so.".into()),
        _ => {
            world.server_dies();
            Some("The server dies and starts again.".into())
        }
    })
}

/// The server forgets what only a lost answer acknowledged, and what another phone read meanwhile.
fn set_back_unheard(world: &mut World, no: usize, pick: u32) -> Result<Option<String>, Broken> {
    world.back_up()?;
    world.phones[no].talk = None;
    world.phones[no].ask()?;
    world.deliver(no, None)?;
    world.phones[no].lose(true);
    let reader = (no + 1 + pick as usize % (PHONES - 1)) % PHONES;
    let end = world.sync(reader)?;
    world.heard(reader)?;
    world.restore()?;
    Ok(Some(format!(
        "The folder is copied; {} is heard and its answer lost; {} syncs: {end:?}; the server comes back from the copy.",
        name(no),
        name(reader)
    )))
}
