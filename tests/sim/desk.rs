//! What the county's office does in a schedule: rights, pairings, phones that are revoked and enrolled.

use tanfang_core::store::OwnState;

use crate::event::{Act, PHONES};
use crate::house::{OTHER, TOWNSHIP, VILLAGE, World};
use crate::model::{Broken, Outcome, token_of};
use crate::phone::name;

/// A right ends and is given again, with a sync between.
pub fn ended_by_mistake(world: &mut World, no: usize, pick: u32) -> Result<Option<String>, Broken> {
    let rights = &world.model.worker(no).rights;
    let mut held = (0..rights.len()).filter(|at| !rights[*at].ended);
    let Some(at) = held.next() else {
        return Ok(None);
    };
    let given = [VILLAGE, OTHER, TOWNSHIP];
    let area = rights[at].area;
    let Some(area) = given.into_iter().find(|code| *code == area.as_str()) else {
        return Ok(None);
    };
    world.end(no, at)?;
    let end = match pick.is_multiple_of(2) {
        true => world.sync(no)?,
        false => world.drive(no, None)?,
    };
    world.heard(no)?;
    world.assign(no, area)?;
    Ok(Some(format!(
        "The worker of {} loses {area} by mistake, syncs ({end:?}) and gets it again.",
        name(no)
    )))
}

/// What the county's office does.
pub fn office(world: &mut World, no: usize, act: Act) -> Result<Option<String>, Broken> {
    let worker = world.model.worker(no);
    Ok(match act {
        Act::Assign { other } => {
            let area = if other { OTHER } else { VILLAGE };
            world.assign(no, area)?;
            Some(format!("The worker of {} gets {area}.", name(no)))
        }
        Act::End { pick } => {
            let held: Vec<usize> = (0..worker.rights.len())
                .filter(|at| !worker.rights[*at].ended)
                .collect();
            let Some(at) = held.get(pick as usize % held.len().max(1)).copied() else {
                return Ok(None);
            };
            let area = worker.rights[at].area;
            world.end(no, at)?;
            Some(format!("The worker of {} loses {area}.", name(no)))
        }
        Act::Revoke => {
            world.revoke(no)?;
            Some(format!("{} is revoked.", name(no)))
        }
        Act::EnrolAnew { lost } => {
            enrol_again(world, no, lost)?;
            Some(format!(
                "{} is enrolled anew while its session goes on.",
                name(no)
            ))
        }
        _ => {
            let device = world.device(no)?;
            if !world.model.now.revoked.contains(&device) {
                return Ok(None);
            }
            let lost = act == Act::Enrol { lost: true };
            enrol_again(world, no, lost)?;
            Some(match lost {
                true => format!("{} is enrolled again, at the second try.", name(no)),
                false => format!("{} is enrolled again.", name(no)),
            })
        }
    })
}

/// The helper's people come and go.
pub fn pairing(world: &mut World, act: Act) -> Result<Option<String>, Broken> {
    let helper = PHONES - 1;
    let of = |world: &World, person| format!("{} and {}", name(helper), world.model.name(person));
    Ok(match act {
        Act::Pair { pick } => {
            let paired = world.pair(helper, pick)?;
            paired.map(|person| format!("{} are paired.", of(world, person)))
        }
        Act::PartFrom { pick } => {
            let parted = world.part_from(helper, pick)?;
            let when = if pick.is_multiple_of(2) {
                ""
            } else {
                " from tomorrow on"
            };
            parted.map(|person| format!("{} are not paired any more{when}.", of(world, person)))
        }
        _ => {
            world.pass(86_400_000);
            Some("A day passes.".into())
        }
    })
}

/// Enrols a phone again; what is unsent is numbered anew.
pub fn enrol_again(world: &mut World, no: usize, lost: bool) -> Outcome {
    let open = world.phones[no].read(|tx| {
        let mut open = Vec::new();
        for own in tx
            .outbox()?
            .into_iter()
            .filter(|s| s.state != OwnState::Accepted)
        {
            let save = tx.own_save(own.seq)?;
            open.extend(save.and_then(|save| token_of(&save.envelope)));
        }
        Ok(open)
    })?;
    world.model.renumbered.extend(open.iter().copied());
    world.enrol(no, lost)?;
    let kept = world.phones[no].read(|tx| {
        let mut kept = Vec::new();
        for seq in 1..=tx.tip()?.seq {
            kept.extend(tx.own_save(seq)?.and_then(|save| token_of(&save.envelope)));
        }
        Ok(kept)
    })?;
    world.model.renumbered.extend(kept.iter().copied());
    if open.iter().any(|token| !kept.contains(token)) {
        let what = format!("{open:?} became {kept:?}");
        return crate::model::broken("what is unsent is kept by a new enrolment", what);
    }
    Ok(())
}
