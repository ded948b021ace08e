//! One answer: reading it from JSON by its question's type, and writing it back.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use serde_json::{Number, Value as Json, json};

use super::codes::Codes;
use super::definition::{NodeDef, NodeKind};
use super::problem::ProblemCode;
use super::written;
use crate::expr::{Value, parse_date, parse_moment, read_number};

/// The most characters (code points) that a text may have, whatever its form says.
pub const MAX_TEXT: usize = 4_000;
/// The most codes that a select_multiple may hold.
pub const MAX_CODES: usize = 200;
/// The most places that a line or an area may have.
pub const MAX_PLACES: usize = 1_000;

/// An answer by its type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Empty,
    Text(String),
    Integer(i64),
    Decimal(f64),
    Many(Vec<String>),
    Date(NaiveDate),
    Moment(DateTime<FixedOffset>),
    /// An attachment's hash, length and type.
    File(Json),
}

impl Answer {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Answer::Empty => true,
            Answer::Text(text) => text.is_empty(),
            Answer::Many(codes) => codes.is_empty(),
            _ => false,
        }
    }

    /// As expressions see it.
    pub(super) fn value(&self) -> Value {
        match self {
            Answer::Empty => Value::empty(),
            Answer::Text(text) => Value::Text(text.clone()),
            Answer::Integer(number) => Value::Number(*number as f64),
            Answer::Decimal(number) => Value::Number(*number),
            Answer::Many(codes) => Value::Text(codes.join(" ")),
            Answer::Date(date) => Value::Date(*date),
            Answer::Moment(moment) => Value::Moment(*moment),
            Answer::File(file) => Value::Text(
                file.get("hash")
                    .and_then(Json::as_str)
                    .or(file.as_str())
                    .unwrap_or("file")
                    .to_owned(),
            ),
        }
    }

    /// As answers are written: typed JSON.
    pub(super) fn json(&self) -> Json {
        match self {
            Answer::Empty => Json::Null,
            Answer::Text(text) => json!(text),
            Answer::Integer(number) => json!(number),
            Answer::Decimal(number) => decimal(*number),
            Answer::Many(codes) => json!(codes),
            Answer::Date(_) | Answer::Moment(_) => json!(self.value().text()),
            Answer::File(file) => file.clone(),
        }
    }

    /// Reads an answer as given, by its question's type.
    pub(super) fn read(
        def: &NodeDef,
        codes: Codes<'_>,
        given: &Json,
        zone: FixedOffset,
    ) -> Result<Answer, ProblemCode> {
        if given.is_null() {
            return Ok(Answer::Empty);
        }
        match def.kind {
            NodeKind::Group | NodeKind::Repeat | NodeKind::Note => Err(ProblemCode::WrongType),
            NodeKind::Text | NodeKind::Barcode => text(def, given),
            NodeKind::Integer => integer(given),
            NodeKind::Range if is_whole(def) => integer(given),
            NodeKind::Decimal | NodeKind::Range => number(given),
            NodeKind::SelectOne => one(codes, given),
            NodeKind::SelectMultiple | NodeKind::Rank => many(codes, given),
            NodeKind::Date | NodeKind::Today => date(given),
            NodeKind::Time => time(given, zone),
            NodeKind::DateTime | NodeKind::Start | NodeKind::End => moment(given, zone),
            NodeKind::Geopoint => geopoint(given),
            NodeKind::Geotrace => places(given, false),
            NodeKind::Geoshape => places(given, true),
            NodeKind::Image if given.get("type") == Some(&json!("application/pdf")) => {
                Err(ProblemCode::WrongType)
            }
            NodeKind::Image | NodeKind::File => file(given),
            NodeKind::Acknowledge => acknowledge(given),
            NodeKind::Calculate | NodeKind::Hidden | NodeKind::Username | NodeKind::Deviceid => {
                plain(given)
            }
        }
    }

    /// Whether a text is longer than an answer may be.
    pub(super) fn is_too_long(&self) -> bool {
        // The length in bytes is known; the characters of a short text need no counting.
        matches!(self, Answer::Text(text) if text.len() > MAX_TEXT && text.chars().count() > MAX_TEXT)
    }

    /// What a calculation or default yields, by the question's type; what does not fit is empty.
    pub(super) fn of_value(
        def: &NodeDef,
        codes: Codes<'_>,
        value: &Value,
        zone: FixedOffset,
    ) -> Answer {
        let text = value.text();
        if text.is_empty() {
            return Answer::Empty;
        }
        match (def.kind, value) {
            (NodeKind::Calculate | NodeKind::Hidden, Value::Number(number)) => of_number(*number),
            (NodeKind::Calculate | NodeKind::Hidden, _) => Answer::Text(text),
            (NodeKind::Integer | NodeKind::Decimal, Value::Number(n)) if n.is_nan() => {
                Answer::Empty
            }
            // As in JavaRosa: what a whole number is calculated of loses its fraction.
            (NodeKind::Integer, Value::Number(n)) => of_number(n.trunc()),
            (NodeKind::Range, Value::Number(n)) if is_whole(def) => of_number(n.trunc()),
            (NodeKind::Date, Value::Moment(moment)) => Answer::Date(moment.date_naive()),
            (NodeKind::Time, Value::Moment(moment)) => of_clock(moment.time()),
            _ => Answer::read(def, codes, &Json::String(text), zone).unwrap_or(Answer::Empty),
        }
    }
}

