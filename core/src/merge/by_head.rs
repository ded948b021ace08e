//! What several saves said, by head. Nearly always one save did, and then nothing is allocated.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, btree_map};
use std::fmt;

use crate::model::Head;

/// A map by head, in the order of heads.
#[derive(Clone)]
pub struct ByHead<V>(Held<V>);

#[derive(Clone)]
enum Held<V> {
    /// At most one entry.
    One(Option<(Head, V)>),
    Many(BTreeMap<Head, V>),
}

impl<V> ByHead<V> {
    /// A map of nothing.
    pub const fn new() -> Self {
        Self(Held::One(None))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Held::One(one) => usize::from(one.is_some()),
            Held::Many(many) => many.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What this head's save said.
    pub fn get(&self, head: &Head) -> Option<&V> {
        match &self.0 {
            Held::One(one) => one.as_ref().filter(|(h, _)| h == head).map(|(_, v)| v),
            Held::Many(many) => many.get(head),
        }
    }

    /// The same, to be altered.
    pub fn get_mut(&mut self, head: &Head) -> Option<&mut V> {
        match &mut self.0 {
            Held::One(one) => one.as_mut().filter(|(h, _)| h == head).map(|(_, v)| v),
            Held::Many(many) => many.get_mut(head),
        }
    }

    /// Whether this head's save said something.
    pub fn contains_key(&self, head: &Head) -> bool {
        self.get(head).is_some()
    }

    /// Puts an entry; answers the one that it takes the place of.
    pub fn insert(&mut self, head: Head, value: V) -> Option<V> {
        match &mut self.0 {
            Held::One(one) if one.as_ref().is_none_or(|(h, _)| *h == head) => {
                one.replace((head, value)).map(|(_, before)| before)
            }
            Held::One(one) => {
                let both = one.take().into_iter().chain([(head, value)]);
                self.0 = Held::Many(both.collect());
                None
            }
            Held::Many(many) => many.insert(head, value),
        }
    }

    /// Puts an entry where there is none of this head.
    pub fn insert_new(&mut self, head: Head, value: V) {
        if !self.contains_key(&head) {
            self.insert(head, value);
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, head: &Head) -> Option<V> {
        match &mut self.0 {
            Held::One(one) => one.take_if(|(h, _)| h == head).map(|(_, value)| value),
            Held::Many(many) => many.remove(head),
        }
    }

    /// Keeps the entries of which this is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&Head, &V) -> bool) {
        match &mut self.0 {
            Held::One(one) => drop(one.take_if(|(head, value)| !keep(head, value))),
            Held::Many(many) => many.retain(|head, value| keep(head, value)),
        }
    }

    /// The entries, by head.
    pub fn iter(&self) -> Iter<'_, V> {
        match &self.0 {
            Held::One(one) => Iter::One(one.as_ref().map(|(head, value)| (head, value))),
            Held::Many(many) => Iter::Many(many.iter()),
        }
    }

    /// The first entry.
    pub fn first_key_value(&self) -> Option<(&Head, &V)> {
        self.iter().next()
    }

    /// The heads, in their order.
    pub fn keys(&self) -> Keys<'_, V> {
        self.iter().map(|(head, _)| head)
    }

    /// What was said, by head.
    pub fn values(&self) -> Values<'_, V> {
        self.iter().map(|(_, value)| value)
    }

    /// The same, owned.
    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }
}

type Entry<'a, V> = (&'a Head, &'a V);
/// The heads of a [`ByHead`].
pub type Keys<'a, V> = std::iter::Map<Iter<'a, V>, fn(Entry<'a, V>) -> &'a Head>;
/// The values of a [`ByHead`].
pub type Values<'a, V> = std::iter::Map<Iter<'a, V>, fn(Entry<'a, V>) -> &'a V>;

/// The entries of a [`ByHead`].
pub enum Iter<'a, V> {
    /// Of a map with at most one.
    One(Option<Entry<'a, V>>),
    /// Of a longer one.
    Many(btree_map::Iter<'a, Head, V>),
}

impl<'a, V> Iterator for Iter<'a, V> {
    type Item = Entry<'a, V>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Iter::One(one) => one.take(),
            Iter::Many(many) => many.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match self {
            Iter::One(one) => usize::from(one.is_some()),
            Iter::Many(many) => many.len(),
        };
        (left, Some(left))
    }
}

impl<V> Clone for Iter<'_, V> {
    fn clone(&self) -> Self {
        match self {
            Iter::One(one) => Iter::One(*one),
            Iter::Many(many) => Iter::Many(many.clone()),
        }
    }
}

impl<'a, V> IntoIterator for &'a ByHead<V> {
    type Item = Entry<'a, V>;
    type IntoIter = Iter<'a, V>;
    fn into_iter(self) -> Iter<'a, V> {
        self.iter()
    }
}

impl<V> IntoIterator for ByHead<V> {
    type Item = (Head, V);
    type IntoIter =
        std::iter::Chain<std::option::IntoIter<(Head, V)>, btree_map::IntoIter<Head, V>>;
    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self.0 {
            Held::One(one) => (one, BTreeMap::new()),
            Held::Many(many) => (None, many),
        };
        one.into_iter().chain(many)
    }
}

impl<V> FromIterator<(Head, V)> for ByHead<V> {
    fn from_iter<I: IntoIterator<Item = (Head, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (head, value) in entries {
            map.insert(head, value);
        }
        map
    }
}

impl<V, const N: usize> From<[(Head, V); N]> for ByHead<V> {
    fn from(entries: [(Head, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<V> Default for ByHead<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: PartialEq> PartialEq for ByHead<V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<V: fmt::Debug> fmt::Debug for ByHead<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<V: Serialize> Serialize for ByHead<V> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self)
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for ByHead<V> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::deserialize(d)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DeviceId;
    use proptest::prelude::*;

    fn head(seq: u64) -> Head {
        let device = DeviceId::from_uuid(uuid::Uuid::nil());
        Head { device, seq }
    }

    proptest! {
        #[test]
        fn it_answers_as_a_map_does_after_any_changes(
            changes in prop::collection::vec((0..4u8, 0..4u64, 0..9u8), 0..12)
        ) {
            let (mut ours, mut map) = (ByHead::new(), BTreeMap::new());
            for (what, seq, value) in changes {
                let head = head(seq);
                match what {
                    0 => prop_assert_eq!(ours.insert(head, value), map.insert(head, value)),
                    1 => prop_assert_eq!(ours.remove(&head), map.remove(&head)),
                    2 => {
                        ours.insert_new(head, value);
                        map.entry(head).or_insert(value);
                    }
                    _ => {
                        ours.retain(|_, kept| *kept != value);
                        map.retain(|_, kept| *kept != value);
                    }
                }
                prop_assert_eq!(ours.len(), map.len());
                prop_assert!(ours.iter().eq(map.iter()));
                prop_assert_eq!(ours.get(&head), map.get(&head));
            }
            let copy: ByHead<u8> = map.clone().into_iter().collect();
            prop_assert_eq!(&copy, &ours);
            prop_assert!(ours.into_iter().eq(map));
        }
    }
}
