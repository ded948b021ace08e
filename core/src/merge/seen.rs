//! A record as somebody saw it: what was on the screen when a person began to decide.

use std::collections::{BTreeMap, BTreeSet};

use super::{ByHead, Record, Register, Told};
use crate::model::{Field, Head};

impl Record {
    /// The record as it stood to who was shown exactly these heads, in the fields that `asked`
    /// names: what was superseded since stands again, what came since is not there.
    pub fn as_seen(&self, heads: &BTreeSet<Head>, asked: impl Fn(&Field) -> bool) -> Record {
        let mut record = self.clone();
        for (field, register) in &mut record.fields {
            if asked(field) {
                register.live = register.latest_of(|head| heads.contains(&head));
            }
        }
        record
    }
}

impl Register {
    /// Every write that is held, superseded or not.
    pub fn writes(&self) -> impl Iterator<Item = (Head, &Told)> {
        let past = self.past.iter();
        let past = past.filter_map(|(head, told)| Some((*head, told.as_ref()?)));
        self.live
            .iter()
            .map(|(head, told)| (*head, told))
            .chain(past)
    }

    /// Of the writes that `among` names, those that no other of them had seen.
    pub(crate) fn latest_of(&self, among: impl Fn(Head) -> bool) -> ByHead<Told> {
        let mut chosen: ByHead<Told> = self
            .writes()
            .filter(|(head, _)| among(*head))
            .map(|(head, told)| (head, told.clone()))
            .collect();
        let seen = self.seen_by(chosen.values());
        chosen.retain(|head, _| !seen.contains(head));
        chosen
    }

    /// The heads that a write had seen, and those seen by them, as far as they are held.
    pub(crate) fn ancestors(&self, told: &Told) -> BTreeSet<Head> {
        self.seen_by([told])
    }

    /// What any of these writes had seen. Each write is looked at once, however many saw it.
    fn seen_by<'t>(&self, told: impl IntoIterator<Item = &'t Told>) -> BTreeSet<Head> {
        let mut found = BTreeSet::new();
        let mut ahead: Vec<Head> = told.into_iter().flat_map(|t| t.seen.clone()).collect();
        while let Some(head) = ahead.pop() {
            if found.insert(head)
                && let Some(Some(before)) = self.past.get(&head)
            {
                ahead.extend(&before.seen);
            }
        }
        found
    }

    /// These writes, and every write whose author had seen one of them, or one that had.
    pub(crate) fn touched_by(&self, heads: &BTreeSet<Head>) -> BTreeSet<Head> {
        let mut later: BTreeMap<Head, Vec<Head>> = BTreeMap::new();
        for (head, told) in self.writes() {
            for seen in &told.seen {
                later.entry(*seen).or_default().push(head);
            }
        }
        let mut found = BTreeSet::new();
        let mut ahead: Vec<Head> = heads.iter().copied().collect();
        while let Some(head) = ahead.pop() {
            if found.insert(head) {
                ahead.extend(later.get(&head).into_iter().flatten());
            }
        }
        found
    }

    /// What one write told, if it is held.
    pub fn told_by(&self, head: Head) -> Option<&Told> {
        let past = || self.past.get(&head).and_then(Option::as_ref);
        self.live.get(&head).or_else(past)
    }

    /// How many writes are named as superseded and were never heard here.
    pub fn unheard(&self) -> usize {
        self.past.values().filter(|told| told.is_none()).count()
    }
}
