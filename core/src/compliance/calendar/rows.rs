//! A calendar as a table: what a county fills in, or a yearly notice read into rows.

use super::super::codes;
use super::super::division;
use super::super::json::Words;
use super::{Calendar, Event, PeriodName, Window, is_school_year};
use crate::facts::rows::Day;

/// A row of a table of days, every cell as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarRow {
    /// The line of the file, from 1.
    pub line: u64,
    /// `holiday`, `workday`, `winter_vacation`, `summer_vacation`, `extreme_weather`, `report_day`,
    /// or 节假日, 调休上班, 寒假, 暑假, 极端天气, 报送日.
    pub kind: String,
    /// The first day.
    pub from: String,
    /// The last day; empty is the first.
    pub to: String,
    /// Of a vacation the county's code.
    pub county: String,
    /// Of a vacation the school year, as `2024-2025`.
    pub school_year: String,
    /// Of an event its id.
    pub id: String,
    /// Of an event the divisions, parted by `;`.
    pub divisions: String,
    /// Of an event how many visits it asks; empty leaves that to the pack.
    pub min: String,
    /// Of an event the modes that count, parted by `;`; empty leaves that to the rule.
    pub modes: String,
}

/// What is wrong in a cell of a table of days.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {column}: {}", .wrong.en)]
pub struct CalendarRowError {
    /// The line of the file, from 1.
    pub line: u64,
    /// The column.
    pub column: &'static str,
    /// What is wrong and what to do.
    pub wrong: Words,
}

/// A row holds at most so many days: a table of days is no place for an interval that never ends.
const DAYS_AT_MOST: i32 = 366;

const KIND: Words = Words::new(
    "应为 节假日、调休上班、寒假、暑假、极端天气 或 报送日",
    "write holiday, workday, winter_vacation, summer_vacation, extreme_weather or report_day",
);
const DAY: Words = Words::new(
    "应为日期,如 2026-02-15",
    "a day such as 2026-02-15 is expected",
);
const ENDS_FIRST: Words = Words::new(
    "结束早于开始,请改正其中一个",
    "it ends before it begins: correct one of the two",
);
const ONE_DAY: Words = Words::new(
    "报送日是一天,结束请留空",
    "a report day is one day: leave the end empty",
);
const TOO_LONG: Words = Words::new("超过一年,请核对", "longer than a year: check the days");
const COUNTY: Words = Words::new(
    "应为县的区划代码,如 530923",
    "the county's code such as 530923 is expected",
);
const SCHOOL_YEAR: Words = Words::new(
    "应为学年,如 2025-2026",
    "a school year such as 2025-2026 is expected",
);
const ID: Words = Words::new(
    "应为事件编号,如 hanchao-1,且不能写成日期或周期",
    "an id such as cold-1 is expected, that does not look like a period",
);
const DIVISIONS: Words = Words::new(
    "应为区划代码,用分号隔开",
    "codes of divisions, parted by `;`, are expected",
);
const MIN: Words = Words::new(
    "应为 1 到 1000 的整数,或留空",
    "a whole number from 1 to 1000 is expected, or nothing",
);
const MODES: Words = Words::new(
    "应为走访方式代码,用分号隔开,或留空",
    "codes of modes, parted by `;`, are expected, or nothing",
);
const TWICE: Words = Words::new(
    "与前面的行重复,请留一行",
    "an earlier row says the same: keep one",
);

impl Calendar {
    /// Reads a table of days.
    ///
    /// # Errors
    /// Every cell that is wrong, in the order of the rows.
    pub fn of_rows(rows: &[CalendarRow]) -> Result<Calendar, Vec<CalendarRowError>> {
        let mut calendar = Calendar::default();
        let mut wrong = Vec::new();
        for row in rows {
            if let Err(mut found) = calendar.take(row) {
                wrong.append(&mut found);
            }
        }
        match wrong.is_empty() {
            true => Ok(calendar),
            false => Err(wrong),
        }
    }

