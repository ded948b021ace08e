//! `statistics`: how many people, where, and what they are like.

use serde_json::Value as Json;
use tanfang_core::compliance::statistics::{Cell, Count, Counted, Statistics};
use tanfang_core::facts::rows::{Day, Group, Instant};
use tanfang_core::model::AreaCode;

use super::{AdminProblem, Said, compliance};
use crate::server::Server;

/// What is asked: by default today, and who came and went since the last day of the year before.
pub(super) struct Asked {
    pub(super) area: AreaCode,
    pub(super) on: Option<Day>,
    pub(super) since: Option<Day>,
    /// For readers outside the county: small cells are left out.
    pub(super) outside: bool,
}

/// Counts the people of an area.
pub(super) fn count(server: &mut Server, asked: &Asked) -> Result<Said, AdminProblem> {
    let on = asked
        .on
        .unwrap_or_else(|| Instant(server.now().millis).day());
    let year_before = || Day::from_ymd(chrono::Datelike::year(&on.date()) - 1, 12, 31);
    let since = asked.since.or_else(year_before).unwrap_or(Day::MIN);
    if since > on {
        return Err(AdminProblem::EndsBeforeItBegins);
    }
    let count = Count {
        division: asked.area.to_string(),
        on,
        since,
    };
    let counted = server.read(|turn| {
        let facts = turn.facts()?;
        let areas = turn.areas()?;
        compliance::must_know(&asked.area, &areas, &facts)?;
        Ok::<_, AdminProblem>(turn.statistics(&facts, &count)?)
    })?;
    let counted = if asked.outside {
        counted.for_outside()
    } else {
        counted
    };
    Ok(Said {
        printed: Some(counted.to_json()),
        ..Said::new(Json::Null, lines(&counted))
    })
}

fn number(count: Option<u32>) -> String {
    count.map_or_else(|| "＜5".to_owned(), |count| count.to_string())
}

fn lines(counted: &Statistics) -> Vec<String> {
    let mut lines = vec![format!(
        "{}  {}  （自 {} 起的变化）",
        counted.division, counted.on, counted.since
    )];
    counted
        .groups
        .iter()
        .for_each(|group| of_group(group, &mut lines));
    lines
}

fn of_group(group: &Counted, lines: &mut Vec<String>) {
    let name = match group.group {
        Group::Elder => "老年人",
        Group::Child => "儿童",
    };
    lines.push(format!("■ {name} {}", number(group.total)));
    for size in &group.size {
        let (count, entered, left) = (number(size.count), number(size.entered), number(size.left));
        lines.push(format!("  {}  {count}  +{entered}  -{left}", size.zh));
    }
    for place in &group.places {
        lines.push(format!("  {}  {}", place.division, number(place.total)));
    }
    for table in &group.tables {
        let told = |cell: &&Cell| cell.count != Some(0);
        let cells = table.cells.iter().filter(told);
        let cells: Vec<String> = cells
            .map(|cell| format!("{} {}", cell.zh, number(cell.count)))
            .collect();
        lines.push(format!(
            "  {}（{}）  {}",
            table.zh,
            number(table.total),
            cells.join("  ")
        ));
    }
}
