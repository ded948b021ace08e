//! The model: answers, lists, and what holds of them.

use super::paths::{ROOT, Within, plain_count, rewritten};
use super::texts::{choice_id, itext};
use super::xml::Xml;
use super::{NodeKind, Out, texts};
use crate::form::answer::is_whole;
use crate::form::definition::{Merge, NodeDef};
use crate::form::linked::NodeIx;

type Attribute = (&'static str, String);

pub(super) fn write(out: &Out<'_>, xml: &mut Xml) {
    let mut attributes = vec![("odk:xforms-version", "1.0.0")];
    if !out.entities.is_empty() {
        attributes.push(("entities:entities-version", "2025.1.0"));
    }
    xml.open("model", &attributes);
    texts::write(out, xml);
    xml.open("instance", &[]);
    let form = &out.form.definition;
    xml.open(ROOT, &[("id", &form.id), ("version", &form.version)]);
    for ix in out.children(0) {
        instance(out, xml, *ix);
    }
    meta(out, xml, 0);
    xml.close(ROOT);
    xml.close("instance");
    lists(out, xml);
    for ix in 1..=form.nodes.len() {
        bind(out, xml, ix);
    }
    for (container, _) in out.entities.containers() {
        entity_binds(out, xml, container);
    }
    let meta = format!("/{ROOT}/meta");
    let id = format!("{meta}/instanceID");
    let uid = [
        ("nodeset", id.as_str()),
        ("type", "string"),
        ("readonly", "true()"),
    ];
    xml.empty("bind", &[uid.as_slice(), &[("jr:preload", "uid")]].concat());
    if let Some(name) = form.settings.get("instance_name") {
        let path = format!("{meta}/instanceName");
        let name = rewritten(out.form, 0, name, Within::Expression);
        xml.empty(
            "bind",
            &[("nodeset", &path), ("type", "string"), ("calculate", &name)],
        );
    }
    xml.close("model");
}

/// The answers, empty or with what they begin with. Recurs only as deep as groups nest.
fn instance(out: &Out<'_>, xml: &mut Xml, ix: NodeIx) {
    let def = out.def(ix);
    match def.kind {
        NodeKind::Group | NodeKind::Repeat => {
            if def.kind == NodeKind::Repeat {
                if def.repeat_count.is_some() && plain_count(out.form, ix).is_none() {
                    xml.empty(&count_name(def), &[]);
                }
                xml.open(&def.name, &[("jr:template", "")]);
            } else {
                xml.open(&def.name, &[]);
            }
            for child in out.children(ix) {
                instance(out, xml, *child);
            }
            meta(out, xml, ix);
            xml.close(&def.name);
        }
        _ => match def
            .default
            .as_deref()
            .filter(|_| out.dynamic_default(def).is_none())
        {
            Some(default) => xml.text(&def.name, &[], default),
            None => xml.empty(&def.name, &[]),
        },
    }
}

/// The part of a container that says who it is: the save's own id, the record it writes.
fn meta(out: &Out<'_>, xml: &mut Xml, container: NodeIx) {
    let entity = out.entities.held_by(container);
    if container != 0 && entity.is_none() {
        return;
    }
    xml.open("meta", &[]);
    if let Some(entity) = entity {
        let attributes = [
            ("dataset", entity.list.as_str()),
            ("create", "1"),
            ("id", ""),
        ];
        xml.open("entity", &attributes);
        xml.empty("label", &[]);
        xml.close("entity");
    }
    if container == 0 {
        xml.empty("instanceID", &[]);
        if out.form.definition.settings.contains_key("instance_name") {
            xml.empty("instanceName", &[]);
        }
    }
    xml.close("meta");
}

/// The calculation that a repeat's rows are counted by, where its count is an expression.
pub(super) fn count_name(def: &NodeDef) -> String {
    format!("{}_count", def.name)
}

/// Choice lists, and the tables beside the form.
fn lists(out: &Out<'_>, xml: &mut Xml) {
    let form = &out.form.definition;
    for name in form.instances.iter().chain(form.tables.keys()) {
        let file = format!("jr://file-csv/{name}.csv");
        xml.empty("instance", &[("id", name), ("src", &file)]);
    }
    for (list, choices) in &form.lists {
        xml.open("instance", &[("id", list)]);
        xml.open("root", &[]);
        for (row, choice) in choices.iter().enumerate() {
            xml.open("item", &[]);
            xml.text("itextId", &[], &choice_id(list, row));
            xml.text("name", &[], &choice.name);
            let named = |name: &&String| crate::form::linked::is_name(name);
            for column in choice.columns.keys().filter(named) {
                xml.text(column, &[], &choice.columns[column]);
            }
            xml.close("item");
        }
        xml.close("root");
        xml.close("instance");
    }
}

fn bind(out: &Out<'_>, xml: &mut Xml, ix: NodeIx) {
    let def = out.def(ix);
    let mut all: Vec<Attribute> = vec![("nodeset", out.path(ix))];
    let rule = |name, text: &Option<String>| {
        let text = text.as_deref()?;
        Some((name, out.expression(ix, text)))
    };
    all.extend(kind(def).map(|kind| ("type", kind.to_owned())));
    all.extend(preload(def.kind));
    all.extend(rule("required", &def.required));
    all.extend(rule("relevant", &def.relevant));
    all.extend(rule("constraint", &def.constraint));
    if def.kind == NodeKind::Note {
        all.push(("readonly", "true()".to_owned()));
    } else {
        all.extend(rule("readonly", &def.read_only));
    }
    if out.triggers(ix).is_empty() {
        all.extend(rule("calculate", &def.calculation));
    }
    for (name, part, said) in [
        (
            "jr:constraintMsg",
            "jr:constraintMsg",
            &def.constraint_message,
        ),
        ("jr:requiredMsg", "jr:requiredMsg", &def.required_message),
    ] {
        if !said.is_empty() {
            all.push((name, itext(out, ix, part)));
        }
    }
    if let Some(pixels) = def.parameters.get("max-pixels") {
        all.push(("orx:max-pixels", pixels.clone()));
    }
    if let Some(property) = out.entities.property(out.form, ix) {
        all.push(("entities:saveto", property));
    }
    all.extend(own(out, ix));
    // A group without a rule needs no bind.
    if def.kind.is_leaf() || def.kind == NodeKind::Note || all.len() > 3 || rules(def) {
        empty(xml, "bind", &all);
    }
    if def.kind == NodeKind::Repeat
        && let Some(count) = &def.repeat_count
        && plain_count(out.form, ix).is_none()
    {
        let parent = out.form.links.nodes[ix].parent;
        let path = format!("{}/{}", out.path(parent), count_name(def));
        // The count stands beside the repeat, so paths from the repeat are its own.
        let count = out.expression(ix, count);
        let all = [
            ("nodeset", path),
            ("type", "string".into()),
            ("readonly", "true()".into()),
        ];
        empty(
            xml,
            "bind",
            &[all.as_slice(), &[("calculate", count)]].concat(),
        );
    }
    if let Some(default) = out.dynamic_default(def) {
        let value = out.expression(ix, default);
        let event = "odk-instance-first-load".to_owned();
        let set = [("ref", out.path(ix)), ("event", event), ("value", value)];
        empty(xml, "setvalue", &set);
    }
}

fn rules(def: &NodeDef) -> bool {
    def.relevant.is_some() || def.required.is_some() || def.read_only.is_some()
}

pub(super) fn empty(xml: &mut Xml, name: &str, attributes: &[Attribute]) {
    let attributes: Vec<(&str, &str)> = attributes.iter().map(|(n, v)| (*n, v.as_str())).collect();
    xml.empty(name, &attributes);
}

/// The data type of a question's answer.
fn kind(def: &NodeDef) -> Option<&'static str> {
    Some(match def.kind {
        NodeKind::Group | NodeKind::Repeat => return None,
        NodeKind::Integer => "int",
        NodeKind::Decimal => "decimal",
        NodeKind::Range if is_whole(def) => "int",
        NodeKind::Range => "decimal",
        NodeKind::Rank => "odk:rank",
        NodeKind::Date | NodeKind::Today => "date",
        NodeKind::Time => "time",
        NodeKind::DateTime | NodeKind::Start | NodeKind::End => "dateTime",
        NodeKind::Geopoint => "geopoint",
        NodeKind::Geotrace => "geotrace",
        NodeKind::Geoshape => "geoshape",
        NodeKind::Barcode => "barcode",
        NodeKind::Image | NodeKind::File => "binary",
        NodeKind::Text
        | NodeKind::SelectOne
        | NodeKind::SelectMultiple
        | NodeKind::Calculate
        | NodeKind::Note
        | NodeKind::Hidden
        | NodeKind::Acknowledge
        | NodeKind::Username
        | NodeKind::Deviceid => "string",
    })
}

