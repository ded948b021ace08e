//! What is generated is what stands in the repository; `TANFANG_BLESS=1` writes it anew.

use super::*;

fn forms() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("forms")
}

fn blessing() -> bool {
    std::env::var_os("TANFANG_BLESS").is_some_and(|value| value == "1")
}

/// Compares, or writes when blessed.
fn same(path: &PathBuf, wanted: &str) {
    if blessing() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, wanted).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == wanted,
        "{} is not what its source says; look at the change, then run this test with TANFANG_BLESS=1",
        path.display()
    );
}

const END: &str = "<!-- end of person_block.md -->";

/// The lines of a part of the shared block, markers included.
fn part<'t>(text: &'t str, sheet: &str) -> &'t str {
    let from = text
        .find(&format!("<!-- person_block.md, {sheet}:"))
        .expect("marker");
    let length = text[from..].find(END).expect("end marker");
    &text[from..from + length]
}

#[test]
fn the_person_block_is_the_same_in_each_card() {
    let block = fs::read_to_string(forms().join("person_block.md")).unwrap();
    for card in [
        "elder_card.md",
        "child_left_behind.md",
        "child_difficulty_ext.md",
    ] {
        let path = forms().join(card);
        let mut text = fs::read_to_string(&path).unwrap();
        for sheet in ["survey", "choices"] {
            let own = part(&text, sheet).to_owned();
            text = text.replace(&own, part(&block, sheet));
        }
        same(&path, &text);
    }
}

#[test]
fn the_compiled_forms_are_what_their_sources_say() {
    let mut hashes = String::new();
    for built_in in BUILT_IN {
        // Read at run time, so that a blessed block and its compiled form agree in one run.
        let source = fs::read_to_string(forms().join(format!("{}.md", built_in.id))).unwrap();
        let form = Form::compile(&source).unwrap_or_else(|p| panic!("{p:#?}"));
        let pretty = serde_json::to_string_pretty(form.definition()).unwrap();
        same(
            &forms().join(format!("compiled/{}.json", built_in.id)),
            &format!("{pretty}\n"),
        );
        hashes.push_str(&format!(
            "{}  {} {}\n",
            form.hash(),
            form.id(),
            form.version()
        ));
    }
    same(&forms().join("compiled/hashes.txt"), &hashes);
}

#[test]
fn each_form_has_a_page_that_is_made_of_the_form() {
    let pages = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/forms");
    for built_in in BUILT_IN {
        let form = super::form(built_in.id);
        same(
            &pages.join(format!("{}.md", built_in.id)),
            &tanfang_core::form::page(&form),
        );
    }
}

#[test]
fn a_built_in_form_needs_no_authoring_desk() {
    if blessing() {
        return;
    }
    for built_in in BUILT_IN {
        let form = built_in.form().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(form.id(), built_in.id);
        assert_eq!(form.hash(), super::form(built_in.id).hash());
    }
}
