//! What the county's office and its machine room do: assign, revoke, enrol, back up, restore.

use tanfang_core::model::{Clock, Compartment, DeviceId, Head, Kind, Part, RecordId, Value};
use tanfang_core::store::{Enrolment, ServerHas};
use tanfang_core::vault::KeyVault;
use tanfang_core::wire::{EnrolReply, EnrolRequest, VERSION};
use tanfang_server::engine::{OwnSave, Request, Response};
use tanfang_server::store::StoreError;

use crate::chance::Vault;
use crate::house::World;
use crate::mallory::MALLORY;
use crate::model::{Broken, Remembered, broken};
use crate::phone::{part, write};
use crate::template::{copy, folder};
use crate::theirs::day;
use crate::workers::{Pairing, Right, Worker};

const SERVER: [&str; 2] = ["server.db", "server.key"];

/// A copy of the server's folder, and what it must remember.
pub struct Backup {
    folder: tempfile::TempDir,
    remembered: Remembered,
}

impl World {
    /// The office writes at the server.
    pub fn own(&mut self, part: Part) -> Result<Head, Broken> {
        let own = OwnSave {
            role: "administrator",
            form: None,
            parts: vec![part],
        };
        let wrote = self
            .server()?
            .write(|turn| turn.write_own(own))
            .map_err(|e: StoreError| e.to_string());
        wrote.or_else(|e| broken("an administrator writes", e))
    }

    /// Somebody new works for the county, somewhere.
    pub fn hire(&mut self, role: &'static str, area: &'static str) -> Result<(), Broken> {
        let worker = self.fresh().worker();
        let name = vec![write(None, "name", Value::text("测试甲"))];
        let of = Compartment::Roster;
        self.own(part(worker.record(), Kind::WORKER, of, true, name))?;
        self.model.now.workers.push(Worker {
            id: worker,
            role,
            rights: Vec::new(),
        });
        self.give(self.model.now.workers.len() - 1, area)
    }

    /// The worker of a phone gets an area.
    pub fn assign(&mut self, no: usize, area: &'static str) -> Result<(), Broken> {
        self.give(self.model.cast.holder(no), area)
    }

    fn give(&mut self, at: usize, area: &'static str) -> Result<(), Broken> {
        let record = self.fresh();
        let worker = &self.model.now.workers[at];
        let text = |field: &str, text: String| write(None, field, Value::text(text));
        let fields = vec![
            text("worker", worker.id.to_string()),
            text("role", worker.role.to_owned()),
            text("area", area.to_owned()),
        ];
        let of = Compartment::Roster;
        let head = self.own(part(record, Kind::ASSIGNMENT, of, true, fields))?;
        self.model.now.workers[at].rights.push(Right {
            record,
            area: area.parse().expect("an area's code"),
            ended: false,
            head: Some(head),
        });
        Ok(())
    }

    /// A worker loses an area.
    pub fn end(&mut self, no: usize, right: usize) -> Result<(), Broken> {
        let record = self.model.worker(no).rights[right].record;
        let to = vec![write(None, "to", Value::text("2024-05-01"))];
        let head = self.own(part(
            record,
            Kind::ASSIGNMENT,
            Compartment::Roster,
            false,
            to,
        ))?;
        let holder = self.model.cast.holder(no);
        let right = &mut self.model.now.workers[holder].rights[right];
        (right.ended, right.head) = (true, Some(head));
        Ok(())
    }