/// What a phone fills in by itself.
fn preload(kind: NodeKind) -> Vec<Attribute> {
    let (preload, parameter) = match kind {
        NodeKind::Start => ("timestamp", "start"),
        NodeKind::End => ("timestamp", "end"),
        NodeKind::Today => ("date", "today"),
        NodeKind::Username => ("property", "username"),
        NodeKind::Deviceid => ("property", "deviceid"),
        _ => return Vec::new(),
    };
    vec![
        ("jr:preload", preload.to_owned()),
        ("jr:preloadParams", parameter.to_owned()),
    ]
}

/// What only this house knows of a question.
fn own(out: &Out<'_>, ix: NodeIx) -> Vec<Attribute> {
    let def = out.def(ix);
    let mut all = Vec::new();
    if def.kind.is_leaf() || def.kind == NodeKind::Repeat {
        all.push(("tanfang:of", def.of.as_str().to_owned()));
        all.push(("tanfang:compartment", def.compartment.as_str().to_owned()));
    }
    match (&def.together, def.merge) {
        (Some(group), _) => all.push(("tanfang:merge", format!("ask:{group}"))),
        (None, Merge::Ask) => {}
        (None, merge) => all.push(("tanfang:merge", merge.as_str().to_owned())),
    }
    let text = |name, text: &Option<String>| text.clone().map(|text| (name, text));
    all.extend(text("tanfang:sensitivity", &def.sensitivity));
    all.extend(text("tanfang:ref", &def.refers));
    all.extend(text("tanfang:source", &def.source));
    let warn = def.warn.as_deref().map(|warn| out.expression(ix, warn));
    all.extend(text("tanfang:warn", &warn));
    let form = &out.form.definition;
    let message = crate::form::linked::pick(&def.warn_message, &form.default_language, "");
    all.extend(message.map(|text| ("tanfang:warn_message", text.to_owned())));
    all
}

/// The binds of the record that a container holds.
fn entity_binds(out: &Out<'_>, xml: &mut Xml, container: NodeIx) {
    let Some(entity) = out.entities.held_by(container) else {
        return;
    };
    let path = entity_path(out, container);
    let id = format!("{path}/@id");
    let string = ("type", "string");
    xml.empty("bind", &[("nodeset", &id), string, ("readonly", "true()")]);
    let first = ("event", "odk-instance-first-load");
    xml.empty("setvalue", &[("ref", &id), first, ("value", "uuid()")]);
    let label = format!("{path}/label");
    let within = Within::LabelIn(container);
    let said = rewritten(out.form, entity.labelled_by, &entity.label, within);
    let calculated = [("nodeset", label.as_str()), string, ("readonly", "true()")];
    xml.empty(
        "bind",
        &[calculated.as_slice(), &[("calculate", &said)]].concat(),
    );
}

/// The path of a container's entity.
pub(super) fn entity_path(out: &Out<'_>, container: NodeIx) -> String {
    let at = match container {
        0 => format!("/{ROOT}"),
        _ => out.path(container),
    };
    format!("{at}/meta/entity")
}
