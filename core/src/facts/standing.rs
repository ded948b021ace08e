//! What decides whether somebody must be seen and is no visit: the family of one in hospital was
//! asked, a person refuses, a person leaves. Each is a dated row of the card; the phone and the
//! county's desk find the row by the same rule.

use serde_json::{Map, Value as Json, json};

use super::rows::Day;

/// What is noted of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The family of one in hospital was asked on this day; it excuses the month (规则 hospital).
    FamilyContacted {
        /// The day.
        on: Day,
    },
    /// Informed, the person refuses to be visited.
    Refuses {
        /// The day.
        on: Day,
        /// Who said so: the person, a guardian.
        by: String,
    },
    /// Informed, the person agrees, also after a refusal.
    Agrees {
        /// The day.
        on: Day,
        /// Who said so.
        by: String,
    },
    /// The person leaves the ledger: the last day, and why.
    Leaves {
        /// The last day.
        last: Day,
        /// Why.
        reason: String,
    },
}

/// Why nothing can be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotNoted {
    /// Without a reason nobody could answer for it.
    #[error("请写明理由 / say why")]
    NoReason,
    /// Nobody is in hospital on that day.
    #[error(
        "这一天没有住院记录,请先登记住院 / there is no stay in hospital on that day: note the stay first"
    )]
    NoStay,
    /// The person is not in the ledger on that day.
    #[error("这一天不在册,或已登记退出 / not in the ledger on that day, or left already")]
    NotRegistered,
}

impl Standing {
    /// The answers that note it, over the answers of the person's card as they stand: one row of one
    /// repeat, to be laid over them.
    ///
    /// # Errors
    /// [`NotNoted`]: there is no row that it could belong to, or no reason.
    pub fn answers(&self, card: &Map<String, Json>) -> Result<Map<String, Json>, NotNoted> {
        let (repeat, row) = match self {
            Standing::FamilyContacted { on } => {
                let of_hospital = |row: &Json| text(row, "code") == Some("hospital");
                let stay = latest(card, "life_state", *on, of_hospital).ok_or(NotNoted::NoStay)?;
                let row = json!({"$row": stay, "family_contacted_on": on});
                ("life_state", row)
            }
            Standing::Refuses { on, by } => ("consent", consent("informed_refuse", *on, by)),
            Standing::Agrees { on, by } => ("consent", consent("informed_agree", *on, by)),
            Standing::Leaves { reason, .. } if reason.trim().is_empty() => {
                return Err(NotNoted::NoReason);
            }
            Standing::Leaves { last, reason } => {
                let is_open = |row: &Json| text(row, "to").is_none();
                let open = latest(card, "registration", *last, is_open);
                let open = open.ok_or(NotNoted::NotRegistered)?;
                let row = json!({"$row": open, "to": last, "reason": reason});
                ("registration", row)
            }
        };
        Ok(Map::from_iter([(repeat.to_owned(), json!([row]))]))
    }
}

fn consent(code: &str, on: Day, by: &str) -> Json {
    match by.trim() {
        "" => json!({"code": code, "on": on}),
        by => json!({"code": code, "on": on, "by": by}),
    }
}

/// The id of the last row of a repeat that holds on a day and is wanted.
fn latest<'c>(
    card: &'c Map<String, Json>,
    repeat: &str,
    on: Day,
    wanted: impl Fn(&Json) -> bool,
) -> Option<&'c Json> {
    let rows = card.get(repeat)?.as_array()?;
    let mut found = rows
        .iter()
        .rev()
        .filter(|row| wanted(row) && holds(row, on));
    found.next()?.get("$row")
}

/// Whether a dated row holds on a day; an absent end is open.
fn holds(row: &Json, day: Day) -> bool {
    let end = |name: &str| text(row, name)?.parse::<Day>().ok();
    end("from").is_none_or(|from| from <= day) && end("to").is_none_or(|to| day <= to)
}

fn text<'r>(row: &'r Json, name: &str) -> Option<&'r str> {
    let text = row.get(name)?.as_str()?;
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(rows: Json) -> Map<String, Json> {
        rows.as_object().unwrap().clone()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_family_is_noted_on_the_latest_stay_that_holds_on_the_day() {
        let stays = card(json!({"life_state": [
            {"$row": "1", "code": "hospital", "from": "2024-05-01", "to": "2024-05-09"},
            {"$row": "2", "code": "hospital", "from": "2024-05-08"},
            {"$row": "3", "code": "away", "from": "2024-05-01"},
        ]}));
        let row = |on: &str| {
            let noted = Standing::FamilyContacted { on: day(on) }.answers(&stays);
            noted.map(|given| given["life_state"][0]["$row"].clone())
        };
        assert_eq!(row("2024-05-07"), Ok(json!("1")));
        assert_eq!(row("2024-05-08"), Ok(json!("2")));
        assert_eq!(row("2024-04-30"), Err(NotNoted::NoStay));
    }

    #[test]
    fn who_left_cannot_leave_again_and_nobody_leaves_without_a_reason() {
        let left = card(json!({"registration": [
            {"$row": "1", "from": "2020-01-01", "to": "2023-12-31"},
            {"$row": "2", "from": "2024-02-01", "to": ""},
        ]}));
        let leave = |last: &str, reason: &str| {
            let noted = Standing::Leaves {
                last: day(last),
                reason: reason.into(),
            };
            noted.answers(&left)
        };
        assert_eq!(leave("2023-06-01", "x"), Err(NotNoted::NotRegistered));
        assert_eq!(leave("2024-06-01", " "), Err(NotNoted::NoReason));
        let given = leave("2024-06-01", "搬走").unwrap();
        assert_eq!(given["registration"][0]["$row"], json!("2"));
    }

    #[test]
    fn a_consent_is_a_new_row_without_who_said_it_where_nobody_wrote_that() {
        let given = Standing::Agrees {
            on: day("2024-05-10"),
            by: "  ".into(),
        };
        let given = given.answers(&Map::new()).unwrap();
        assert_eq!(
            given["consent"],
            json!([{"code": "informed_agree", "on": "2024-05-10"}])
        );
    }
}
