//! The session: what to send, and what an answer means. No socket, no clock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Limits, SyncError};
use crate::model::{DeviceId, DeviceSeq, Epoch, Feed, Manifest, SignedManifest};
use crate::planted::{self, Bug};
use crate::store::{Compared, StoreError, Tx};
use crate::vault::{KeyPurpose, KeyVault, VaultError, server_signed};
use crate::wire::{
    Bytes, Push, RefusalReason, SyncReply, SyncRequest, VERSION, Verdict, VerdictKind,
    acknowledgement_message, push_message,
};

/// About how many bytes an answer with pages has on the link: so much a broken link costs. It is
/// between this and a third more while pages pack alike.
const ANSWER_BYTES: u64 = 48 << 10;

/// One conversation.
#[derive(Debug, Default)]
pub struct Session {
    limits: Limits,
    /// How many bytes of pages are asked for, unpacked, once it was seen how they pack.
    page_bytes: Option<u32>,
    /// Questions whose answers were not heard, the oldest first.
    asked: VecDeque<Asked>,
}

/// What the pending question rested on.
#[derive(Debug)]
struct Asked {
    device: DeviceId,
    epoch: Epoch,
    server_key: Vec<u8>,
    through: DeviceSeq,
    pushed_to: DeviceSeq,
    highest: DeviceSeq,
    cursors: BTreeMap<Feed, u64>,
}

/// An answer that was understood: what to write down.
#[derive(Debug)]
pub struct Heard {
    asked: Asked,
    reply: SyncReply,
    /// The number of the manifest in it.
    number: Option<u64>,
}

/// What writing an answer down did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Own saves newly acknowledged.
    pub sent: u64,
    /// Items received.
    pub received: u64,
    /// Records of which something was taken away with a right that ended.
    pub pruned: u64,
    /// Whether anything moved: a number, a cursor, a history, a manifest.
    pub moved: bool,
    /// Whether another turn would bring or take more.
    pub more: bool,
}

impl Session {
    /// A conversation with these limits.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            page_bytes: None,
            asked: VecDeque::new(),
        }
    }

    /// How many bytes of pages to ask for: at first what is no longer packed than an answer may be.
    fn page_bytes(&self) -> u32 {
        let first = ANSWER_BYTES as u32;
        self.page_bytes.unwrap_or(first).min(self.limits.page_bytes)
    }

    /// An answer with as many pages as were asked for had so many bytes on the link: the next are
    /// asked for so that it has 48 KiB.
    pub fn full_answer_had(&mut self, bytes: u64) {
        let asked = u64::from(self.page_bytes());
        let fits = asked.saturating_mul(ANSWER_BYTES) / bytes.max(1);
        let next = fits.clamp(asked / 4, asked * 4).max(1);
        self.page_bytes = Some(u32::try_from(next).unwrap_or(u32::MAX));
    }

    /// What to send now; with an answer outstanding, what to send once that answer is as expected:
    /// the chunk after the one under way.
    pub fn ask(&mut self, tx: &Tx<'_>, vault: &dyn KeyVault) -> Result<SyncRequest, SyncError> {
        let enrolment = tx.enrolled()?;
        let tip = tx.tip()?;
        let through = match self.asked.back() {
            Some(before) => before.pushed_to,
            None => tx.through()?,
        };
        let push = self.push(tx, vault, enrolment.device, through)?;
        let cursors = tx.cursors()?;
        let pushed_to = push
            .as_ref()
            .and_then(|p| p.saves.last())
            .map_or(through, |save| save.envelope.head.seq);
        self.asked.push_back(Asked {
            device: enrolment.device,
            epoch: enrolment.epoch,
            server_key: enrolment.server_key,
            through,
            pushed_to,
            highest: tip.seq,
            cursors: cursors
                .iter()
                .map(|c| (c.feed.clone(), c.position))
                .collect(),
        });
        Ok(SyncRequest {
            version: VERSION,
            epoch: Some(enrolment.epoch),
            push,
            highest: tip.seq,
            waiting: tx.waiting()?,
            acknowledged: tx.acknowledged()?,
            cursors,
            manifest: tx.manifest_number()?,
            manifest_hash: tx.manifest_hash()?.map(|hash| Bytes(hash.to_vec())),
            last_syncs_after: tx.last_syncs_after()?,
            // Pages come with the last chunk: the cursors of those before may be old by then, and what
            // leaves a feed and comes back is told in one answer.
            budget_bytes: if pushed_to < tip.seq {
                0
            } else {
                self.page_bytes()
            },
            again: tx.feeds_pulled_again()?,
            apart: tx.feeds_apart()?,
        })
    }

    /// Whether the last question leaves saves to be pushed after it.
    pub fn goes_on(&self) -> bool {
        let last = self.asked.back();
        last.is_some_and(|asked| asked.pushed_to < asked.highest)
    }

    /// The last question was too long for the link: it is not put, and half as much is pushed from
    /// now on.
    pub fn ask_for_less(&mut self) {
        self.asked.pop_back();
        self.limits.push_bytes = (self.limits.push_bytes / 2).max(1);
    }

    /// Questions that were prepared are not put: an answer was not as expected.
    pub fn forget_ahead(&mut self) {
        self.asked.clear();
    }

    fn push(
        &self,
        tx: &Tx<'_>,
        vault: &dyn KeyVault,
        device: DeviceId,
        through: DeviceSeq,
    ) -> Result<Option<Push>, SyncError> {
        let chunk = tx.outbox_chunk(through + 1, self.limits.push_bytes)?;
        let Some(last) = chunk.last() else {
            return Ok(None);
        };
        let seq = last.envelope.head.seq;
        let salt = || {
            let salt = vault.key(KeyPurpose::Salt)?;
            salt.ok_or(SyncError::Vault(VaultError::Lost))
        };
        let chain = tx.chain_after(seq, salt)?;
        Ok(Some(Push {
            from: through + 1,
            signature: vault.sign(&push_message(device, seq, &chain))?,
            saves: chunk,
        }))
    }

    /// Understands an answer to the last question, or says why it cannot be believed.
    pub fn hear(&mut self, reply: SyncReply) -> Result<Heard, SyncError> {
        let Some(asked) = self.asked.pop_front() else {
            return Err(SyncError::NoProgress);
        };
        let ack = &reply.acknowledgement;
        let message = acknowledgement_message(ack.epoch, asked.device, ack.through);
        let whole = ack.epoch == reply.epoch && ack.through == reply.through;
        if !whole || !server_signed(&asked.server_key, &message, &ack.signature) {
            return Err(SyncError::NotSigned {
                what: "acknowledgement",
            });
        }
        if reply.through > asked.highest || reply.verdicts.iter().any(is_of_another_past) {
            return Err(SyncError::ChainBroken {
                through: reply.through,
            });
        }
        let manifest = reply.manifest.as_ref();
        let number = manifest.map(|manifest| check_manifest(&asked.server_key, manifest));
        let number = number.transpose()?;
        Ok(Heard {
            asked,
            reply,
            number,
        })
    }
}

