//! Questions that reach the server, whole or cut or late, and answers that are heard.

use tanfang_core::model::{DeviceId, content_hash};
use tanfang_core::sync::at_rest;
use tanfang_core::wire::{
    REPLY_LIMIT_BYTES, REQUEST_LIMIT_BYTES, SyncReply, SyncRequest, WireRefusal, encode, pack,
    unpack,
};
use tanfang_server::engine::{Cut, Request, Response};

use crate::house::World;
use crate::model::{Broken, Outcome, broken};
use crate::phone::Stop;
use crate::talk::{End, Flight, OLD_VERSION, RULE, Talk};
use crate::theirs::may_hold;
use crate::{check, cursors};

/// Turns without anything new that are forgiven, as `sync::run` forgives them.
const IDLE_TURNS: u32 = 3;

impl World {
    /// The question under way reaches the server, whole or cut.
    pub fn deliver(&mut self, no: usize, cut: Option<u32>) -> Result<bool, Broken> {
        let talk = self.phones[no].talk.as_ref();
        let Some(flight) = talk.filter(|t| t.flight.answer.is_none()) else {
            return Ok(false);
        };
        let mut flight = flight.flight.clone();
        if let Some(at) = cut {
            let length = flight.request.len();
            flight.request.truncate(at as usize % length.max(1));
        }
        let answer = self.answer(no, &flight)?;
        let phone = &mut self.phones[no];
        if let Some(talk) = &mut phone.talk {
            talk.flight.answer = Some(answer.clone());
        }
        phone.former.push(Flight {
            answer: Some(answer),
            ..flight
        });
        Ok(true)
    }

    /// A former question arrives once more; its answer reaches nobody yet.
    pub fn late_request(&mut self, no: usize, pick: u32) -> Result<bool, Broken> {
        let former = &self.phones[no].former;
        let Some(flight) = former.get(pick as usize % former.len().max(1)).cloned() else {
            return Ok(false);
        };
        let answer = self.answer(no, &flight)?;
        self.phones[no].former.push(Flight {
            answer: Some(answer),
            ..flight
        });
        Ok(true)
    }

    /// What the server answers, in bytes; every answer is looked at.
    pub fn answer(
        &mut self,
        no: usize,
        flight: &Flight,
    ) -> Result<Result<Vec<u8>, WireRefusal>, Broken> {
        self.pass(1_000);
        let request = match unpack::<SyncRequest>(&flight.request, REQUEST_LIMIT_BYTES) {
            Ok(request) => request,
            Err(error) => {
                let message = error.to_string();
                return Ok(Err(WireRefusal::Malformed { message }));
            }
        };
        let asked = Request::Sync {
            token: flight.token.clone(),
            body: Box::new(request.clone()),
        };
        match self.server()?.handle(asked) {
            Response::Synced(reply) => {
                check::answer(self, no, flight.device, &request, &reply)?;
                // Who asks in the words of version 1 is answered in them.
                let packed = match request.version {
                    OLD_VERSION => encode(&*reply),
                    _ => pack(*reply),
                };
                Ok(Ok(packed.or_else(|e| broken(RULE, e.to_string()))?))
            }
            Response::Refused(WireRefusal::Unavailable) if !self.excused => {
                broken("the server takes what a phone sends", "it failed")
            }
            Response::Refused(refusal) => {
                self.is_refused_rightly(flight.device, &refusal)?;
                Ok(Err(refusal))
            }
            other => broken(RULE, format!("{other:?}")),
        }
    }

    /// Only whom somebody revoked is sent away, also of two phones of one worker; a server that was set
    /// back may not know a phone that it once enrolled.
    fn is_refused_rightly(&self, device: DeviceId, refusal: &WireRefusal) -> Outcome {
        let away = matches!(refusal, WireRefusal::SignedOut | WireRefusal::Revoked);
        if away && !self.was_set_back && !self.model.now.revoked.contains(&device) {
            return broken("a phone that nobody revoked is answered", "it was refused");
        }
        Ok(())
    }

    /// The answer is heard and written, or the phone dies before the commit.
    pub fn hear(&mut self, no: usize, dies: bool) -> Result<End, Broken> {
        self.phones[no].meanwhile()?;
        let phone = &mut self.phones[no];
        let Some(mut talk) = phone.talk.take() else {
            return Ok(End::BrokeOff);
        };
        let bytes = match talk.flight.answer.take() {
            None => {
                phone.talk = Some(talk);
                return Ok(End::Not);
            }
            Some(Err(WireRefusal::SignedOut | WireRefusal::Revoked)) => return Ok(End::NotOurs),
            Some(Err(WireRefusal::ChainBroken { through })) => {
                return broken(
                    "no phone is told that it came back from a backup",
                    format!("through {through}"),
                );
            }
            Some(Err(refusal)) => {
                phone.trouble = format!("{refusal:?}");
                return Ok(End::BrokeOff);
            }
            Some(Ok(bytes)) => bytes,
        };
        let reply = match unpack::<SyncReply>(&bytes, REPLY_LIMIT_BYTES) {
            Ok(reply) => reply,
            Err(error) => {
                phone.trouble = error.to_string();
                return Ok(End::BrokeOff);
            }
        };
        let heard = match talk.session.hear(reply) {
            Ok(heard) => heard,
            Err(error) => {
                phone.trouble = error.to_string();
                return Ok(End::BrokeOff);
            }
        };
        if let Some(next) = talk
            .ahead
            .take()
            .filter(|_| heard.is_as_expected() && !dies)
        {
            let flight = phone.flight(&next)?;
            phone.talk = Some(Talk {
                flight,
                tended: false,
                unwritten: Some(heard),
                idle: talk.idle,
                session: talk.session,
                ahead: None,
            });
            return Ok(End::Not);
        }
        talk.session.forget_ahead();
        let written = phone.write(|tx| {
            let written = heard.write(tx)?;
            if dies { Err(Stop::Died) } else { Ok(written) }
        })?;
        let Some(written) = written else {
            return Ok(if dies { End::Died } else { End::NotWritten });
        };
        let fetched = self.fetch_parts(no)?;
        let phone = &mut self.phones[no];
        talk.idle = if written.moved || fetched {
            0
        } else {
            talk.idle + 1
        };
        if !written.more {
            return Ok(End::Complete);
        }
        if talk.idle >= IDLE_TURNS {
            return Ok(End::NoProgress);
        }
        let request = phone.question(&mut talk.session)?;
        talk.flight = phone.flight(&request)?;
        (talk.tended, talk.ahead) = (false, None);
        phone.talk = Some(talk);
        Ok(End::Not)
    }

