//! What workers write: cards, visits, edits, rows, voids, moves.

use tanfang_core::attachment::Prepared;
use tanfang_core::merge::Record;
use tanfang_core::model::{
    AREA, Compartment, Field, FormRef, GONE, Kind, RecordId, VOID, Value, Write,
};

use crate::event::Act;
use crate::house::{OTHER, VILLAGE};
use crate::model::{Broken, Model, Token};
use crate::phone::{Draft, Phone, part, write};
use crate::photos::scan;
use crate::{alone, cases};

const REPEAT: &str = "category";
const PHOTO: &str = "photo";
/// The version of the visit's form that asks nothing more.
const FIRST: &str = "1";

/// Whose forms the saves name.
#[derive(Clone)]
pub struct Forms {
    /// A person's card.
    pub card: FormRef,
    /// A visit.
    pub visit: FormRef,
    /// A case.
    pub case: FormRef,
}

/// What this worker would save now; none where there is nothing to do it with.
pub fn draft(
    phone: &mut Phone,
    model: &Model,
    forms: &Forms,
    token: Token,
    act: Act,
) -> Result<Option<Draft>, Broken> {
    let value = || Value::text(format!("t{token}"));
    let card = Some(forms.card.clone());
    let forms = &Forms {
        visit: phone.visit_form()?.unwrap_or_else(|| forms.visit.clone()),
        ..forms.clone()
    };
    Ok(match act {
        Act::NewCard { pick } => new_card(phone, model, card, pick, token),
        Act::NewVisit { pick } => {
            let person = known(phone, model, &Kind::PERSON, pick)?;
            let photo = pick
                .is_multiple_of(3)
                .then(|| scan(token, pick.is_multiple_of(2)));
            person.and_then(|person| new_visit(phone, model, forms, &person, photo, token))
        }
        Act::Photo { pick } => known(phone, model, &Kind::VISIT, pick)?.and_then(|visit| {
            let held = visit
                .fields
                .values()
                .any(|r| r.compartment == Compartment::Care);
            let photo = scan(token, pick.is_multiple_of(2));
            let value = photo.reference.to_value();
            let write = write(Some(&visit), PHOTO, value);
            held.then(|| Draft {
                photo: Some(photo),
                ..one(
                    model,
                    &visit,
                    Compartment::Care,
                    write,
                    Some(forms.visit.clone()),
                    PHOTO,
                )
            })
        }),
        Act::Edit { pick, field } => {
            let newest = format!("extra{}", forms.visit.version);
            let (kind, name, compartment) = match field {
                0 => (Kind::PERSON, "name", Compartment::Contact),
                1 => (Kind::PERSON, "phone", Compartment::Contact),
                2 => (Kind::HOUSEHOLD, "address", Compartment::Contact),
                3 => (Kind::PERSON, "id_number", Compartment::Identity),
                4 => (Kind::PERSON, "nickname", Compartment::Contact),
                // What only a newer form asks; older apps hold it and do not know it.
                5 if forms.visit.version != FIRST => {
                    (Kind::VISIT, newest.as_str(), Compartment::Care)
                }
                _ => (Kind::VISIT, "note", Compartment::Care),
            };
            let form = if kind == Kind::VISIT {
                Some(forms.visit.clone())
            } else {
                card
            };
            let record = known(phone, model, &kind, pick)?;
            record.and_then(|record| {
                let held = record.fields.values().any(|r| r.compartment == compartment);
                let write = write(Some(&record), name, value());
                held.then(|| one(model, &record, compartment, write, form, name))
            })
        }
        Act::Tick { .. } | Act::TakeBack { .. } => {
            return alone::of_person(phone, model, card, act);
        }
        Act::Report { .. } | Act::TellMore { .. } => {
            return cases::draft(phone, model, forms, token, act);
        }
        Act::EditAndCrash { pick } => {
            return draft(phone, model, forms, token, Act::Edit { pick, field: 0 });
        }
        Act::AddRow { pick } => known(phone, model, &Kind::PERSON, pick)?.map(|record| {
            let name = format!("{REPEAT}[{}].code", phone.row());
            let write = write(Some(&record), &name, value());
            one(
                model,
                &record,
                Compartment::Contact,
                write,
                card,
                "a new row",
            )
        }),
        Act::EditRow { pick } => row(phone, model, pick)?.map(|(record, row)| {
            let write = write(Some(&record), row.as_str(), value());
            one(model, &record, Compartment::Contact, write, card, "a row")
        }),
        Act::TakeRow { pick } => row(phone, model, pick)?.and_then(|(record, leaf)| {
            let (repeat, row) = leaf.row()?;
            let gone = Field::gone(repeat, row).ok()?;
            let mut write = write(Some(&record), gone.as_str(), Value::Bool(true));
            write.seen.extend(record.heads_under(Some((repeat, row))));
            deduped(&mut write);
            Some(one(model, &record, Compartment::Contact, write, None, GONE))
        }),
        Act::Void { pick } => known(phone, model, &Kind::PERSON, pick)?.map(|record| {
            let void = !record.is_void();
            let mut write = write(Some(&record), VOID, Value::Bool(void));
            if void {
                write.seen.extend(record.heads_under(None));
            }
            deduped(&mut write);
            one(model, &record, Compartment::Contact, write, None, VOID)
        }),
        Act::Move { pick } => known(phone, model, &Kind::HOUSEHOLD, pick)?.map(|record| {
            let to = match record.text(AREA) {
                Some(VILLAGE) => OTHER,
                _ => VILLAGE,
            };
            let write = write(Some(&record), AREA, Value::text(to));
            one(model, &record, Compartment::Contact, write, None, AREA)
        }),
        _ => None,
    })
}

