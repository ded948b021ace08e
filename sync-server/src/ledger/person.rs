//! What both layouts say of a person: who, where, since when.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use tanfang_core::model::person::{PersonName, ResidentId};

use super::cell::Precision;
use super::labels::{BIRTH, ENTERED, ETHNIC, ID_NUMBER, LEFT, LEFT_REASON, NAME, REMARKS, SEX};
use super::place::{Place, Places, house};
use super::row::RowReader;
use super::{HintKind, HouseholdKey, NamedWorker, ProblemKind, codes};

/// The longest address that the form takes, in characters.
const ADDRESS_MAX: usize = 100;
const SAME_AS_REGISTERED: [&str; 6] = [
    "同户籍",
    "同户籍地",
    "同户籍地址",
    "同户籍所在地",
    "同上",
    "与户籍一致",
];

/// Who it is.
pub(super) struct Who {
    pub id: Option<ResidentId>,
    pub name: Option<PersonName>,
    pub birth: Option<NaiveDate>,
}

/// 姓名, 性别, 民族, 出生日期, 公民身份号码, each checked against the number.
pub(super) fn who(row: &mut RowReader) -> Who {
    let name = row.name(NAME);
    let id = id_number(row);
    if row.text(NAME).is_none() && row.text(ID_NUMBER).is_none() {
        row.fail(NAME, ProblemKind::Nobody);
    }
    if let Some(name) = &name {
        row.answer("name", name.as_str());
    }
    let typed_sex = row.code(SEX, &codes::SEX);
    let sex_of_id = id.map(|id| id.sex().code());
    if let (Some(typed), Some(of_id)) = (typed_sex, sex_of_id)
        && typed != of_id
    {
        row.hint(SEX, HintKind::SexDiffers);
    }
    if let Some(sex) = typed_sex.or(sex_of_id) {
        row.answer("sex", sex);
    }
    row.take_code(ETHNIC, &codes::ETHNIC, "ethnic");
    Who {
        birth: birth(row, id),
        id,
        name,
    }
}

/// The number with its kind of document; a cell that says 无证件 gives that kind and the reason.
fn id_number(row: &mut RowReader) -> Option<ResidentId> {
    if let Some(reason) = row
        .text(ID_NUMBER)
        .and_then(|text| codes::NO_ID_REASON.code(&text))
    {
        row.answer("id_doc_type", "99");
        row.answer("no_id_reason", reason);
        return None;
    }
    let id = row.resident_id(ID_NUMBER)?;
    let document = match id.reveal().as_bytes() {
        [b'8', b'1'..=b'3', ..] => "05",
        [b'9', ..] => "06",
        _ => "01",
    };
    row.answer("id_doc_type", document);
    row.answer("id_number", id.reveal());
    Some(id)
}

/// The birth date as typed, else as the number says; the day where it is known whole.
fn birth(row: &mut RowReader, id: Option<ResidentId>) -> Option<NaiveDate> {
    let typed = row.date(BIRTH);
    if let Some(typed) = typed.filter(|typed| typed.first > row.today) {
        row.fail(BIRTH, ProblemKind::FutureBirth(typed.first.to_string()));
    }
    let of_id = id.map(|id| id.birth());
    if let (Some(typed), Some(of_id)) = (typed, of_id)
        && !(typed.first..=typed.last()).contains(&of_id)
    {
        row.hint(BIRTH, HintKind::BirthDiffers);
    }
    // Less than a day was typed: the number knows more, if it does not contradict.
    let refined = typed.zip(of_id).filter(|(typed, of_id)| {
        typed.precision != Precision::Day && (typed.first..=typed.last()).contains(of_id)
    });
    let (day, precision) = match (refined, typed, of_id) {
        (Some((_, day)), ..) | (None, None, Some(day)) => (day, Precision::Day),
        (None, Some(typed), _) => (typed.first, typed.precision),
        (None, None, None) => return None,
    };
    row.answer("birth_date", day.to_string());
    row.answer("birth_precision", precision.code());
    (precision == Precision::Day).then_some(day)
}

/// From when to when the ledger carries the person.
#[derive(Clone, Copy)]
pub(super) struct Interval {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl Interval {
    /// A dated row with this code.
    pub fn row(self, code: &str) -> Value {
        let mut row = Map::new();
        row.insert("code".to_owned(), code.into());
        self.put(&mut row);
        Value::Object(row)
    }

    fn put(self, row: &mut Map<String, Value>) {
        for (name, day) in [("from", self.from), ("to", self.to)] {
            if let Some(day) = day {
                row.insert(name.to_owned(), day.to_string().into());
            }
        }
    }
}

/// 纳入日期, 退出日期, 退出原因: the row of `registration`.
pub(super) fn registration(row: &mut RowReader) -> Interval {
    let interval = Interval {
        from: row.day(ENTERED, false),
        to: row.day(LEFT, true),
    };
    if interval
        .from
        .zip(interval.to)
        .is_some_and(|(from, to)| to < from)
    {
        row.fail(LEFT, ProblemKind::ExitBeforeEntry);
    }
    let mut registration = Map::new();
    interval.put(&mut registration);
    if let Some(reason) = row.text(LEFT_REASON) {
        registration.insert("reason".to_owned(), reason.into());
    }
    row.answer("registration", json!([registration]));
    if row.text(REMARKS).is_some() {
        row.hint(REMARKS, HintKind::BelongsElsewhere);
    }
    interval
}

/// Where the household lives and the person is registered; gives the house's key where the
/// address goes down to a house.
pub(super) fn home(
    row: &mut RowReader,
    places: &mut Places,
    place: &Place,
    (registered, living): (&'static str, &'static str),
) -> Option<HouseholdKey> {
    row.answer("home_division", place.village.as_str());
    if let Some(group) = place.group {
        row.answer("group_no", group.to_string());
    }
    if let Some(grid) = place.grid {
        row.answer("grid_id", grid.as_str());
    }
    let registered_at = row.text(registered);
    if let Some(address) = &registered_at {
        match places.in_address(address, place.village) {
            Some((village, _)) => row.answer("hukou_division", village.as_str()),
            None => row.hint(registered, HintKind::PlaceUnknown),
        }
    }
    let address = match row.text(living) {
        Some(text) if SAME_AS_REGISTERED.contains(&text.as_str()) => registered_at,
        typed => typed,
    }?;
    if address.chars().count() > ADDRESS_MAX {
        row.fail(living, ProblemKind::TooLong { max: ADDRESS_MAX });
    }
    let in_village = places.in_address(&address, place.village);
    let (village, rest) = in_village.unwrap_or((place.village, &address));
    let group_name = row.text(super::labels::GROUP);
    let house = house(rest, group_name.as_deref());
    row.answer("address", address.as_str());
    let group = place.group.filter(|_| village == place.village);
    Some(HouseholdKey::Address {
        village,
        group,
        house: house?,
    })
}

/// The worker whom a column names, with phone and department beside it.
pub(super) fn worker(
    row: &mut RowReader,
    column: &'static str,
    phone: &'static str,
    org: Option<&'static str>,
) -> Option<NamedWorker> {
    let name = row.name(column)?;
    let phone = row.phone(phone).map(String::from);
    let org = org.and_then(|column| row.text(column));
    Some(NamedWorker {
        column,
        name: String::from(name),
        phone,
        org,
    })
}