fn of_clock(time: NaiveTime) -> Answer {
    Answer::Text(time.format("%H:%M:%S").to_string())
}

fn of_number(number: f64) -> Answer {
    if !number.is_finite() {
        Answer::Empty
    } else if number.fract() == 0.0 && number.abs() < 9e15 {
        Answer::Integer(number as i64)
    } else {
        Answer::Decimal(number)
    }
}

fn decimal(number: f64) -> Json {
    Number::from_f64(number).map_or(Json::Null, Json::Number)
}

fn string(given: &Json) -> Result<&str, ProblemCode> {
    given.as_str().ok_or(ProblemCode::WrongType)
}

/// A text; a reference may come as a list of one.
fn text(def: &NodeDef, given: &Json) -> Result<Answer, ProblemCode> {
    let given = match given.as_array().map(Vec::as_slice) {
        Some([one]) if def.refers.is_some() => one,
        Some([]) if def.refers.is_some() => return Ok(Answer::Empty),
        _ => given,
    };
    let text = written::as_stored(def.refers.as_deref(), string(given)?);
    written::check(&text)?;
    if text.chars().count() > MAX_TEXT {
        return Err(ProblemCode::TooLong);
    }
    // Blanks, and marks that have no width, say nothing.
    let says = |c: char| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}');
    Ok(match text.contains(says) {
        true => Answer::Text(text),
        false => Answer::Empty,
    })
}

fn plain(given: &Json) -> Result<Answer, ProblemCode> {
    match given {
        Json::Number(number) => number.as_f64().map(of_number).ok_or(ProblemCode::WrongType),
        Json::Bool(truth) => Ok(Answer::Text(truth.to_string())),
        Json::String(text) => {
            written::check(text)?;
            if text.chars().count() > MAX_TEXT {
                Err(ProblemCode::TooLong)
            } else {
                Ok(Answer::Text(text.clone()))
            }
        }
        _ => Err(ProblemCode::WrongType),
    }
}

/// A number, or digits as a cell of a ledger has them.
fn integer(given: &Json) -> Result<Answer, ProblemCode> {
    let found = match given {
        Json::Number(n) => n.as_i64().or_else(|| {
            n.as_f64()
                .filter(|f| f.fract() == 0.0 && f.abs() < 9e15)
                .map(|f| f as i64)
        }),
        Json::String(s) if s.trim().is_empty() => return Ok(Answer::Empty),
        Json::String(s) => s.trim().parse().ok(),
        _ => None,
    };
    found.map(Answer::Integer).ok_or(ProblemCode::WrongType)
}

fn number(given: &Json) -> Result<Answer, ProblemCode> {
    let found = match given {
        Json::Number(n) => n.as_f64(),
        Json::String(s) if s.trim().is_empty() => return Ok(Answer::Empty),
        Json::String(s) => Some(read_number(s)),
        _ => None,
    };
    found
        .filter(|n| n.is_finite())
        .map(Answer::Decimal)
        .ok_or(ProblemCode::WrongType)
}

/// A code; a number is taken for the code written so, yes and no also as truth.
fn code(codes: Codes<'_>, given: &Json) -> Result<String, ProblemCode> {
    let code = match given {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) if number.is_u64() => number.to_string(),
        Json::Bool(truth) => (if *truth { "yes" } else { "no" }).to_owned(),
        _ => return Err(ProblemCode::WrongType),
    };
    if code.is_empty() || codes.has(&code) {
        Ok(code)
    } else {
        Err(if given.is_boolean() {
            ProblemCode::WrongType
        } else {
            ProblemCode::UnknownCode
        })
    }
}

fn one(codes: Codes<'_>, given: &Json) -> Result<Answer, ProblemCode> {
    let code = code(codes, given)?;
    Ok(if code.is_empty() {
        Answer::Empty
    } else {
        Answer::Text(code)
    })
}

/// A list of codes, or codes with spaces between them; each once, in the order given.
fn many(codes: Codes<'_>, given: &Json) -> Result<Answer, ProblemCode> {
    let given: Vec<Json> = match given {
        Json::Array(codes) => codes.clone(),
        Json::String(text) => text.split_whitespace().map(|code| json!(code)).collect(),
        _ => return Err(ProblemCode::WrongType),
    };
    if given.len() > MAX_CODES {
        return Err(ProblemCode::TooMany);
    }
    let mut chosen: Vec<String> = Vec::new();
    for item in &given {
        let code = code(codes, item)?;
        if !code.is_empty() && !chosen.contains(&code) {
            chosen.push(code);
        }
    }
    Ok(Answer::Many(chosen))
}

fn date(given: &Json) -> Result<Answer, ProblemCode> {
    match string(given)?.trim() {
        "" => Ok(Answer::Empty),
        text => parse_date(text)
            .map(Answer::Date)
            .ok_or(ProblemCode::WrongType),
    }
}

