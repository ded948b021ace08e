//! A phone that is made here: what it saved, where it is in its feeds.

use super::*;

pub struct Phone {
    pub id: DeviceId,
    pub key: SoftwareKey,
    pub salt: Secret,
    pub token: String,
    pub worker: WorkerId,
    pub saves: Vec<Save>,
    pub chains: Vec<ChainHead>,
    pub epoch: Option<Epoch>,
    pub cursors: Vec<Cursor>,
    pub acknowledged: Option<Acknowledgement>,
}

impl Phone {
    /// The same phone under a new id, with nothing made yet.
    pub fn into_another(self, id: DeviceId, token: String) -> Phone {
        Phone {
            id,
            token,
            saves: Vec::new(),
            chains: vec![[0; 32]],
            acknowledged: None,
            ..self
        }
    }

    /// Presses the button.
    pub fn save(&mut self, world: &World, form: Option<&FormRef>, parts: Vec<Part>) -> Head {
        let head = Head {
            device: self.id,
            seq: self.saves.len() as u64 + 1,
        };
        let now = world.clock.now();
        let save = Save {
            envelope: Envelope {
                head,
                stamp: Hlc {
                    millis: now.millis,
                    counter: head.seq as u32,
                    device: self.id,
                },
                wall: now,
                monotonic_millis: 0,
                last_server_millis: None,
                author: self.worker,
                role: "village_committee".into(),
                form: form.cloned(),
                app: "test".into(),
            },
            parts,
        };
        self.add(save);
        head
    }

    pub fn add(&mut self, save: Save) {
        self.chains
            .push(link_save(self.chains.last().unwrap(), &save, &self.salt));
        self.saves.push(save);
    }

    /// Alters a save after the fact, with every chain behind it.
    pub fn alter(&mut self, seq: u64, act: impl FnOnce(&mut Save)) {
        act(&mut self.saves[seq as usize - 1]);
        let saves = std::mem::take(&mut self.saves);
        self.chains.truncate(1);
        saves.into_iter().for_each(|save| self.add(save));
    }

    pub fn push_from(&self, from: u64) -> Push {
        let last = self.saves.len() as u64;
        let chain = self.chains.last().unwrap();
        Push {
            from,
            saves: self.saves[from as usize - 1..].to_vec(),
            signature: self.key.sign(&push_message(self.id, last, chain)),
        }
    }

    pub fn request(&self, push: Option<Push>) -> SyncRequest {
        SyncRequest {
            version: VERSION,
            epoch: self.epoch,
            push,
            highest: self.saves.len() as u64,
            waiting: Vec::new(),
            acknowledged: self.acknowledged.clone(),
            cursors: self.cursors.clone(),
            manifest: 0,
            manifest_hash: None,
            last_syncs_after: 0,
            budget_bytes: 1 << 20,
            again: Vec::new(),
            apart: Vec::new(),
        }
    }

    pub fn hear(&mut self, reply: &SyncReply) {
        if self.epoch != Some(reply.epoch) {
            self.cursors.clear();
        }
        self.epoch = Some(reply.epoch);
        self.acknowledged = Some(reply.acknowledgement.clone());
        self.cursors
            .retain(|cursor| reply.feeds.contains(&cursor.feed));
        for page in &reply.pages {
            self.cursors.retain(|cursor| cursor.feed != page.feed);
            self.cursors.push(Cursor {
                feed: page.feed.clone(),
                position: page.position,
            });
        }
    }

    pub fn at(&self, feed: &str) -> Option<Position> {
        self.cursors
            .iter()
            .find(|cursor| cursor.feed.to_string() == feed)
            .map(|cursor| cursor.position)
    }

    /// A household and a person in it, in one save; their ids.
    pub fn card(&mut self, world: &World, area: &str) -> (RecordId, RecordId) {
        let (household, person) = (world.id(), world.id());
        let parts = card(household, person, area, "测试乙");
        self.save(world, Some(&world.card), parts);
        (household, person)
    }

    /// A visit to a person of a household.
    pub fn visit(&mut self, world: &World, household: RecordId, person: RecordId) -> RecordId {
        let (id, row) = (world.id(), world.row());
        let mut head = part(
            id,
            Kind::VISIT,
            Compartment::Contact,
            &[
                ("household", &household.to_string()),
                ("mode", "home"),
                ("started_at", "2024-05-10T09:30:00+08:00"),
            ],
        );
        head.begins = true;
        let mut people = part(
            id,
            Kind::VISIT,
            Compartment::Contact,
            &[
                (&format!("people[{row}].person"), &person.to_string()),
                (&format!("people[{row}].met"), "met"),
            ],
        );
        (people.begins, people.row) = (true, Some(row));
        let mut care = part(id, Kind::VISIT, Compartment::Care, &[("note", "合成")]);
        care.begins = true;
        self.save(world, Some(&world.visit), vec![head, people, care]);
        id
    }

    pub fn edit(&mut self, world: &World, person: RecordId, field: &str, value: &str) -> Head {
        let part = part(
            person,
            Kind::PERSON,
            Compartment::Contact,
            &[(field, value)],
        );
        self.save(world, Some(&world.card), vec![part])
    }
}
