//! The body: what stands on the screen.

use super::model::{count_name, empty, entity_path};
use super::paths::{Within, plain_count, rewritten};
use super::texts::itext;
use super::xml::Xml;
use super::{NodeKind, Out};
use crate::form::definition::NodeDef;
use crate::form::linked::NodeIx;

pub(super) fn write(out: &Out<'_>, xml: &mut Xml) {
    let style = out.form.definition.settings.get("style");
    let class: Vec<(&str, &str)> = style
        .iter()
        .map(|style| ("class", style.as_str()))
        .collect();
    xml.open("h:body", &class);
    for ix in out.children(0) {
        control(out, xml, *ix);
    }
    xml.close("h:body");
}

/// A node and what stands in it. Recurs only as deep as groups nest.
fn control(out: &Out<'_>, xml: &mut Xml, ix: NodeIx) {
    let def = out.def(ix);
    match def.kind {
        NodeKind::Group => group(out, xml, ix),
        NodeKind::Repeat => repeat(out, xml, ix),
        _ if out.is_shown(ix) => question(out, xml, ix),
        _ => {}
    }
}

fn group(out: &Out<'_>, xml: &mut Xml, ix: NodeIx) {
    let def = out.def(ix);
    let path = out.path(ix);
    let mut attributes = vec![("ref", path.as_str())];
    attributes.extend(appearance(def));
    xml.open("group", &attributes);
    words(out, xml, ix);
    for child in out.children(ix) {
        control(out, xml, *child);
    }
    xml.close("group");
}

fn repeat(out: &Out<'_>, xml: &mut Xml, ix: NodeIx) {
    let def = out.def(ix);
    let path = out.path(ix);
    let count = def
        .repeat_count
        .as_ref()
        .map(|_| match plain_count(out.form, ix) {
            Some(question) => out.path(question),
            None => {
                let parent = out.path(out.form.links.nodes[ix].parent);
                format!("{parent}/{}", count_name(def))
            }
        });
    xml.open("group", &[("ref", &path)]);
    words(out, xml, ix);
    let mut attributes = vec![("nodeset", path.as_str())];
    attributes.extend(count.as_deref().map(|count| ("jr:count", count)));
    attributes.extend(appearance(def));
    xml.open("repeat", &attributes);
    for child in out.children(ix) {
        control(out, xml, *child);
    }
    new_row(out, xml, ix);
    xml.close("repeat");
    xml.close("group");
}

/// What a new row begins with.
fn new_row(out: &Out<'_>, xml: &mut Xml, repeat: NodeIx) {
    let event = || ("event", "odk-new-repeat".to_owned());
    for ix in (1..out.form.links.nodes.len()).filter(|ix| out.form.links.nodes[*ix].scope == repeat)
    {
        if let Some(default) = out.dynamic_default(out.def(ix)) {
            let value = ("value", out.expression(ix, default));
            empty(xml, "setvalue", &[("ref", out.path(ix)), event(), value]);
        }
    }
    let rows =
        |container: &NodeIx| out.form.links.row_scope(&out.form.definition, *container) == repeat;
    for (container, _) in out.entities.containers().filter(|(c, _)| rows(c)) {
        let id = format!("{}/@id", entity_path(out, container));
        let value = ("value", "uuid()".to_owned());
        empty(xml, "setvalue", &[("ref", id), event(), value]);
    }
}

fn question(out: &Out<'_>, xml: &mut Xml, ix: NodeIx) {
    let def = out.def(ix);
    let path = out.path(ix);
    let mut attributes = vec![("ref", path.as_str())];
    attributes.extend(appearance(def));
    let parameter = |name: &str| def.parameters.get(name).map(String::as_str);
    let name = match def.kind {
        NodeKind::SelectOne => "select1",
        NodeKind::SelectMultiple => "select",
        NodeKind::Rank => "odk:rank",
        NodeKind::Acknowledge => "trigger",
        NodeKind::Image => {
            attributes.push(("mediatype", "image/*"));
            "upload"
        }
        NodeKind::File => {
            attributes.push(("mediatype", "application/*"));
            "upload"
        }
        NodeKind::Range => {
            for name in ["start", "end", "step"] {
                attributes.extend(parameter(name).map(|value| (name, value)));
            }
            "range"
        }
        NodeKind::Text => {
            attributes.extend(parameter("rows").map(|rows| ("rows", rows)));
            "input"
        }
        NodeKind::Geopoint => {
            let accuracy = parameter("capture-accuracy");
            attributes.extend(accuracy.map(|metres| ("accuracyThreshold", metres)));
            let unacceptable = parameter("warning-accuracy");
            attributes.extend(unacceptable.map(|m| ("unacceptableAccuracyThreshold", m)));
            "input"
        }
        _ => "input",
    };
    xml.open(name, &attributes);
    words(out, xml, ix);
    if def.kind.has_list() {
        itemset(out, xml, ix);
    }
    filled_in(out, xml, ix);
    xml.close(name);
}

/// What a change of this question fills in.
fn filled_in(out: &Out<'_>, xml: &mut Xml, trigger: NodeIx) {
    for ix in 1..out.form.links.nodes.len() {
        let calculation = out.def(ix).calculation.as_deref();
        if let (Some(text), true) = (calculation, out.triggers(ix).contains(&trigger)) {
            let event = ("event", "xforms-value-changed".to_owned());
            let value = ("value", out.expression(ix, text));
            empty(xml, "setvalue", &[event, ("ref", out.path(ix)), value]);
        }
    }
}

/// The rows that a select offers.
fn itemset(out: &Out<'_>, xml: &mut Xml, ix: NodeIx) {
    let def = out.def(ix);
    let Some(list) = &def.list else { return };
    let filter = def.choice_filter.as_deref().map(|filter| {
        let filter = rewritten(out.form, ix, filter, Within::Filter);
        format!("[{filter}]")
    });
    let rows = format!("instance('{list}')/root/item{}", filter.unwrap_or_default());
    let nodeset = match (def.parameters.get("randomize"), def.parameters.get("seed")) {
        (Some(yes), seed) if yes == "true" => {
            let seed = seed.map(|seed| format!(", {}", out.expression(ix, seed)));
            format!("randomize({rows}{})", seed.unwrap_or_default())
        }
        _ => rows,
    };
    xml.open("itemset", &[("nodeset", &nodeset)]);
    let column = |name: &'static str| {
        let own = def.parameters.get(name);
        own.map_or(if name == "value" { "name" } else { name }, String::as_str)
    };
    if out.form.definition.tables.contains_key(list) {
        xml.empty("value", &[("ref", column("value"))]);
        xml.empty("label", &[("ref", column("label"))]);
    } else {
        xml.empty("value", &[("ref", "name")]);
        xml.empty("label", &[("ref", "jr:itext(itextId)")]);
    }
    xml.close("itemset");
}

fn words(out: &Out<'_>, xml: &mut Xml, ix: NodeIx) {
    let def = out.def(ix);
    if !def.labels.is_empty() || !def.media.is_empty() {
        xml.empty("label", &[("ref", &itext(out, ix, "label"))]);
    }
    if !def.hints.is_empty() || !def.guidance.is_empty() {
        xml.empty("hint", &[("ref", &itext(out, ix, "hint"))]);
    }
}

fn appearance(def: &NodeDef) -> Option<(&str, &str)> {
    def.appearance.as_deref().map(|look| ("appearance", look))
}