    fn take(&mut self, row: &CalendarRow) -> Result<(), Vec<CalendarRowError>> {
        let mut cells = Cells::new(row);
        let kind = cells.kind();
        let days = cells.days();
        match kind {
            Some(Kind::Holiday | Kind::Workday) => {
                cells.done()?;
                let Some((first, last)) = days else {
                    return Ok(());
                };
                let mut at = Some(first);
                while let Some(day) = at.filter(|day| *day <= last) {
                    match kind {
                        Some(Kind::Holiday) => self.holidays.insert(day),
                        _ => self.workdays.insert(day),
                    };
                    at = (day < Day::MAX).then(|| day.plus(1));
                }
                Ok(())
            }
            Some(Kind::ReportDay) => {
                let longer = days.is_some_and(|(first, last)| first != last);
                cells.refuse(longer, "to", ONE_DAY);
                cells.done()?;
                self.report_days.extend(days.map(|(first, _)| first));
                Ok(())
            }
            Some(Kind::Window(kind)) => {
                let (county, school_year) = (cells.county(), cells.school_year());
                let twice = self.windows.iter().any(|known| {
                    division::trimmed(&known.county) == division::trimmed(&county)
                        && (&*known.kind, &known.school_year) == (kind, &school_year)
                });
                cells.refuse(twice, "school_year", TWICE);
                cells.done()?;
                if let Some((start, end)) = days {
                    let kind = kind.to_owned();
                    self.windows.push(Window {
                        county,
                        kind,
                        school_year,
                        start,
                        end,
                    });
                }
                Ok(())
            }
            Some(Kind::Event(kind)) => {
                let id = cells.id();
                cells.refuse(self.events.iter().any(|known| known.id == id), "id", TWICE);
                let divisions = cells.divisions();
                let (min, modes) = (cells.min(), cells.modes());
                cells.done()?;
                if let Some((start, end)) = days {
                    let kind = kind.to_owned();
                    self.events.push(Event {
                        id,
                        kind,
                        divisions,
                        start,
                        end,
                        min,
                        modes,
                    });
                }
                Ok(())
            }
            None => cells.done(),
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Holiday,
    Workday,
    Window(&'static str),
    Event(&'static str),
    ReportDay,
}

/// The cells of a row, and what is wrong with them.
struct Cells<'r> {
    row: &'r CalendarRow,
    wrong: Vec<CalendarRowError>,
}

impl<'r> Cells<'r> {
    fn new(row: &'r CalendarRow) -> Self {
        Cells {
            row,
            wrong: Vec::new(),
        }
    }

    fn refuse(&mut self, wrong: bool, column: &'static str, words: Words) {
        if wrong {
            self.wrong.push(CalendarRowError {
                line: self.row.line,
                column,
                wrong: words,
            });
        }
    }

    fn done(self) -> Result<(), Vec<CalendarRowError>> {
        match self.wrong.is_empty() {
            true => Ok(()),
            false => Err(self.wrong),
        }
    }

    fn kind(&mut self) -> Option<Kind> {
        let kind = match self.row.kind.trim() {
            "holiday" | "节假日" | "放假" => Some(Kind::Holiday),
            "workday" | "调休上班" | "上班" => Some(Kind::Workday),
            "winter_vacation" | "寒假" => Some(Kind::Window("winter_vacation")),
            "summer_vacation" | "暑假" => Some(Kind::Window("summer_vacation")),
            "extreme_weather" | "极端天气" => Some(Kind::Event("extreme_weather")),
            "report_day" | "报送日" => Some(Kind::ReportDay),
            _ => None,
        };
        self.refuse(kind.is_none(), "kind", KIND);
        kind
    }

    fn days(&mut self) -> Option<(Day, Day)> {
        let read = |text: &str| text.trim().parse::<Day>().ok();
        let from = read(&self.row.from);
        self.refuse(from.is_none(), "from", DAY);
        let to = match self.row.to.trim() {
            "" => from,
            text => read(text),
        };
        self.refuse(to.is_none() && from.is_some(), "to", DAY);
        let (from, to) = (from?, to?);
        self.refuse(to < from, "to", ENDS_FIRST);
        self.refuse(to > from.plus(DAYS_AT_MOST), "to", TOO_LONG);
        Some((from, to))
    }

    fn county(&mut self) -> String {
        let county = self.row.county.trim();
        let is_county = division::well_formed(county) && division::trimmed(county).len() <= 6;
        self.refuse(!is_county, "county", COUNTY);
        county.to_owned()
    }

    fn school_year(&mut self) -> String {
        let year = self.row.school_year.trim();
        self.refuse(!is_school_year(year), "school_year", SCHOOL_YEAR);
        year.to_owned()
    }

    fn id(&mut self) -> String {
        let id = self.row.id.trim();
        self.refuse(id.is_empty() || PeriodName::parse(id).is_some(), "id", ID);
        id.to_owned()
    }

    fn divisions(&mut self) -> Vec<String> {
        let listed = listed(&self.row.divisions);
        let wrong = listed.is_empty() || !listed.iter().all(|code| division::well_formed(code));
        self.refuse(wrong, "divisions", DIVISIONS);
        listed
    }

    fn min(&mut self) -> Option<u32> {
        let text = self.row.min.trim();
        let min = text.parse().ok().filter(|min| (1..=1000).contains(min));
        self.refuse(!text.is_empty() && min.is_none(), "min", MIN);
        min
    }

    fn modes(&mut self) -> Vec<String> {
        let listed = listed(&self.row.modes);
        let known = |mode: &String| codes::MODES.contains(&mode.as_str());
        self.refuse(!listed.iter().all(known), "modes", MODES);
        listed
    }
}

fn listed(text: &str) -> Vec<String> {
    let parts = text.split([';', ';', '、', ',', ',']);
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
