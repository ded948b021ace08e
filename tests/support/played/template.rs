//! The server that every case begins with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tanfang_core::model::AreaCode;
use tanfang_core::model::area::AreaLevel;

use crate::people::County;
use crate::world::{must, program};

/// A server's folder made once, of which every case of a file gets a copy.
pub struct Template(tempfile::TempDir);

/// What a county publishes before anything happens.
#[derive(Default)]
pub struct Published {
    /// Packs, each with the first day on which it judges.
    pub packs: Vec<(String, &'static str)>,
    /// The calendar.
    pub calendar: Option<String>,
}

impl Template {
    /// A server that knows these areas and those above them, and has published this.
    pub fn new(codes: &BTreeSet<AreaCode>, published: &Published) -> Template {
        let dir = tempfile::tempdir().expect("a folder");
        let mut rows = BTreeMap::new();
        for code in codes {
            let mut next = Some(*code);
            while let Some(code) = next.filter(|code| code.level() >= AreaLevel::County) {
                next = code.parent();
                let above = next.filter(|above| above.level() >= AreaLevel::County);
                let above = above.map(|above| above.to_string()).unwrap_or_default();
                let level = serde_json::to_value(code.level()).expect("a level");
                let level = level.as_str().expect("a level's name").to_owned();
                rows.insert(code, format!("{code},测试{code},{level},{above}\n"));
            }
        }
        let areas = dir.path().join("areas.csv");
        let rows: String = rows.into_values().collect();
        std::fs::write(&areas, format!("code,name,level,parent\n{rows}")).expect("the areas");
        let county = County::new(&program("tanfang-server"), dir.path().join("server"));
        let now = "2023-01-01T00:00:00+08:00";
        must(county.verb(now, &["init", "--demo"]));
        must(county.verb(now, &["areas", "import", &areas.to_string_lossy()]));
        for (no, (pack, from)) in published.packs.iter().enumerate() {
            let file = dir.path().join(format!("pack{no}.json"));
            std::fs::write(&file, pack).expect("a pack");
            let line = ["pack", "activate", &file.to_string_lossy(), "--from", from];
            must(county.verb(now, &line));
        }
        if let Some(calendar) = &published.calendar {
            let file = dir.path().join("calendar.json");
            std::fs::write(&file, calendar).expect("a calendar");
            must(county.verb(now, &["calendar", "set", &file.to_string_lossy()]));
        }
        Template(dir)
    }

    pub(super) fn copied_to(&self, to: &Path) {
        std::fs::create_dir_all(to).expect("a folder");
        for file in std::fs::read_dir(self.0.path().join("server")).expect("the template") {
            let file = file.expect("a file of the template");
            std::fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
        }
    }
}