/// A time of day, stored without a zone: it is the form's. One with a zone, as ODK writes it, is
/// that moment's here.
fn time(given: &Json, zone: FixedOffset) -> Result<Answer, ProblemCode> {
    let text = string(given)?.trim();
    if text.is_empty() {
        return Ok(Answer::Empty);
    }
    ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f"]
        .iter()
        .find_map(|shape| NaiveTime::parse_from_str(text, shape).ok())
        .or_else(|| {
            let moment = DateTime::parse_from_rfc3339(&format!("1970-01-02T{text}")).ok();
            moment.map(|moment| moment.with_timezone(&zone).time())
        })
        .map(of_clock)
        .ok_or(ProblemCode::WrongType)
}

fn moment(given: &Json, zone: FixedOffset) -> Result<Answer, ProblemCode> {
    match string(given)?.trim() {
        "" => Ok(Answer::Empty),
        text => parse_moment(text, zone)
            .map(Answer::Moment)
            .ok_or(ProblemCode::WrongType),
    }
}

/// "latitude longitude altitude accuracy", or an object of those names.
fn geopoint(given: &Json) -> Result<Answer, ProblemCode> {
    let numbers: Vec<f64> = match given {
        Json::String(text) if text.trim().is_empty() => return Ok(Answer::Empty),
        Json::String(text) => text.split_whitespace().map(read_number).collect(),
        Json::Array(all) => all.iter().map(|n| n.as_f64().unwrap_or(f64::NAN)).collect(),
        Json::Object(map) => {
            let get = |long: &str, short: &str| {
                map.get(long)
                    .or_else(|| map.get(short))
                    .and_then(Json::as_f64)
            };
            vec![
                get("latitude", "lat").unwrap_or(f64::NAN),
                get("longitude", "lon").unwrap_or(f64::NAN),
                get("altitude", "alt").unwrap_or(0.0),
                get("accuracy", "acc").unwrap_or(0.0),
            ]
        }
        _ => return Err(ProblemCode::WrongType),
    };
    let fits = (2..=4).contains(&numbers.len())
        && numbers.iter().all(|n| n.is_finite())
        && numbers[0].abs() <= 90.0
        && numbers[1].abs() <= 180.0;
    if !fits {
        return Err(ProblemCode::WrongType);
    }
    let all = numbers.iter().copied().chain([0.0; 4]).take(4);
    Ok(Answer::Text(
        all.map(|n| n.to_string()).collect::<Vec<_>>().join(" "),
    ))
}

/// Places with semicolons between, or a list of them; of an area the last is the first again.
fn places(given: &Json, closed: bool) -> Result<Answer, ProblemCode> {
    let given: Vec<Json> = match given {
        Json::Array(all) => all.clone(),
        Json::String(text) if text.trim().is_empty() => return Ok(Answer::Empty),
        Json::String(text) => {
            let places = text.split(';').filter(|place| !place.trim().is_empty());
            places.map(|place| json!(place)).collect()
        }
        _ => return Err(ProblemCode::WrongType),
    };
    if given.is_empty() {
        return Ok(Answer::Empty);
    }
    if given.len() > MAX_PLACES {
        return Err(ProblemCode::TooMany);
    }
    let read = |place: &Json| match geopoint(place)? {
        Answer::Text(place) => Ok(place),
        _ => Err(ProblemCode::WrongType),
    };
    let places = given.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let enough = if closed { 4 } else { 2 };
    if places.len() < enough || (closed && places.first() != places.last()) {
        return Err(ProblemCode::WrongType);
    }
    Ok(Answer::Text(places.join(";")))
}

/// A range counts in whole numbers where its ends and its step are whole.
pub(super) fn is_whole(def: &NodeDef) -> bool {
    let whole = |name: &str| {
        let given = def.parameters.get(name);
        given.is_none_or(|text| text.trim().parse::<i64>().is_ok())
    };
    whole("start") && whole("end") && whole("step")
}

/// A name, or an object with the attachment's hash, length and type.
fn file(given: &Json) -> Result<Answer, ProblemCode> {
    match given {
        Json::String(name) if name.is_empty() => Ok(Answer::Empty),
        Json::String(name) => {
            written::check(name)?;
            if name.len() > 300 {
                Err(ProblemCode::TooLong)
            } else {
                Ok(Answer::File(given.clone()))
            }
        }
        Json::Object(map)
            if map.get("hash").is_some_and(Json::is_string) && given.to_string().len() <= 2_000 =>
        {
            Ok(Answer::File(given.clone()))
        }
        _ => Err(ProblemCode::WrongType),
    }
}

fn acknowledge(given: &Json) -> Result<Answer, ProblemCode> {
    match given {
        Json::Bool(true) => Ok(Answer::Text("OK".to_owned())),
        Json::Bool(false) => Ok(Answer::Empty),
        Json::String(text) if text.is_empty() => Ok(Answer::Empty),
        Json::String(text) if text == "OK" => Ok(Answer::Text("OK".to_owned())),
        _ => Err(ProblemCode::WrongType),
    }
}
