//! What a person must correct, or should look at.

use tanfang_core::form;

/// One thing about one answer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Problem {
    /// The question: `name`, in a repeat `people[2].met` (rows count from 1) or
    /// `people[ROW].met` where the row has an id.
    pub field: String,
    /// What is wrong.
    pub code: ProblemCode,
    /// What to do, in the person's language; it never repeats an answer.
    pub message: String,
    /// Whether it stops a save.
    pub severity: Severity,
}

/// Whether a problem stops a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Severity {
    /// The answer must be corrected.
    Error,
    /// The answer may stand, with a reason.
    Warning,
}

/// The kinds of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ProblemCode {
    /// An answer is missing.
    RequiredMissing,
    /// The form's own rule does not hold.
    Constraint,
    /// A number where text is due, a word where a day is due.
    WrongType,
    /// A code that the question's list does not have; a newer form may have it.
    UnknownCode,
    /// A code of the list that the question does not offer beside the other answers.
    NotOffered,
    /// A name that the form does not have.
    UnknownField,
    /// Longer than an answer may be.
    TooLong,
    /// More rows than a form may have.
    TooMany,
    /// A character that no answer may hold.
    ForbiddenCharacter,
    /// The form warns.
    Warned,
    /// A given answer was replaced by the calculated one.
    Calculated,
    /// The form itself is at fault.
    FormFault,
}

impl From<form::Problem> for Problem {
    fn from(problem: form::Problem) -> Self {
        Self {
            field: problem.field,
            code: problem.code.into(),
            message: problem.message,
            severity: problem.severity.into(),
        }
    }
}

impl From<form::Severity> for Severity {
    fn from(severity: form::Severity) -> Self {
        match severity {
            form::Severity::Error => Severity::Error,
            form::Severity::Warning => Severity::Warning,
        }
    }
}

impl From<form::ProblemCode> for ProblemCode {
    fn from(code: form::ProblemCode) -> Self {
        use form::ProblemCode as C;
        match code {
            C::RequiredMissing => ProblemCode::RequiredMissing,
            C::Constraint => ProblemCode::Constraint,
            C::WrongType => ProblemCode::WrongType,
            C::UnknownCode => ProblemCode::UnknownCode,
            C::NotOffered => ProblemCode::NotOffered,
            C::UnknownField => ProblemCode::UnknownField,
            C::TooLong => ProblemCode::TooLong,
            C::TooMany => ProblemCode::TooMany,
            C::ForbiddenCharacter => ProblemCode::ForbiddenCharacter,
            C::Warned => ProblemCode::Warned,
            C::Calculated => ProblemCode::Calculated,
            C::FormFault => ProblemCode::FormFault,
        }
    }
}