fn deduped(write: &mut Write) {
    write.seen.sort();
    write.seen.dedup();
}

/// The `pick`th record of a kind that the phone holds the contact part of.
pub fn known(
    phone: &mut Phone,
    model: &Model,
    kind: &Kind,
    pick: u32,
) -> Result<Option<Record>, Broken> {
    known_in(phone, model, kind, Compartment::Contact, pick)
}

/// The `pick`th record of a kind that the phone holds this part of.
pub fn known_in(
    phone: &mut Phone,
    model: &Model,
    kind: &Kind,
    compartment: Compartment,
    pick: u32,
) -> Result<Option<Record>, Broken> {
    let of_kind = model.records.iter().filter(|(_, of)| of == kind);
    let ids: Vec<RecordId> = of_kind.map(|(id, _)| *id).collect();
    let held = phone.read(|tx| {
        let mut held = Vec::new();
        for id in ids {
            let record = tx.record(id)?.filter(|record| {
                let mut fields = record.fields.values();
                record.begun && fields.any(|r| r.compartment == compartment)
            });
            held.extend(record);
        }
        Ok(held)
    })?;
    let count = held.len().max(1);
    Ok(held.into_iter().nth(pick as usize % count))
}

/// A person with a row, and the row's leaf.
fn row(phone: &mut Phone, model: &Model, pick: u32) -> Result<Option<(Record, Field)>, Broken> {
    let Some(record) = known(phone, model, &Kind::PERSON, pick)? else {
        return Ok(None);
    };
    let row = record.rows(REPEAT).into_iter().next();
    let leaf = row.and_then(|row| Field::in_row(REPEAT, row, "code").ok());
    Ok(leaf.map(|leaf| (record, leaf)))
}

fn one(
    model: &Model,
    record: &Record,
    compartment: Compartment,
    write: Write,
    form: Option<FormRef>,
    what: &str,
) -> Draft {
    let words = format!("writes {what} of {}", model.name(record.id));
    Draft {
        parts: vec![part(
            record.id,
            record.kind.clone(),
            compartment,
            false,
            vec![write],
        )],
        form,
        photo: None,
        words,
    }
}

fn new_card(
    phone: &Phone,
    model: &Model,
    form: Option<FormRef>,
    pick: u32,
    token: Token,
) -> Option<Draft> {
    let own = model.worker(phone.no).villages_ever();
    let area = *own.get(pick as usize % own.len().max(1))?;
    let (household, person) = (phone.id(), phone.id());
    let text = |field: &str, text: String| write(None, field, Value::text(text));
    let home = vec![
        text(AREA, area.to_owned()),
        text("home_division", area.to_owned()),
        text("address", format!("t{token}")),
    ];
    let contact = vec![
        text("household", household.to_string()),
        text("name", format!("t{token}")),
        write(None, alone::UNION, alone::first_needs()),
    ];
    let identity = vec![text("id_number", format!("t{token}"))];
    let of = Compartment::Contact;
    Some(Draft {
        parts: vec![
            part(household, Kind::HOUSEHOLD, of, true, home),
            part(person, Kind::PERSON, of, true, contact),
            part(person, Kind::PERSON, Compartment::Identity, true, identity),
        ],
        form,
        photo: None,
        words: format!("makes a household with a person in {area}"),
    })
}

fn new_visit(
    phone: &Phone,
    model: &Model,
    forms: &Forms,
    person: &Record,
    photo: Option<Prepared>,
    token: Token,
) -> Option<Draft> {
    let household = person.text("household")?.to_owned();
    let id = phone.id();
    let text = |field: &str, text: String| write(None, field, Value::text(text));
    let contact = vec![
        text("household", household),
        text("mode", "home".to_owned()),
        text("started_at", "2024-05-10T09:30:00+08:00".to_owned()),
    ];
    let row = phone.row();
    let people = vec![
        text(&format!("people[{row}].person"), person.id.to_string()),
        text(&format!("people[{row}].met"), "met".to_owned()),
    ];
    let mut care = vec![text("note", format!("t{token}"))];
    care.extend(
        photo
            .iter()
            .map(|photo| write(None, PHOTO, photo.reference.to_value())),
    );
    let mut met = part(id, Kind::VISIT, Compartment::Contact, true, people);
    met.row = Some(row);
    Some(Draft {
        parts: vec![
            part(id, Kind::VISIT, Compartment::Contact, true, contact),
            met,
            part(id, Kind::VISIT, Compartment::Care, true, care),
        ],
        form: Some(forms.visit.clone()),
        words: match &photo {
            Some(_) => format!("visits {} and takes a photo", model.name(person.id)),
            None => format!("visits {}", model.name(person.id)),
        },
        photo,
    })
}
