//! Which tables a county counts.

use crate::compliance::codes;
use crate::compliance::json::{self, At, Misfit};
use crate::facts::rows::Group;

/// The tables of 特征, as `core/statistics/tables.json` writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables(pub(super) Vec<Asked>);

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub id: String,
    pub group: Group,
    pub zh: String,
    pub en: String,
    /// Only people of this category.
    pub of: Option<&'static str>,
    pub by: By,
}

/// By what people are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Full years on the day, both ends included.
    Ages(Vec<(u32, u32)>),
    /// A code of the person's record; of the row entered last where it stands in a repeat. Of the
    /// form `visit`, of the visit that met the person last.
    Field {
        form: String,
        repeat: Option<String>,
        name: String,
    },
    /// Which of these categories holds.
    Categories(Vec<&'static str>),
    /// Whether a document holds on the day.
    Document(&'static str),
}

const FIELDS: [&str; 10] = [
    "id",
    "group",
    "zh",
    "en",
    "of",
    "ages",
    "form",
    "field",
    "categories",
    "document",
];
/// Nobody is older.
const OLDEST: u32 = 130;

impl Tables {
    /// Reads a file of tables.
    ///
    /// # Errors
    /// [`Misfit`] with the place of the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, Misfit> {
        let json = json::parse(text)?;
        let file = At::root(&json).object(&["format", "source", "tables"])?;
        let format = file.need("format")?;
        format.code("format", &["tanfang-statistics/1"])?;
        file.text("source")?;
        let tables = file.list("tables")?;
        tables.iter().map(asked).collect::<Result<_, _>>().map(Self)
    }
}

impl Tables {
    /// The forms whose codes are counted, each once.
    pub fn forms(&self) -> std::collections::BTreeSet<&str> {
        let by = self.0.iter().map(|table| &table.by);
        by.filter_map(|by| match by {
            By::Field { form, .. } => Some(form.as_str()),
            _ => None,
        })
        .collect()
    }
}

fn asked(at: &At<'_>) -> Result<Asked, Misfit> {
    let table = at.object(&FIELDS)?;
    let group = match table.need("group")?.code("group", &["elder", "child"])? {
        "elder" => Group::Elder,
        _ => Group::Child,
    };
    let known: Vec<&'static str> = codes::categories(group).collect();
    let of = table
        .given("of")
        .map(|of| of.code("category", &known))
        .transpose()?;
    let ways = ["ages", "field", "categories", "document"];
    let given: Vec<&str> = ways
        .into_iter()
        .filter(|way| table.given(way).is_some())
        .collect();
    let by = match given[..] {
        ["ages"] => By::Ages(ages(&table.need("ages")?)?),
        ["field"] => field(table.need("form")?.id()?, table.need("field")?.id()?),
        ["categories"] => {
            let all = table.list("categories")?;
            By::Categories(
                all.iter()
                    .map(|one| one.code("category", &known))
                    .collect::<Result<_, _>>()?,
            )
        }
        ["document"] => By::Document(table.need("document")?.code("document", codes::DOCUMENTS)?),
        _ => {
            return at.other(
                "应写 ages、field、categories、document 之一",
                "one of ages, field, categories, document is wanted",
            );
        }
    };
    Ok(Asked {
        id: table.need("id")?.id()?.to_owned(),
        group,
        zh: table.need("zh")?.id()?.to_owned(),
        en: table.need("en")?.id()?.to_owned(),
        of,
        by,
    })
}

fn field(form: &str, field: &str) -> By {
    let (repeat, name) = match field.split_once('.') {
        Some((repeat, name)) => (Some(repeat.to_owned()), name),
        None => (None, field),
    };
    By::Field {
        form: form.to_owned(),
        repeat,
        name: name.to_owned(),
    }
}

/// Bands of ages, rising and apart.
fn ages(at: &At<'_>) -> Result<Vec<(u32, u32)>, Misfit> {
    let mut read: Vec<(u32, u32)> = Vec::new();
    for band in at.list()? {
        let ends = band.list()?;
        let [from, to] = &ends[..] else {
            return band.other("年龄段须有首尾两个数", "a band of ages has two ends");
        };
        let least = read.last().map_or(0, |(_, last)| last + 1);
        let from = from.whole(least, OLDEST)?;
        read.push((from, to.whole(from, OLDEST)?));
    }
    if read.is_empty() {
        return at.other("至少写一个年龄段", "at least one band of ages is wanted");
    }
    Ok(read)
}
