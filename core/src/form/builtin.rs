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

/// B0 + B1 特殊困难老年人信息卡, B0 + B2 留守儿童基本情况登记表, B0 + B3 困境儿童登记表, B4 走访记录,
/// B5 突发事件报告, B6 儿童委托监护责任确认书, B7 一人一服务方案, B8 问题交办单. B9 is a sample that no
/// county gets unasked: `core/forms/samples/risk_score.md`.
pub const BUILT_IN: [BuiltIn; 8] = [
    BuiltIn {
        id: "elder_card",
        compiled: include_str!("../../forms/compiled/elder_card.json"),
        source: include_str!("../../forms/elder_card.md"),
    },
    BuiltIn {
        id: "child_left_behind",
        compiled: include_str!("../../forms/compiled/child_left_behind.json"),
        source: include_str!("../../forms/child_left_behind.md"),
    },
    BuiltIn {
        id: "child_difficulty_ext",
        compiled: include_str!("../../forms/compiled/child_difficulty_ext.json"),
        source: include_str!("../../forms/child_difficulty_ext.md"),
    },
    BuiltIn {
        id: "visit",
        compiled: include_str!("../../forms/compiled/visit.json"),
        source: include_str!("../../forms/visit.md"),
    },
    BuiltIn {
        id: "emergency",
        compiled: include_str!("../../forms/compiled/emergency.json"),
        source: include_str!("../../forms/emergency.md"),
    },
    BuiltIn {
        id: "guardian_agreement",
        compiled: include_str!("../../forms/compiled/guardian_agreement.json"),
        source: include_str!("../../forms/guardian_agreement.md"),
    },
    BuiltIn {
        id: "service_plan",
        compiled: include_str!("../../forms/compiled/service_plan.json"),
        source: include_str!("../../forms/service_plan.md"),
    },
    BuiltIn {
        id: "issue",
        compiled: include_str!("../../forms/compiled/issue.json"),
        source: include_str!("../../forms/issue.md"),
    },
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