/// Whether the server has another save under a number: this phone came back from a backup, and what
/// it made since is numbered anew when it enrols again, rather than typed anew.
fn is_of_another_past(verdict: &Verdict) -> bool {
    matches!(&verdict.verdict, VerdictKind::Refused(refusal)
        if refusal.reason == RefusalReason::AlteredBody)
}

/// The number of a manifest that the server signed.
fn check_manifest(server_key: &[u8], manifest: &SignedManifest) -> Result<u64, SyncError> {
    let unsigned = || SyncError::NotSigned { what: "manifest" };
    let signature = hex::decode(&manifest.signature).map_err(|_| unsigned())?;
    if !server_signed(server_key, manifest.body.as_bytes(), &signature) {
        return Err(unsigned());
    }
    match serde_json::from_str::<Manifest>(&manifest.body) {
        Ok(manifest) => Ok(manifest.number),
        Err(_) => Err(SyncError::NotUnderstood {
            message: "the manifest's shape is another".into(),
        }),
    }
}

impl Heard {
    /// Whether the server took all that was pushed, in the history that it was pushed in: then the
    /// next chunk may be on its way while this is written down.
    pub fn is_as_expected(&self) -> bool {
        self.reply.epoch == self.asked.epoch && self.reply.through == self.asked.pushed_to
    }

    /// How many items come after this answer, if the server says so.
    pub fn ahead(&self) -> Option<u64> {
        self.reply.ahead
    }

    /// Writes everything down, in the transaction given.
    pub fn write(&self, tx: &Tx<'_>) -> Result<Written, StoreError> {
        let Heard { asked, reply, .. } = self;
        let foreign = reply.epoch != asked.epoch && !planted::is(Bug::EpochIgnored);
        let forgot = reply.through < asked.through;
        if foreign {
            tx.begin_history(reply.epoch)?;
        }
        if foreign || forgot {
            tx.offer_again_after(reply.through)?;
        }
        let through = self.through(foreign || forgot);
        let allowed: BTreeSet<Feed> = reply.feeds.iter().cloned().collect();
        tx.hear_verdicts(asked.device, &reply.verdicts, &allowed)?;
        tx.set_through(through)?;
        tx.set_acknowledged(&reply.acknowledgement)?;
        tx.set_server_millis(reply.server_millis)?;
        let pruned = tx.allow_feeds(&allowed)?;
        for page in reply.pages.iter().filter(|page| page.after == 0) {
            // Set back, the server has fewer items than it once gave this phone.
            if asked.cursors.get(&page.feed).is_some_and(|at| *at > 0) {
                tx.start_feed_again(&page.feed)?;
            }
        }
        for offer in &reply.snapshots {
            if asked.cursors.get(&offer.feed).is_some_and(|at| *at > 0) {
                tx.start_feed_again(&offer.feed)?;
            }
            tx.take_offer(offer)?;
        }
        let applied = tx.apply(&reply.pages)?;
        tx.set_last_syncs(&reply.last_syncs)?;
        if let Some((manifest, number)) = reply.manifest.as_ref().zip(self.number) {
            tx.hear_manifest(manifest, number)?;
        }
        tx.manifest_was_asked()?;
        let mut again = false;
        let told = !reply.more && !foreign && applied.skipped == 0 && !tx.snapshots_are_coming()?;
        if told {
            tx.forget_untold()?;
        }
        if !foreign && !forgot && !tx.awaits_the_countys()? {
            for end in &reply.digests {
                again |= tx.compare(end)? == Compared::PullAgain;
            }
        }
        let held: BTreeSet<&Feed> = asked.cursors.keys().collect();
        let turned = held != allowed.iter().collect();
        if !reply.more && !foreign && !again && applied.skipped == 0 {
            tx.feeds_are_whole()?;
        }
        Ok(Written {
            sent: through.saturating_sub(asked.through),
            received: applied.items,
            pruned,
            moved: foreign || through != asked.through || turned || again || applied.advanced > 0,
            // A page that was left alone is asked for again, from where this phone is.
            more: reply.more || through < asked.highest || foreign || again || applied.skipped > 0,
        })
    }

    /// The number through which the verdicts are known: never beyond what was pushed.
    fn through(&self, starts_again: bool) -> DeviceSeq {
        if planted::is(Bug::MarkedSentUnheard) {
            self.asked.pushed_to
        } else if starts_again {
            self.reply.through
        } else {
            self.reply.through.min(self.asked.pushed_to)
        }
    }
}
