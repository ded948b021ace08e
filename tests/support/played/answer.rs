//! What phones and server say in the end.

use tanfang_core::app::{Asked, AskedLine};
use tanfang_core::compliance::{Line, Report};
use tanfang_core::facts::rows::Instant;
use tanfang_core::model::Clock;

use super::{Found, Handset, House, say};

impl Handset {
    /// The list as it is opened, from what the phone keeps, is what it would find anew.
    pub(super) fn opens_what_it_would_find(
        &self,
        area: &str,
        found: &mut Found,
    ) -> Result<(), String> {
        let now = say::moment(Instant(self.clock.now().millis));
        let asked = |as_of: Option<&String>| Asked {
            area: Some(area.to_owned()),
            as_of: as_of.cloned(),
            period: None,
        };
        let report = |as_of| {
            let report = self
                .app
                .compliance(&asked(as_of))
                .map_err(|e| e.to_string())?;
            Ok::<_, String>(report.to_json(false))
        };
        let (opened, anew) = (report(None)?, report(Some(&now))?);
        if opened != anew {
            found.unlike.push(format!(
                "at {now}: kept is\n  {opened}\nand found anew\n  {anew}"
            ));
        }
        Ok(())
    }
}

impl House<'_> {
    pub(super) fn ask(
        &self,
        area: &str,
        period: Option<&String>,
        end: Instant,
        fresh: &Handset,
        found: &mut Found,
    ) -> Result<(), String> {
        let as_of = say::moment(self.case.as_of);
        let mut line = vec!["compliance", "--area", area, "--as-of", &as_of];
        if let Some(period) = period {
            line.extend(["--period", period]);
        }
        let server = self.county.verb(&say::moment(end), &line);
        let server = server.map_err(|e| e.to_string())?.text;
        let asked = Asked {
            area: Some(area.to_owned()),
            as_of: Some(as_of),
            period: period.cloned(),
        };
        for (name, handset) in [
            ("the township's phone", &self.handsets[0]),
            ("a fresh phone", fresh),
        ] {
            let report = handset.app.compliance(&asked).map_err(|e| e.to_string())?;
            let demo = handset.app.is_demo().map_err(|e| e.to_string())?;
            let phone = report.to_json(demo);
            if phone != server {
                found.unlike.push(format!(
                    "{period:?}: {name} says\n  {phone}\nthe server\n  {server}"
                ));
            }
            if std::ptr::eq(handset, fresh) && period.is_some() {
                self.explained_alike(&report, asked.as_of.as_deref(), end, fresh, found)?;
                found.lines.extend(self.in_the_cases_words(report));
            }
        }
        Ok(())
    }

    /// Phone and server explain each line in the same bytes.
    fn explained_alike(
        &self,
        report: &Report,
        as_of: Option<&str>,
        end: Instant,
        fresh: &Handset,
        found: &mut Found,
    ) -> Result<(), String> {
        for line in &report.lines {
            let mut words = vec!["compliance", "explain", "--unit", &line.unit];
            words.extend(["--rule", &line.rule]);
            words.extend(as_of.iter().flat_map(|at| ["--as-of", at]));
            words.extend(line.period.iter().flat_map(|period| ["--period", period]));
            let server = self.county.verb(&say::moment(end), &words);
            let server = server.map_err(|e| e.to_string())?.text;
            let asked = AskedLine {
                unit: line.unit.clone(),
                rule: line.rule.to_string(),
                period: line.period.clone(),
                as_of: as_of.map(str::to_owned),
            };
            let phone = fresh.app.explain(&asked).map_err(|e| e.to_string())?;
            let demo = fresh.app.is_demo().map_err(|e| e.to_string())?;
            let phone = phone.to_json(demo);
            if phone != server {
                found.unlike.push(format!(
                    "{words:?}: a fresh phone says\n  {phone}\nthe server\n  {server}"
                ));
            }
        }
        Ok(())
    }

    /// The lines with the ids of the case. Visits that begin together stand by their id, which is
    /// another in the house.
    fn in_the_cases_words(&self, report: Report) -> Vec<Line> {
        let tables = [&self.people, &self.homes, &self.visits, &self.pairings];
        let named = |id: &String| {
            let mut all = tables.iter().flat_map(|table| table.iter());
            all.find(|(_, there)| *there == id)
                .map_or_else(|| id.clone(), |(here, _)| here.clone())
        };
        let begins = |id: &String| {
            let visits = &self.case.facts.visits;
            visits.iter().find(|v| v.id == *id).map(|v| v.started_at)
        };
        let mut lines = report.lines;
        for line in &mut lines {
            line.unit = named(&line.unit);
            line.credited = line.credited.iter().map(named).collect();
            line.credited.sort_by_key(|id| (begins(id), id.clone()));
        }
        lines
    }
}
