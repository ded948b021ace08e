//! Headers and the other spellings that pyxform takes for them.

/// Other names of a survey's columns, in small letters with underscores.
const SURVEY: [(&str, &str); 36] = [
    ("caption", "label"),
    ("command", "type"),
    ("tag", "name"),
    ("value", "name"),
    ("relevance", "relevant"),
    ("calculate", "calculation"),
    ("readonly", "read_only"),
    ("constraining_message", "constraint_message"),
    ("requiredmsg", "required_message"),
    ("count", "repeat_count"),
    ("jr:count", "repeat_count"),
    ("bind::relevant", "relevant"),
    ("bind::relevance", "relevant"),
    ("bind::required", "required"),
    ("bind::constraint", "constraint"),
    ("bind::calculate", "calculation"),
    ("bind::calculation", "calculation"),
    ("bind::readonly", "read_only"),
    ("bind::read_only", "read_only"),
    ("bind::jr:constraintmsg", "constraint_message"),
    ("bind::jr:requiredmsg", "required_message"),
    ("bind::entities:saveto", "save_to"),
    ("control::appearance", "appearance"),
    ("control::jr:count", "repeat_count"),
    ("body::appearance", "appearance"),
    ("body::jr:count", "repeat_count"),
    ("media::image", "image"),
    ("media::audio", "audio"),
    ("media::video", "video"),
    ("media::big-image", "big-image"),
    ("saveto", "save_to"),
    ("save to", "save_to"),
    ("guidance", "guidance_hint"),
    ("choice-filter", "choice_filter"),
    ("repeat-count", "repeat_count"),
    ("read-only", "read_only"),
];

/// Other names of the columns of choices.
const CHOICES: [(&str, &str); 6] = [
    ("caption", "label"),
    ("value", "name"),
    ("media::image", "image"),
    ("media::audio", "audio"),
    ("media::video", "video"),
    ("media::big-image", "big-image"),
];

/// Other names of settings.
const SETTINGS: [(&str, &str); 4] = [
    ("set_form_title", "form_title"),
    ("title", "form_title"),
    ("set_form_id", "form_id"),
    ("id_string", "form_id"),
];

/// Other names of the columns of entities.
const ENTITIES: [(&str, &str); 1] = [("list_name", "dataset")];

/// Columns whose header is followed by a language.
pub(super) const TRANSLATED: [&str; 9] = [
    "label",
    "hint",
    "guidance_hint",
    "required_message",
    "constraint_message",
    "image",
    "big-image",
    "audio",
    "video",
];

/// A header as this reader names it: `bind:relevance` is `relevant`, `Caption::中文（zh）` is
/// `label::中文(zh)`. `doubled` says that a header of the sheet has `::`; where none does, pyxform
/// divides at a single colon. A header that is nobody's other name stays as it is written.
pub(super) fn canonical(sheet: &str, written: &str, doubled: bool) -> String {
    let written = narrowed(written);
    let tokens: Vec<String> = match doubled {
        true => written.split("::").map(|t| t.trim().to_owned()).collect(),
        false => divided(&written),
    };
    let others: &[(&str, &str)] = match sheet {
        "survey" => &SURVEY,
        "choices" | "external_choices" => &CHOICES,
        "settings" => &SETTINGS,
        "entities" => &ENTITIES,
        _ => &[],
    };
    let known = |name: &str| others.iter().find(|(other, _)| *other == name);
    let head = |count: usize| {
        let first = tokens.iter().take(count).map(|token| snake(token));
        first.collect::<Vec<_>>().join("::")
    };
    // `bind::jr:constraintMsg::zh` is one name and a language, `label::zh` another.
    for count in [2, 1] {
        let rest = tokens.get(count..).unwrap_or_default();
        if let (true, Some((_, name))) = (tokens.len() >= count, known(&head(count))) {
            let rest = rest.iter().map(|token| format!("::{token}"));
            return (*name).to_owned() + &rest.collect::<String>();
        }
    }
    let grouped = ["bind", "body", "control", "attribute", "instance"];
    let first = head(1);
    let free = sheet == "choices" || sheet == "external_choices";
    match tokens.as_slice() {
        [_] if free && !CHOICE_COLUMNS.contains(&first.as_str()) => written,
        [_] => first,
        [_, rest @ ..] if TRANSLATED.contains(&first.as_str()) => {
            first + &rest.iter().map(|t| format!("::{t}")).collect::<String>()
        }
        [_, ..] if grouped.contains(&first.as_str()) => {
            let rest = tokens.iter().skip(1);
            first
                + &rest
                    .map(|t| format!("::{}", t.to_lowercase()))
                    .collect::<String>()
        }
        _ => written,
    }
}

/// The columns of choices that are not an author's own.
const CHOICE_COLUMNS: [&str; 7] = [
    "list_name",
    "name",
    "label",
    "image",
    "big-image",
    "audio",
    "video",
];

/// Full-width signs and runs of blanks made plain.
fn narrowed(header: &str) -> String {
    let plain = super::plain::narrow(header);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Divides at single colons, but not within `jr:count` and its like.
fn divided(header: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut prefix: Option<&str> = None;
    for token in header.split(':').map(str::trim) {
        match (prefix.take(), token) {
            (None, "jr" | "tanfang" | "entities" | "orx" | "odk") => prefix = Some(token),
            (Some(before), token) => tokens.push(format!("{before}:{token}")),
            (None, token) => tokens.push(token.to_owned()),
        }
    }
    tokens.extend(prefix.map(str::to_owned));
    tokens
}

fn snake(token: &str) -> String {
    token
        .split_whitespace()
        .collect::<Vec<_>>()
        .join("_")
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn other_spellings_are_known() {
        for (sheet, doubled, written, named) in [
            ("survey", false, "Relevance", "relevant"),
            ("survey", false, "bind:required", "required"),
            (
                "survey",
                true,
                "bind::jr:constraintMsg",
                "constraint_message",
            ),
            (
                "survey",
                true,
                "bind::jr:requiredMsg::zh",
                "required_message::zh",
            ),
            ("survey", false, "jr:count", "repeat_count"),
            (
                "survey",
                false,
                "bind:jr:constraintMsg",
                "constraint_message",
            ),
            ("survey", false, "label:English", "label::English"),
            (
                "survey",
                true,
                "Label :: Chinese (zh)",
                "label::Chinese (zh)",
            ),
            ("survey", true, "label：：中文（zh）", "label::中文(zh)"),
            ("survey", true, "caption::zh", "label::zh"),
            ("survey", false, " read  only ", "read_only"),
            ("survey", true, "media::image::zh", "image::zh"),
            ("survey", true, "bind::tanfang:Of", "bind::tanfang:of"),
            ("survey", true, "bind::entities:saveto", "save_to"),
            ("choices", false, "list name", "list_name"),
            ("choices", false, "value", "name"),
            ("choices", false, "Parent Code", "Parent Code"),
            ("settings", false, "id_string", "form_id"),
            ("settings", false, "Default Language", "default_language"),
            ("entities", false, "list_name", "dataset"),
        ] {
            assert_eq!(canonical(sheet, written, doubled), named, "{written}");
        }
    }
}
