use super::answer;
use crate::{Answer, failure::Failure};
use serde_json::json;
use tanfang_core::app::App;

pub fn run(app: &App) -> Result<Answer, Failure> {
    let key = app.key()?;
    answer(&json!({ "key": key }), key)
}
