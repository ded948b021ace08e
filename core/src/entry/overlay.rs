//! Answers given over answers that stand.

use serde_json::{Map, Value as Json};

use super::EntryProblem;
use crate::form::{GONE, ROW};

/// Lays what is given over what stands: only the names given change, null clears; of a repeat an
/// object with `$row` changes that row, one without adds a row, `"$gone": true` takes it out.
///
/// # Errors
/// [`EntryProblem::NotAnObject`] and [`EntryProblem::NoSuchRow`], with the repeat.
pub fn overlay(
    standing: &Map<String, Json>,
    given: &Map<String, Json>,
) -> Result<Map<String, Json>, EntryProblem> {
    let mut answers = standing.clone();
    for (name, value) in given {
        match value {
            Json::Null => {
                answers.remove(name);
            }
            Json::Array(rows) if rows.iter().any(Json::is_object) => {
                let before = standing.get(name).and_then(Json::as_array);
                let rows = rows_over(name, before.map_or(&[], Vec::as_slice), rows)?;
                answers.insert(name.clone(), Json::Array(rows));
            }
            Json::Array(none) if none.is_empty() && is_repeat(standing.get(name)) => {}
            value => {
                answers.insert(name.clone(), value.clone());
            }
        }
    }
    Ok(answers)
}

fn is_repeat(standing: Option<&Json>) -> bool {
    let rows = standing.and_then(Json::as_array);
    rows.is_some_and(|rows| rows.iter().any(Json::is_object))
}

fn rows_over(name: &str, before: &[Json], given: &[Json]) -> Result<Vec<Json>, EntryProblem> {
    let field = || name.to_owned();
    let mut rows = before.to_vec();
    for row in given {
        let Some(row) = row.as_object() else {
            return Err(EntryProblem::NotAnObject { field: field() });
        };
        let Some(id) = row.get(ROW).filter(|id| !id.is_null()) else {
            rows.push(Json::Object(row.clone()));
            continue;
        };
        let standing = rows.iter_mut().find(|known| known.get(ROW) == Some(id));
        let Some(standing) = standing.and_then(Json::as_object_mut) else {
            return Err(EntryProblem::NoSuchRow { field: field() });
        };
        if row.get(GONE) == Some(&Json::Bool(true)) {
            standing.retain(|key, _| key == ROW);
            standing.insert(GONE.to_owned(), Json::Bool(true));
            continue;
        }
        for (leaf, value) in row {
            match value {
                Json::Null => standing.remove(leaf),
                value => standing.insert(leaf.clone(), value.clone()),
            };
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Json) -> Map<String, Json> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn only_names_given_change_and_null_clears() {
        let standing = map(json!({"name": "a", "phone": "1", "needs": ["x"]}));
        let given = map(json!({"phone": null, "needs": []}));
        let over = overlay(&standing, &given).unwrap();
        assert_eq!(Json::Object(over), json!({"name": "a", "needs": []}));
    }

    #[test]
    fn a_row_is_changed_added_or_taken_out_and_the_others_stay() {
        let rows = json!([{"$row": "1", "met": "met", "why": "w"}, {"$row": "2", "met": "met"}]);
        let standing = map(json!({ "people": rows }));
        let given = json!([{"$row": "1", "met": "not_met", "why": null}, {"$row": "2", "$gone": true}, {"met": "met"}]);
        let over = overlay(&standing, &map(json!({ "people": given }))).unwrap();
        let wanted =
            json!([{"$row": "1", "met": "not_met"}, {"$row": "2", "$gone": true}, {"met": "met"}]);
        assert_eq!(over["people"], wanted);
        let unknown = map(json!({"people": [{"$row": "9"}]}));
        assert!(overlay(&standing, &unknown).is_err());
    }
}
