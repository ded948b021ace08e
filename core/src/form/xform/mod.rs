//! A form as ODK XForm, for Enketo, Collect and ODK Validate.
//!
//! Written by the [ODK XForms](https://getodk.github.io/xforms-spec/) specification and that of
//! [entities](https://getodk.github.io/xforms-spec/entities), 2025.1.0. What only this house knows
//! goes along as attributes of the namespace `tanfang`, which other programs pass over.

mod body;
mod entities;
mod model;
mod paths;
#[cfg(test)]
mod tests;
mod texts;
mod xml;

use super::Form;
use super::definition::{NodeDef, NodeKind};
use super::linked::NodeIx;
use entities::Entities;
use paths::{Within, rewritten};
use xml::Xml;

/// The namespace of our own attributes, as the built-in forms declare it.
const TANFANG: &str = "https://tanfang.example/xlsform";

impl Form {
    /// The form as ODK XForm. Lists from files and `instance('subject')` are named as CSV files
    /// beside it; what a phone fills in is asked of the phone.
    pub fn to_xform(&self) -> String {
        let entities = Entities::of(self);
        let out = Out {
            form: self,
            entities: &entities,
        };
        let mut xml = Xml::new();
        let mut root = vec![
            ("xmlns", "http://www.w3.org/2002/xforms"),
            ("xmlns:h", "http://www.w3.org/1999/xhtml"),
            ("xmlns:ev", "http://www.w3.org/2001/xml-events"),
            ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
            ("xmlns:jr", "http://openrosa.org/javarosa"),
            ("xmlns:orx", "http://openrosa.org/xforms"),
            ("xmlns:odk", "http://www.opendatakit.org/xforms"),
            ("xmlns:tanfang", TANFANG),
        ];
        if !entities.is_empty() {
            root.push((
                "xmlns:entities",
                "http://www.opendatakit.org/xforms/entities",
            ));
        }
        xml.open("h:html", &root);
        xml.open("h:head", &[]);
        xml.text(
            "h:title",
            &[],
            self.title(&self.definition.default_language),
        );
        model::write(&out, &mut xml);
        xml.close("h:head");
        body::write(&out, &mut xml);
        xml.close("h:html");
        xml.finish()
    }
}

/// What all parts of the writer read.
struct Out<'f> {
    form: &'f Form,
    entities: &'f Entities,
}

impl Out<'_> {
    fn def(&self, ix: NodeIx) -> &NodeDef {
        self.form.def(ix)
    }

    fn children(&self, ix: NodeIx) -> &[NodeIx] {
        &self.form.links.nodes[ix].children
    }

    /// An expression as it stands at a node.
    fn expression(&self, ix: NodeIx, text: &str) -> String {
        match text.trim().to_lowercase().as_str() {
            "yes" | "true" => "true()".to_owned(),
            "no" | "false" => "false()".to_owned(),
            _ => rewritten(self.form, ix, text, Within::Expression),
        }
    }

    /// The path of a node from the form's root.
    fn path(&self, ix: NodeIx) -> String {
        paths::absolute(self.form, ix)
    }

    /// Whether a node stands on the screen.
    fn is_shown(&self, ix: NodeIx) -> bool {
        let def = self.def(ix);
        let labelled = !(def.labels.is_empty() && def.hints.is_empty() && def.media.is_empty());
        match def.kind {
            NodeKind::Group | NodeKind::Repeat => true,
            NodeKind::Calculate | NodeKind::Hidden => false,
            kind if kind.is_metadata() => false,
            // A calculation without a label is worked out unseen.
            _ => labelled,
        }
    }

    /// The questions whose change fills a node in, where they can: they stand on the screen.
    fn triggers(&self, ix: NodeIx) -> Vec<NodeIx> {
        let can = |trigger: &NodeIx| {
            let kind = self.def(*trigger).kind;
            self.is_shown(*trigger) && !matches!(kind, NodeKind::Group | NodeKind::Repeat)
        };
        let triggers = self.form.links.nodes[ix].rules.triggers.iter();
        triggers.copied().filter(can).collect()
    }

    /// The default that is worked out, where it is.
    fn dynamic_default<'d>(&self, def: &'d NodeDef) -> Option<&'d str> {
        def.default.as_deref().filter(|_| def.begins_by_rule())
    }
}
