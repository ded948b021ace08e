//! Origins travel as a list: each names its head already.

use serde::{Deserialize, Deserializer, Serializer};

use super::ByHead;
use crate::model::Origin;

pub(super) fn serialize<S: Serializer>(map: &ByHead<Origin>, s: S) -> Result<S::Ok, S::Error> {
    s.collect_seq(map.values())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<ByHead<Origin>, D::Error> {
    let list = Vec::<Origin>::deserialize(d)?;
    Ok(list
        .into_iter()
        .map(|origin| (origin.envelope.head, origin))
        .collect())
}