    /// What a phone fetches of snapshots before it asks on: every second time all that is to come,
    /// else one part, as if the link had broken. Whether anything was brought.
    fn fetch_parts(&mut self, no: usize) -> Result<bool, Broken> {
        self.fetches += 1;
        let parts = self.phones[no].read(|tx| tx.coming_parts())?;
        let most = if self.fetches.is_multiple_of(2) {
            parts.len()
        } else {
            1
        };
        let token = self.phones[no].read(|tx| tx.enrolled())?.token;
        let mut fetched = false;
        for which in parts.into_iter().take(most) {
            let asked = Request::SnapshotPart {
                token: token.clone(),
                hash: which.name.hash.clone(),
            };
            let body = match self.server()?.handle(asked) {
                Response::SnapshotPart(body) => body,
                Response::Refused(WireRefusal::Malformed { .. }) => {
                    let forgot = self.phones[no].write(|tx| Ok(tx.forget_coming(&which.feed)?))?;
                    if forgot.is_none() {
                        return Ok(fetched);
                    }
                    continue;
                }
                Response::Refused(_) => return Ok(fetched),
                other => return broken(RULE, format!("{other:?}")),
            };
            if content_hash(&body) != which.name.hash {
                return broken("a part is what it is named by", which.name.hash);
            }
            if !may_hold(self, no, &which.feed)? {
                return broken("nobody sees what is not theirs", which.feed.to_string());
            }
            let part = unpack(&body, REPLY_LIMIT_BYTES).or_else(|e| broken(RULE, e.to_string()))?;
            let applied = self.phones[no].write(|tx| Ok(tx.apply_part(&which, part)?))?;
            let Some(records) = applied else {
                return Ok(fetched);
            };
            fetched |= records > 0;
        }
        Ok(fetched)
    }

    /// The server builds what snapshots it can, of feeds however short, in parts however small.
    pub fn build_snapshots(&mut self) -> Outcome {
        const CUT: Cut = Cut {
            tail: 2,
            part_bytes: 400,
        };
        for _ in 0..60 {
            let built = self.server()?.build_snapshot(CUT);
            if !built.or_else(|e| broken("the server builds snapshots", e.to_string()))? {
                return Ok(());
            }
        }
        broken("the server builds snapshots", "and does not end")
    }

    /// A whole conversation without trouble, after whatever was under way.
    pub fn sync(&mut self, no: usize) -> Result<End, Broken> {
        self.sync_until(no, None)
    }

    /// The same; where a turn is named the phone dies while it writes that turn's answer.
    pub fn sync_until(&mut self, no: usize, dies: Option<u32>) -> Result<End, Broken> {
        const TURNS: u32 = 600;
        self.phones[no].talk = None;
        if self.rests(no)? {
            return Ok(End::Complete);
        }
        self.phones[no].ask()?;
        for turn in 0..TURNS {
            self.phones[no].meanwhile()?;
            self.deliver(no, None)?;
            let end = self.hear(no, dies == Some(turn))?;
            check::phone(self, no)?;
            self.agrees(no)?;
            if end == End::Complete {
                check::complete(self, no)?;
            }
            if end != End::Not {
                return Ok(end);
            }
        }
        broken("a conversation ends", format!("{TURNS} turns and no end"))
    }

    /// Also what a second pull mends is looked at, before it is mended.
    fn agrees(&mut self, no: usize) -> Outcome {
        if self.was_set_back || self.heard_late {
            return Ok(());
        }
        check::agrees(self, no)
    }

    /// Every rule that can be looked at on one phone after it heard.
    pub fn heard(&mut self, no: usize) -> Outcome {
        check::phone(self, no)?;
        self.agrees(no)?;
        // Set back and filled again by others, a server names places that were something else: a
        // phone finds out when it has heard the end of the feed. How it ends is judged all the same.
        if self.set_back.is_some() {
            return Ok(());
        }
        cursors::stand_for_all_before(self, no)
    }

    /// A phone at rest asks whether all is the same; whether it is.
    fn rests(&mut self, no: usize) -> Result<bool, Broken> {
        let (question, token) =
            self.phones[no].read(|tx| Ok((at_rest(tx)?, tx.enrolled()?.token)))?;
        let Some(question) = question else {
            return Ok(false);
        };
        self.pass(1_000);
        match self.server()?.handle(Request::Same { token, question }) {
            Response::Same(Some(answer)) => {
                self.phones[no].write(|tx| {
                    tx.set_server_millis(answer.server_millis)?;
                    Ok(tx.set_last_syncs(&answer.last_syncs)?)
                })?;
                Ok(true)
            }
            Response::Same(None)
            | Response::Refused(WireRefusal::SignedOut | WireRefusal::Revoked) => Ok(false),
            other => broken(RULE, format!("{other:?}")),
        }
    }
}
