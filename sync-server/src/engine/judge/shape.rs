//! Whether a save has a shape at all.

use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::model::{Kind, RecordId, Save, Value, is_composed};

use super::{Checked, malformed, refused};
use tanfang_core::wire::RefusalReason;

const PARTS_LIMIT: usize = 512;
const WRITES_LIMIT: usize = 4_096;
/// Of one value, in bytes of text.
const VALUE_LIMIT: usize = 64 * 1024;
const SEEN_LIMIT: usize = 1_024;
/// Of a kind, a role, an app's name, in bytes.
const NAME_LIMIT: usize = 64;

/// Refuses what no app of ours writes, before anything is looked up for it.
pub(super) fn check(save: &Save) -> Checked {
    if save.parts.is_empty() || save.parts.len() > PARTS_LIMIT {
        return Err(malformed(
            "这条填报没有内容或内容过多，请重新填写 / the save has no parts, or too many; enter it anew",
        ));
    }
    if save.envelope.stamp.device != save.envelope.head.device {
        return Err(malformed(
            "这条填报的标记是另一台手机的，请重新填写 / the save's stamp is another device's; enter it anew",
        ));
    }
    // As the app names them: a role's code, its own name and version.
    let envelope = &save.envelope;
    for name in [&envelope.role, &envelope.app] {
        if name.len() > NAME_LIMIT || name.contains(char::is_control) || !is_composed(name) {
            return Err(malformed(
                "这条填报的身份或应用不是我们的，请更新应用 / the save names no role or app of ours; update the app",
            ));
        }
    }
    let mut kinds: BTreeMap<RecordId, (&Kind, bool)> = BTreeMap::new();
    let mut fields = BTreeSet::new();
    for part in &save.parts {
        let known = kinds
            .entry(part.record)
            .or_insert((&part.kind, part.begins));
        if *known != (&part.kind, part.begins) {
            return Err(malformed(
                "这条填报把一条记录写成了两种类，请重新填写 / the save gives one record two kinds; enter it anew",
            ));
        }
        let kind = part.kind.as_str();
        let is_name = !kind.is_empty() && kind.len() <= NAME_LIMIT && is_composed(kind);
        if !is_name || kind.contains(char::is_whitespace) {
            return Err(malformed(
                "这条填报没有写明记录种类，请更新应用 / the save names no kind of record; update the app",
            ));
        }
        if part.writes.is_empty() || part.writes.len() > WRITES_LIMIT {
            return Err(malformed(
                "这条填报有一部分没有内容或内容过多，请重新填写 / a part of the save says nothing, or too much; enter it anew",
            ));
        }
        for write in &part.writes {
            if !fields.insert((part.record, &write.field)) {
                return Err(malformed(
                    "这条填报把同一项写了两次，请重新填写 / the save names one field twice; enter it anew",
                ));
            }
            // Beside the same name composed it would be another field that looks alike.
            if !is_composed(write.field.as_str()) {
                return Err(malformed(
                    "有一项的名称写法与表单不同，请更新应用 / a field's name is written in another way than forms write it; update the app",
                ));
            }
            if write.seen.len() > SEEN_LIMIT {
                return Err(malformed(
                    "有一项牵涉的版本过多，请同步后重新填写 / a field names too many heads; sync, then enter it anew",
                ));
            }
            if weight_of(&write.value) > VALUE_LIMIT {
                let message = "这个回答太长，请缩短 / the answer is too long; shorten it";
                return Err(refused(
                    RefusalReason::WrongType,
                    Some(write.field.to_string()),
                    message,
                ));
            }
        }
    }
    Ok(())
}

/// About how many bytes a value has.
pub(in crate::engine) fn weight_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Real(_) => 8,
        Value::Text(text) => text.len(),
        Value::List(list) => list.iter().map(weight_of).sum::<usize>() + list.len(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| key.len() + weight_of(value))
            .sum(),
    }
}
