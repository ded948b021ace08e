//! The county from which every schedule starts, made once and copied.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use tanfang_core::form::Form;
use tanfang_core::model::{Clock, Compartment, DeviceId, FormRef, Kind, Value};
use tanfang_core::sync::Limits;
use tanfang_server::Server;

use crate::chance::{Seeded, Time};
use crate::drafts::Forms;
use crate::event::{PHONES, Schedule};
use crate::house::{OTHER, TOWNSHIP, VILLAGE, World};
use crate::mallory::{MALLORY, Mallory};
use crate::model::{Broken, Model, Worker, broken};
use crate::phone::{part, write};

const NOON: i64 = 1_715_313_600_000; // 2024-05-10T12:00:00+08:00

/// Role and area of each phone's worker.
const WORKERS: [(&str, &str); PHONES] = [
    ("village_committee", VILLAGE),
    ("village_committee", OTHER),
    ("township_civil", TOWNSHIP),
    ("grid_worker", VILLAGE),
];

const MALLORYS_ROLE: &str = "grid_worker";

/// A county with four enrolled phones, at rest in its folder.
pub struct Template {
    folder: tempfile::TempDir,
    model: Model,
    mallory: Mallory,
    forms: Forms,
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
    /// Makes it.
    pub fn new() -> Result<Template, Broken> {
        let folder = folder().or_else(|e| broken("the world begins", e.to_string()))?;
        let time = Arc::new(Time(AtomicI64::new(NOON)));
        let chance = Arc::new(Seeded::new(7));
        let home = folder.path().join("server");
        let server = Server::init(&home, true, time.clone(), chance.clone());
        let mut server = server.or_else(|e| broken("the world begins", e.to_string()))?;
        let forms = Forms {
            card: publish(&mut server, include_str!("card.md"))?,
            visit: publish(&mut server, include_str!("visit.md"))?,
        };
        drop(server);
        let altered = [(MALLORYS_ROLE, VILLAGE)];
        let nobody = Mallory {
            device: DeviceId::fresh(time.now(), &*chance),
            token: String::new(),
            chains: vec![[0; 32]],
            honest: None,
        };
        let model = Model::default();
        let mut world = World::at(folder, time, chance, forms.clone(), model, nobody);
        world.model.now.visit_version = 1;
        for (no, (role, area)) in WORKERS.into_iter().chain(altered).enumerate() {
            let worker = world.fresh().worker();
            let name = write(None, "name", Value::text("测试甲"));
            world.own(part(
                worker.record(),
                Kind::WORKER,
                Compartment::Roster,
                true,
                vec![name],
            ))?;
            world.model.now.workers.push(Worker {
                id: worker,
                role,
                rights: Vec::new(),
            });
            world.assign(no, area)?;
            match no {
                MALLORY => world.enrol_mallory()?,
                _ => world.enrol(no, false)?,
            }
        }
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
