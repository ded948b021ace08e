//! A phone whose app was altered: its worker is enrolled and holds one village, and it sends what no
//! app of ours would.

use tanfang_core::model::{
    AREA, Clock, Compartment, DeviceId, Envelope, Feed, Head, Hlc, Kind, Part, RecordId, Save,
    Value, WorkerId,
};
use tanfang_core::vault::KeyVault;
use tanfang_core::wire::{
    Acknowledgement, ChainHead, Cursor, FeedEnd, HistoryRequest, Push, REQUEST_LIMIT_BYTES,
    SyncReply, SyncRequest, VERSION, VerdictKind, WireRefusal, link_save, pack, push_message,
    unpack,
};
use tanfang_server::engine::{AttachmentAsk, Request, Response};

use crate::chance::Vault;
use crate::check;
use crate::event::PHONES;
use crate::house::{TOWNSHIP, VILLAGE, World};
use crate::model::{Broken, Outcome, broken};
use crate::phone::{part, write};
use crate::talk::RULE;
use crate::theirs::{areas, may_hold, visible};

/// Her place among the workers.
pub const MALLORY: usize = PHONES;

const HERS: &str = "nobody writes what is not theirs";
const THEIRS: &str = "nobody sees what is not theirs";

/// What she needs to speak to the server.
#[derive(Debug, Clone)]
pub struct Mallory {
    /// As which device.
    pub device: DeviceId,
    /// Under which session.
    pub token: String,
    /// Her chain after each of her saves that the server heard; zeros before the first.
    pub chains: Vec<ChainHead>,
    /// The number of a save of hers that was accepted.
    pub honest: Option<(u64, Save)>,
}