    /// The office pairs a phone's worker with a person whom the county knows.
    pub fn pair(&mut self, no: usize, pick: u32) -> Result<Option<RecordId>, Broken> {
        let known = self.model.records.iter();
        let people = known.filter(|(_, kind)| *kind == Kind::PERSON);
        let people: Vec<RecordId> = people.map(|(id, _)| *id).collect();
        let Some(person) = people.get(pick as usize % people.len().max(1)).copied() else {
            return Ok(None);
        };
        if self.look(|turn| turn.record(person))?.is_none() {
            return Ok(None);
        }
        let worker = self.model.worker(no).id;
        let record = self.fresh();
        let text = |field: &str, text: String| write(None, field, Value::text(text));
        let fields = vec![
            text("worker", worker.to_string()),
            text("person", person.to_string()),
            text("from", "2024-05-01".to_owned()),
        ];
        let of = Compartment::Contact;
        self.own(part(record, Kind::PAIRING, of, true, fields))?;
        let pairing = Pairing {
            record,
            worker,
            person,
            to: None,
        };
        self.model.now.pairings.push(pairing.clone());
        self.model.paired.push(pairing);
        self.model.records.push((record, Kind::PAIRING));
        Ok(Some(person))
    }

    /// The office ends a pairing of a phone's worker, with yesterday or with the end of today.
    pub fn part_from(&mut self, no: usize, pick: u32) -> Result<Option<RecordId>, Broken> {
        let (worker, today) = (self.model.worker(no).id, day(self.time.now()));
        let pairings = self.model.now.pairings.iter().enumerate();
        let lasting = pairings.filter(|(_, of)| of.worker == worker && of.to.is_none());
        let lasting: Vec<usize> = lasting.map(|(at, _)| at).collect();
        let Some(at) = lasting.get((pick / 2) as usize % lasting.len().max(1)) else {
            return Ok(None);
        };
        let to = match pick.is_multiple_of(2) {
            true => "2024-05-02".to_owned(),
            false => today,
        };
        let Pairing { record, person, .. } = self.model.now.pairings[*at];
        let ends = vec![write(None, "to", Value::text(&to))];
        let of = Compartment::Contact;
        self.own(part(record, Kind::PAIRING, of, false, ends))?;
        self.model.now.pairings[*at].to = Some(to);
        Ok(Some(person))
    }

    /// Every phone of a worker is revoked.
    pub fn revoke(&mut self, no: usize) -> Result<(), Broken> {
        let worker = self.model.worker(no).id;
        let revoked = self
            .server()?
            .write(|turn| turn.revoke(worker))
            .map_err(|e: StoreError| e.to_string());
        revoked.or_else(|e| broken("an administrator writes", e))?;
        for phone in self.model.cast.phones_of(no) {
            let device = self.device(phone)?;
            self.model.now.revoked.insert(device);
        }
        self.model.now.audited.push("revoke");
        Ok(())
    }

    /// The device that a phone is now.
    pub fn device(&mut self, no: usize) -> Result<DeviceId, Broken> {
        Ok(self.phones[no].read(|tx| tx.enrolled())?.device)
    }

    /// Enrols a phone with a new code, as `App::enrol` does; where the first answer is lost, it is
    /// tried again.
    pub fn enrol(&mut self, no: usize, lost: bool) -> Result<(), Broken> {
        self.phones[no].trouble_disk(None)?;
        let worker = self.model.worker(no).id;
        let given = self
            .server()?
            .write(|turn| turn.give_code(worker))
            .map_err(|e: StoreError| e.to_string());
        let code = given.or_else(|e| broken("an administrator writes", e))?;
        if lost {
            self.ask_to_enrol(no, code.clone())?;
        }
        let (device, reply) = self.ask_to_enrol(no, code)?;
        let new = Enrolment {
            server: "http://county".into(),
            device,
            worker: reply.worker,
            name: reply.name,
            county: reply.county,
            epoch: reply.epoch,
            token: reply.token,
            server_key: reply.server_key,
        };
        let phone = &mut self.phones[no];
        let salt = phone.vault.salt();
        let former = phone.read(|tx| tx.enrolment())?.map(|old| old.device);
        phone.write(|tx| {
            match tx.enrolment()? {
                None => tx.set_enrolment(&new)?,
                Some(_) => {
                    let through = reply.earlier_through.iter().copied();
                    let asked = tx.earlier()?.into_iter().map(|former| former.device);
                    let has = ServerHas {
                        former: reply.former_through,
                        earlier: asked.zip(through).collect(),
                    };
                    tx.renumber(&new, &salt, &has)?;
                }
            }
            tx.set_server_millis(reply.server_millis)?;
            Ok(())
        })?;
        phone.former.clear();
        phone.talk = None;
        // Who the phone was before is nobody any more; the worker's other phone goes on.
        self.model.now.revoked.extend(former);
        self.model.devices.push(device);
        Ok(())
    }

