//! Answers given over answers that stand.

use serde_json::{Map, Value as Json};

use super::AppError;
use crate::form::{GONE, ROW};

/// Lays what is given over what stands: only the names given change, null clears; of a repeat an
/// object with `$row` changes that row, one without adds a row.
pub(super) fn overlay(
    standing: &Map<String, Json>,
    given: &Map<String, Json>,
) -> Result<Map<String, Json>, AppError> {
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

fn rows_over(name: &str, before: &[Json], given: &[Json]) -> Result<Vec<Json>, AppError> {
    let mut rows = before.to_vec();
    for row in given {
        let Some(row) = row.as_object() else {
            return Err(AppError::problem(
                name,
                "每一行是一个对象 / each row is an object",
            ));
        };
        let Some(id) = row.get(ROW).filter(|id| !id.is_null()) else {
            rows.push(Json::Object(row.clone()));
            continue;
        };
        let standing = rows.iter_mut().find(|known| known.get(ROW) == Some(id));
        let Some(standing) = standing.and_then(Json::as_object_mut) else {
            let message = "没有这一行：请用 show 打印的 $row，或不写 $row 以新增一行 / there is no such row: take the $row that show printed, or leave it out to add a row";
            return Err(AppError::problem(name, message));
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
