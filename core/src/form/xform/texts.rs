//! What people read, in each language: the itext block and the references to it.

use std::collections::BTreeMap;

use super::paths::{reference, shown};
use super::xml::{Xml, escaped};
use super::{NodeIx, Out};
use crate::form::definition::Labels;
use crate::form::linked::pick;

/// One text: its id, its plain words and those for asking more, and its files.
struct Text<'f> {
    id: String,
    at: NodeIx,
    words: &'f Labels,
    guidance: Option<&'f Labels>,
    media: Option<&'f BTreeMap<String, Labels>>,
}

/// The id of a text of a node.
pub(super) fn id(out: &Out<'_>, ix: NodeIx, part: &str) -> String {
    format!("{}:{part}", out.path(ix))
}

/// The reference to it, as attributes take it.
pub(super) fn itext(out: &Out<'_>, ix: NodeIx, part: &str) -> String {
    format!("jr:itext('{}')", id(out, ix, part))
}

/// The id of a choice's text.
pub(super) fn choice_id(list: &str, row: usize) -> String {
    format!("{list}-{row}")
}

/// Every translation; the form's own language is the default.
pub(super) fn write(out: &Out<'_>, xml: &mut Xml) {
    let form = &out.form.definition;
    let fallback = match form.default_language.is_empty() {
        true => form.languages.first().map_or("default", String::as_str),
        false => form.default_language.as_str(),
    };
    let mut languages: Vec<&str> = form.languages.iter().map(String::as_str).collect();
    if !languages.contains(&fallback) {
        languages.insert(0, fallback);
    }
    let texts = all(out);
    if texts.is_empty() {
        return;
    }
    xml.open("itext", &[]);
    for language in languages {
        let mut attributes = vec![("lang", language)];
        if language == fallback {
            attributes.push(("default", "true()"));
        }
        xml.open("translation", &attributes);
        for text in &texts {
            one(out, xml, text, language);
        }
        xml.close("translation");
    }
    xml.close("itext");
}

fn all<'f>(out: &Out<'f>) -> Vec<Text<'f>> {
    let form = &out.form.definition;
    let mut texts = Vec::new();
    for (def, ix) in form.nodes.iter().zip(1..) {
        let of = |part: &str, words: &'f Labels| Text {
            id: id(out, ix, part),
            at: ix,
            words,
            guidance: None,
            media: None,
        };
        if !def.labels.is_empty() || !def.media.is_empty() {
            let media = Some(&def.media);
            texts.push(Text {
                media,
                ..of("label", &def.labels)
            });
        }
        if !def.hints.is_empty() || !def.guidance.is_empty() {
            let guidance = Some(&def.guidance);
            texts.push(Text {
                guidance,
                ..of("hint", &def.hints)
            });
        }
        for (part, words) in [
            ("jr:constraintMsg", &def.constraint_message),
            ("jr:requiredMsg", &def.required_message),
        ] {
            if !words.is_empty() {
                texts.push(of(part, words));
            }
        }
    }
    for (list, choices) in &form.lists {
        for (row, choice) in choices.iter().enumerate() {
            texts.push(Text {
                id: choice_id(list, row),
                at: 0,
                words: &choice.labels,
                guidance: None,
                media: Some(&choice.media),
            });
        }
    }
    texts
}

fn one(out: &Out<'_>, xml: &mut Xml, text: &Text<'_>, language: &str) {
    let form = &out.form.definition;
    let said = |labels: &Labels| {
        let words = pick(labels, language, &form.default_language);
        words.map(|words| with_outputs(out, text.at, words))
    };
    xml.open("text", &[("id", &text.id)]);
    if let Some(words) = said(text.words) {
        xml.raw("value", &[], &words);
    }
    if let Some(words) = text.guidance.and_then(said) {
        xml.raw("value", &[("form", "guidance")], &words);
    }
    for (kind, files) in text.media.into_iter().flatten() {
        if let Some(file) = pick(files, language, &form.default_language) {
            let folder = match kind.as_str() {
                "audio" => "audio",
                "video" => "video",
                _ => "images",
            };
            xml.text("value", &[("form", kind)], &format!("jr://{folder}/{file}"));
        }
    }
    xml.close("text");
}

/// Words as XML; `${name}` shows the answer.
fn with_outputs(out: &Out<'_>, ix: NodeIx, words: &str) -> String {
    let mut written = String::new();
    let mut rest = words;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        written.push_str(&escaped(before));
        match reference(out.form, ix, from) {
            Some((found, tail)) => {
                let path = shown(out.form, ix, found);
                written.push_str(&format!("<output value=\"{}\"/>", escaped(&path)));
                rest = tail;
            }
            None => {
                written.push_str("${");
                rest = from.get(2..).unwrap_or_default();
            }
        }
    }
    written.push_str(&escaped(rest));
    written
}
