//! The forms that every county begins with, compiled: see `core/forms/`.

use super::{Form, FormError};

/// A built-in form: its id, its compiled JSON, its XLSForm source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// XLSForm's `form_id`.
    pub id: &'static str,
    /// The compiled form, laid out for review; [`Form::to_json`] gives the bytes that are published.
    pub compiled: &'static str,
    /// The source, Markdown tables.
    pub source: &'static str,
}

/// The form whose files bear this id.
macro_rules! built_in {
    ($id:literal) => {
        BuiltIn {
            id: $id,
            compiled: include_str!(concat!("../../forms/compiled/", $id, ".json")),
            source: include_str!(concat!("../../forms/", $id, ".md")),
        }
    };
}

/// B0 + B1 特殊困难老年人信息卡, B0 + B2 留守儿童基本情况登记表, B0 + B3 困境儿童登记表, B4 走访记录,
/// B5 突发事件报告, B6 儿童委托监护责任确认书, B7 一人一服务方案, B8 问题交办单. B9 is a sample that no
/// county gets unasked: `core/forms/samples/risk_score.md`.
pub const BUILT_IN: [BuiltIn; 8] = [
    built_in!("elder_card"),
    built_in!("child_left_behind"),
    built_in!("child_difficulty_ext"),
    built_in!("visit"),
    built_in!("emergency"),
    built_in!("guardian_agreement"),
    built_in!("service_plan"),
    built_in!("issue"),
];

impl BuiltIn {
    /// The form, ready to ask.
    ///
    /// # Errors
    /// None in a build whose tests passed.
    pub fn form(&self) -> Result<Form, FormError> {
        Form::from_json(self.compiled.as_bytes())
    }
}

impl Form {
    /// The built-in form of an id.
    ///
    /// # Errors
    /// As [`BuiltIn::form`].
    pub fn built_in(id: &str) -> Option<Result<Form, FormError>> {
        BUILT_IN
            .iter()
            .find(|form| form.id == id)
            .map(BuiltIn::form)
    }
}