impl World {
    /// One attack; what it was.
    pub fn attack(&mut self, pick: u32) -> Result<Option<&'static str>, Broken> {
        let rest = pick / 10;
        Ok(Some(match pick % 10 {
            0 => self.sends_junk(rest)?,
            1 => {
                let author = self.model.now.workers[rest as usize % PHONES].id;
                let Some(person) = self.some(&Kind::PERSON, rest) else {
                    return Ok(None);
                };
                self.forges(author, vec![renamed(person)])?;
                "in another's name"
            }
            2 => self.holds_the_future()?,
            3 => self.forges_a_proof(rest)?,
            4 => {
                let me = self.model.now.workers[MALLORY].id;
                let part = self.right_for_herself(rest);
                self.forges(me, vec![part])?;
                "a right of her own"
            }
            5 => self.alters_what_she_sent()?,
            6 => return self.writes_elsewhere(rest),
            7 => self.numbers_wrongly(rest)?,
            8 => return self.asks_for_parts(rest),
            _ => return self.asks_for_others(rest),
        }))
    }

    fn some(&self, kind: &Kind, pick: u32) -> Option<RecordId> {
        let of_kind = self.model.records.iter().filter(|(_, of)| of == kind);
        let ids: Vec<RecordId> = of_kind.map(|(id, _)| *id).collect();
        ids.get(pick as usize % ids.len().max(1)).copied()
    }

    fn question(&mut self, push: Option<Push>) -> Result<SyncRequest, Broken> {
        Ok(SyncRequest {
            version: VERSION,
            epoch: Some(self.epoch()?),
            push,
            highest: self.mallory.chains.len() as u64,
            waiting: Vec::new(),
            acknowledged: None,
            cursors: Vec::new(),
            manifest: 0,
            manifest_hash: None,
            last_syncs_after: 0,
            budget_bytes: 1 << 20,
            again: Vec::new(),
            apart: Vec::new(),
        })
    }

    /// What the server answers her; every answer is looked at as anybody's.
    fn put(&mut self, question: SyncRequest) -> Result<Result<SyncReply, WireRefusal>, Broken> {
        self.pass(1_000);
        let asked = Request::Sync {
            token: self.mallory.token.clone(),
            body: Box::new(question.clone()),
        };
        match self.server()?.handle(asked) {
            Response::Synced(reply) => {
                // A proof of hers is none.
                let asked = SyncRequest {
                    acknowledged: None,
                    ..question
                };
                check::answer(self, MALLORY, self.mallory.device, &asked, &reply)?;
                self.mallory.chains.truncate(reply.through as usize + 1);
                Ok(Ok(*reply))
            }
            Response::Refused(WireRefusal::Unavailable) => broken(
                "the server takes what a phone sends",
                "an attack: it failed",
            ),
            Response::Refused(WireRefusal::ChainBroken { through }) => {
                self.mallory.chains.truncate(through as usize + 1);
                Ok(Err(WireRefusal::ChainBroken { through }))
            }
            Response::Refused(refusal) => Ok(Err(refusal)),
            other => broken(RULE, format!("{other:?}")),
        }
    }

    fn save_of(&self, seq: u64, author: WorkerId, parts: Vec<Part>) -> Save {
        let (device, now) = (self.mallory.device, self.time.now());
        Save {
            envelope: Envelope {
                head: Head { device, seq },
                stamp: Hlc {
                    millis: now.millis,
                    counter: seq as u32,
                    device,
                },
                wall: now,
                monotonic_millis: 0,
                last_server_millis: None,
                author,
                role: "grid_worker".into(),
                form: Some(self.forms.card.clone()),
                app: "altered".into(),
            },
            parts,
        }
    }

    /// A push of one save after those that the server heard.
    fn push_of(&self, save: Save) -> (Push, ChainHead) {
        let (seq, vault) = (save.envelope.head.seq, Vault::of(MALLORY));
        let before = self.mallory.chains[seq as usize - 1];
        let chain = link_save(&before, &save, &vault.salt());
        let message = push_message(self.mallory.device, seq, &chain);
        let push = Push {
            from: seq,
            signature: vault.sign(&message).unwrap_or_default(),
            saves: vec![save],
        };
        (push, chain)
    }

    /// Sends a save, signed as it must be; its verdict.
    fn sends(&mut self, author: WorkerId, parts: Vec<Part>) -> Result<Option<VerdictKind>, Broken> {
        let seq = self.mallory.chains.len() as u64;
        let save = self.save_of(seq, author, parts);
        let (push, chain) = self.push_of(save.clone());
        let question = self.question(Some(push))?;
        let Ok(reply) = self.put(question)? else {
            return Ok(None);
        };
        if reply.through == seq {
            self.mallory.chains.push(chain);
        }
        let mut verdicts = reply.verdicts.into_iter();
        let told = verdicts.find(|told| told.seq == seq);
        let verdict = told.map(|told| told.verdict);
        if matches!(verdict, Some(VerdictKind::Accepted { .. })) {
            self.mallory.honest = Some((seq, save));
        }
        Ok(verdict)
    }

    fn forges(&mut self, author: WorkerId, parts: Vec<Part>) -> Outcome {
        let kind = parts.first().map(|part| part.kind.clone());
        match self.sends(author, parts)? {
            Some(VerdictKind::Accepted { .. }) => broken(HERS, format!("a {kind:?} was accepted")),
            _ => Ok(()),
        }
    }

    fn sends_junk(&mut self, pick: u32) -> Result<&'static str, Broken> {
        let question = self.question(None)?;
        let mut bytes = pack(question).or_else(|e| broken(RULE, e.to_string()))?;
        let at = pick as usize % bytes.len();
        bytes[at] ^= 1 << (pick % 8);
        if let Ok(question) = unpack::<SyncRequest>(&bytes, REQUEST_LIMIT_BYTES) {
            drop(self.put(question)?);
        }
        Ok("altered bytes")
    }

    /// Cursors, differences and feeds that she does not have.
    fn holds_the_future(&mut self) -> Result<&'static str, Broken> {
        let feeds = self.look(|turn| turn.tx().feeds())?;
        let feeds: Vec<Feed> = feeds
            .into_iter()
            .filter_map(|row| row.name.parse().ok())
            .collect();
        let mut question = self.question(None)?;
        for feed in feeds {
            question.cursors.push(Cursor {
                feed: feed.clone(),
                position: u64::MAX,
            });
            question.apart.push(FeedEnd {
                feed: feed.clone(),
                position: 1 << 62,
                digest: Default::default(),
            });
            question.again.push(feed);
        }
        (question.highest, question.last_syncs_after) = (u64::MAX, i64::MAX);
        question.waiting = vec![0, 1, u64::MAX];
        drop(self.put(question)?);
        Ok("cursors from the future")
    }

    /// A proof that the server was set back, which it never signed.
    fn forges_a_proof(&mut self, pick: u32) -> Result<&'static str, Broken> {
        let before = self.epoch()?;
        let mut question = self.question(None)?;
        let through = 1 << (pick % 60);
        question.acknowledged = Some(Acknowledgement {
            epoch: before,
            through: self.mallory.chains.len() as u64 + through,
            signature: vec![7; 64],
        });
        drop(self.put(question)?);
        if self.epoch()? != before {
            return broken("only what the server signed opens a new history", "forged");
        }
        Ok("a proof of her own making")
    }

    fn right_for_herself(&mut self, pick: u32) -> Part {
        let of = Compartment::Roster;
        if pick.is_multiple_of(2) {
            let record = self.model.now.workers[0].rights[0].record;
            let to = vec![write(None, "to", Value::text("2024-05-01"))];
            return part(record, Kind::ASSIGNMENT, of, false, to);
        }
        let me = self.model.now.workers[MALLORY].id.to_string();
        let text = |field: &str, text: &str| write(None, field, Value::text(text));
        let fields = vec![
            text("worker", &me),
            text("role", "township_civil"),
            text("area", TOWNSHIP),
        ];
        part(self.fresh(), Kind::ASSIGNMENT, of, true, fields)
    }

    /// Another body under a number that was accepted.
    fn alters_what_she_sent(&mut self) -> Result<&'static str, Broken> {
        let me = self.model.now.workers[MALLORY].id;
        let heard = self.mallory.chains.len() as u64;
        let honest = self.mallory.honest.clone();
        let Some((seq, mut save)) = honest.filter(|(seq, _)| *seq < heard) else {
            let household = self.fresh();
            let text = |field: &str, text: &str| write(None, field, Value::text(text));
            let home = vec![
                text(AREA, VILLAGE),
                text("home_division", VILLAGE),
                text("address", "m"),
            ];
            let person = vec![text("household", &household.to_string()), text("name", "m")];
            let of = Compartment::Contact;
            let parts = vec![
                part(household, Kind::HOUSEHOLD, of, true, home),
                part(self.fresh(), Kind::PERSON, of, true, person),
            ];
            drop(self.sends(me, parts)?);
            return Ok("a card, as anybody would");
        };
        save.parts[1].writes[1].value = Value::text("altered");
        let (push, _) = self.push_of(save);
        let question = self.question(Some(push))?;
        if let Ok(reply) = self.put(question)? {
            let accepted = |verdict: &VerdictKind| matches!(verdict, VerdictKind::Accepted { .. });
            let mut verdicts = reply.verdicts.iter().filter(|told| told.seq == seq);
            if verdicts.any(|told| accepted(&told.verdict)) {
                return broken(HERS, "another body under a known number");
            }
        }
        Ok("another body under a known number")
    }

    /// Renames somebody who lives where she never was.
    fn writes_elsewhere(&mut self, pick: u32) -> Result<Option<&'static str>, Broken> {
        let Some(person) = self.some(&Kind::PERSON, pick) else {
            return Ok(None);
        };
        let Some(whole) = self.look(|turn| turn.record(person))? else {
            return Ok(None);
        };
        let worker = self.model.now.workers[MALLORY].clone();
        let areas = areas(self, &whole)?;
        // What was once in her village she may have seen there: a late edit is taken.
        let household = whole.text("household").and_then(|text| text.parse().ok());
        let ever = household.is_some_and(|household: RecordId| self.ever_in(household, VILLAGE));
        if ever || areas.is_empty() || areas.iter().any(|area| worker.covers(area)) {
            return Ok(None);
        }
        self.forges(worker.id, vec![renamed(person)])?;
        Ok(Some("to a village that is not hers"))
    }

    /// Whether any save ever said that a household is there.
    fn ever_in(&self, household: RecordId, area: &str) -> bool {
        let parts = self.model.made.iter().flat_map(|made| &made.parts);
        let mut writes = parts
            .filter(|part| part.record == household)
            .flat_map(|part| &part.writes);
        writes.any(|write| write.field.as_str() == AREA && write.value.as_text() == Some(area))
    }

    fn numbers_wrongly(&mut self, pick: u32) -> Result<&'static str, Broken> {
        let me = self.model.now.workers[MALLORY].id;
        let seq = self.mallory.chains.len() as u64;
        let save = self.save_of(seq, me, vec![renamed(self.fresh())]);
        let (mut push, _) = self.push_of(save);
        let device = self.phones[0].read(|tx| tx.enrolled())?.device;
        let head = &mut push.saves[0].envelope.head;
        match pick % 5 {
            0 => push.signature = vec![1; 64],
            1 => (push.from, head.seq) = (u64::MAX, u64::MAX),
            2 => (push.from, head.seq) = (0, 0),
            3 => (push.from, head.seq) = (seq + 3, seq + 3),
            _ => head.device = device,
        }
        let question = self.question(Some(push))?;
        if let Ok(reply) = self.put(question)?
            && reply.through >= seq
        {
            return broken(HERS, "a push with a wrong number or signature was heard");
        }
        Ok("wrong numbers")
    }

    /// Parts of snapshots, by their hashes.
    fn asks_for_parts(&mut self, pick: u32) -> Result<Option<&'static str>, Broken> {
        let parts = self.look(|turn| {
            let tx = turn.tx();
            let mut parts = Vec::new();
            for row in tx.feeds()? {
                if let Some((no, _)) = tx.snapshot(row.no)? {
                    let names = tx.snapshot_parts(no)?.into_iter();
                    parts.extend(names.map(|name| (row.name.clone(), name.hash)));
                }
            }
            Ok(parts)
        })?;
        let Some((feed, hash)) = parts.get(pick as usize % parts.len().max(1)).cloned() else {
            return Ok(None);
        };
        let asked = Request::SnapshotPart {
            token: self.mallory.token.clone(),
            hash,
        };
        let told = self.server()?.handle(asked);
        if matches!(told, Response::SnapshotPart(_)) {
            let of: Option<Feed> = feed.parse().ok();
            let may = of.map(|of| may_hold(self, MALLORY, &of)).transpose()?;
            if may != Some(true) {
                return broken(THEIRS, format!("a part of {feed}"));
            }
        }
        Ok(Some("for a part of a snapshot"))
    }

    /// A photo, and the history of a record.
    fn asks_for_others(&mut self, pick: u32) -> Result<Option<&'static str>, Broken> {
        let (device, token) = (self.mallory.device, self.mallory.token.clone());
        let photos = &self.model.photos;
        if let Some(photo) = photos.get(pick as usize % photos.len().max(1)) {
            let ask = AttachmentAsk::Read {
                hash: photo.prepared.reference.hash,
                from: 0,
                through: None,
            };
            self.told_of_photo(MALLORY, device, &token, ask)?;
        }
        let records = &self.model.records;
        let Some((record, _)) = records.get(pick as usize % records.len().max(1)).cloned() else {
            return Ok(None);
        };
        let body = HistoryRequest {
            version: VERSION,
            record,
        };
        let Response::History(reply) = self.server()?.handle(Request::History { token, body })
        else {
            return broken(RULE, "no history");
        };
        let Some(whole) = self.look(|turn| turn.record(record))? else {
            return Ok(None);
        };
        let worker = self.model.now.workers[MALLORY].clone();
        let due = visible(self, &worker, &whole)?;
        let told = reply.record.map(|record| record.fields).unwrap_or_default();
        if told != due.fields {
            return broken(
                THEIRS,
                format!("the history of {}", self.model.name(record)),
            );
        }
        Ok(Some("for a photo and a history"))
    }
}

fn renamed(person: RecordId) -> Part {
    let name = vec![write(None, "name", Value::text("m"))];
    part(person, Kind::PERSON, Compartment::Contact, false, name)
}