    /// Enrols the phone with the altered app, which has no store of ours.
    pub fn enrol_mallory(&mut self) -> Result<(), Broken> {
        let (worker, vault) = (self.model.now.workers[MALLORY].id, Vault::of(MALLORY));
        let given = self
            .server()?
            .write(|turn| turn.give_code(worker))
            .map_err(|e: StoreError| e.to_string());
        let request = EnrolRequest {
            version: VERSION,
            code: given.or_else(|e| broken("an administrator writes", e))?,
            device: self.mallory.device,
            public_key: vault.public_key().unwrap_or_default(),
            algorithm: "ES256".into(),
            salt_key: vault.salt().expose().to_vec(),
            app: "altered".into(),
            former: None,
            earlier: Vec::new(),
            agreement_key: None,
        };
        match self.server()?.handle(Request::Enrol(request)) {
            Response::Enrolled(reply) => self.mallory.token = reply.token,
            other => return broken("a phone enrols", format!("{other:?}")),
        }
        self.model.now.audited.push("enrolled");
        Ok(())
    }

    /// A phone asks to be enrolled with a code: as which device, and the answer.
    fn ask_to_enrol(&mut self, no: usize, code: String) -> Result<(DeviceId, EnrolReply), Broken> {
        let phone = &mut self.phones[no];
        let fresh = DeviceId::fresh(phone.clock.now(), &phone.chance);
        let device = phone.write(|tx| Ok(tx.device_to_enrol(|| fresh)?))?;
        let device = device.unwrap_or(fresh);
        let (former, earlier) = phone.read(|tx| Ok((tx.former()?, tx.earlier()?)))?;
        let request = EnrolRequest {
            version: VERSION,
            code,
            device,
            public_key: phone.vault.public_key().unwrap_or_default(),
            algorithm: "ES256".into(),
            salt_key: phone.vault.salt().expose().to_vec(),
            app: "sim".into(),
            former,
            earlier,
            agreement_key: None,
        };
        match self.server()?.handle(Request::Enrol(request)) {
            Response::Enrolled(reply) => {
                self.model.now.audited.push("enrolled");
                Ok((device, *reply))
            }
            other => broken("a phone enrols", format!("{other:?}")),
        }
    }

    /// Copies the server's folder.
    pub fn back_up(&mut self) -> Result<(), Broken> {
        let wrong = |e: String| broken("a backup", e);
        let checkpoint = self.server()?.checkpoint().map_err(|e| e.to_string());
        checkpoint.or_else(wrong)?;
        let kept = folder().or_else(|e| broken("a backup", e.to_string()))?;
        for file in SERVER {
            let copied = std::fs::copy(self.home().join(file), kept.path().join(file));
            copied.or_else(|e| broken("a backup", e.to_string()))?;
        }
        self.backup = Some(Backup {
            folder: kept,
            remembered: self.model.now.clone(),
        });
        Ok(())
    }

    /// The server comes back from the copy, if there is one; nobody says so.
    pub fn restore(&mut self) -> Result<bool, Broken> {
        let Some(backup) = &self.backup else {
            return Ok(false);
        };
        let (from, remembered) = (backup.folder.path().to_owned(), backup.remembered.clone());
        self.server_dies();
        let home = self.home();
        let restored = std::fs::remove_dir_all(&home).and_then(|()| copy(&from, &home));
        restored.or_else(|e| broken("a backup", e.to_string()))?;
        self.model.now = remembered;
        self.set_back = Some(self.epoch()?);
        self.was_set_back = true;
        Ok(true)
    }
}
