//! The county from which every schedule starts, made once and copied.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use tanfang_core::form::Form;
use tanfang_core::model::{Clock, DeviceId, FormRef};
use tanfang_core::sync::Limits;
use tanfang_server::Server;

use crate::chance::{Seeded, Time};
use crate::drafts::Forms;
use crate::event::{PHONES, Schedule};
use crate::house::{VILLAGE, World};
use crate::mallory::Mallory;
use crate::model::{Broken, Model, broken};
use crate::workers::Cast;

const NOON: i64 = 1_715_313_600_000; // 2024-05-10T12:00:00+08:00

const MALLORYS_ROLE: &str = "grid_worker";

/// A county with four enrolled phones, at rest in its folder.
pub struct Template {
    folder: tempfile::TempDir,
    model: Model,
    mallory: Mallory,
    forms: Forms,
}

/// A county for each cast.
pub struct Templates(Vec<(Cast, Template)>);

impl Templates {
    /// Makes them.
    pub fn new() -> Result<Templates, Broken> {
        let made = Cast::ALL
            .into_iter()
            .map(|cast| Ok((cast, Template::new(cast)?)));
        made.collect::<Result<_, _>>().map(Templates)
    }

    /// That of a cast.
    pub fn of(&self, cast: Cast) -> &Template {
        let found = self.0.iter().find(|(of, _)| *of == cast);
        &found.expect("each cast has its county").1
    }
}

/// A folder in memory where the machine has one: a commit costs no disk there.
pub fn folder() -> std::io::Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
}

impl Template {
    /// Makes the county of a cast.
    pub fn new(cast: Cast) -> Result<Template, Broken> {
        let folder = folder().or_else(|e| broken("the world begins", e.to_string()))?;
        let time = Arc::new(Time(AtomicI64::new(NOON)));
        let chance = Arc::new(Seeded::new(7));
        let home = folder.path().join("server");
        let server = Server::init(&home, true, time.clone(), chance.clone());
        let mut server = server.or_else(|e| broken("the world begins", e.to_string()))?;
        let forms = Forms {
            card: publish(&mut server, include_str!("card.md"))?,
            visit: publish(&mut server, include_str!("visit.md"))?,
            case: publish(&mut server, include_str!("case.md"))?,
        };
        drop(server);
        let altered = [(MALLORYS_ROLE, VILLAGE)];
        let nobody = Mallory {
            device: DeviceId::fresh(time.now(), &*chance),
            token: String::new(),
            chains: vec![[0; 32]],
            honest: None,
        };
        let model = Model {
            cast,
            ..Model::default()
        };
        let mut world = World::at(folder, time, chance, forms.clone(), model, nobody);
        world.model.now.visit_version = 1;
        for (role, area) in cast.workers().into_iter().chain(altered) {
            world.hire(role, area)?;
        }
        for phone in 0..PHONES {
            world.enrol(phone, false)?;
        }
        world.enrol_mallory()?;
        let (folder, model, mallory) = world.at_rest();
        Ok(Template {
            folder,
            model,
            mallory,
            forms,
        })
    }

    /// A county of its own for a schedule.
    pub fn world(&self, schedule: &Schedule) -> Result<World, Broken> {
        let wrong = |e: std::io::Error| e.to_string();
        let folder = folder().map_err(wrong);
        let folder = folder.or_else(|e| broken("the world begins", e))?;
        let copied = copy(self.folder.path(), folder.path()).map_err(wrong);
        copied.or_else(|e| broken("the world begins", e))?;
        let time = Arc::new(Time(AtomicI64::new(NOON)));
        let chance = Arc::new(Seeded::new(schedule.seed));
        let (forms, model) = (self.forms.clone(), self.model.clone());
        let mut world = World::at(folder, time, chance, forms, model, self.mallory.clone());
        for (phone, (push_bytes, page_bytes)) in world.phones.iter_mut().zip(schedule.limits) {
            phone.limits = Limits {
                push_bytes,
                page_bytes,
            };
        }
        if let Some(old) = schedule.old {
            world.phones[old].old = true;
        }
        Ok(world)
    }
}

fn publish(server: &mut Server, source: &str) -> Result<FormRef, Broken> {
    let form = Form::compile(source).expect("the simulator's forms compile");
    let published = server
        .write(|turn| turn.publish_form(&form, source))
        .map_err(|e| e.to_string());
    published.or_else(|e| broken("the world begins", e))?;
    Ok(FormRef {
        id: form.id().into(),
        version: form.version().into(),
        hash: form.hash().into(),
    })
}

/// Copies a folder whole.
pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
