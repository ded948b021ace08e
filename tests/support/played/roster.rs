//! What an administrator says of workers: who holds which role, who has a phone, who is paired.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tanfang_core::facts::rows::Instant;
use tanfang_core::model::{Clock, RecordId};

use super::House;
use super::doors::{Seeded, Stand};
use super::plan::{self, Plan};
use crate::world::word;

impl House<'_> {
    /// Everybody who holds a role, is paired or takes part; the codes of their phones.
    pub(super) fn roster(&mut self, plan: &Plan, area: &str) -> BTreeMap<String, Vec<String>> {
        let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let role = if area.len() == 9 {
            "township_civil"
        } else {
            "county_civil"
        };
        let township = json!({"role": role, "division": area, "from": null, "to": null});
        let mut terms: Vec<(String, Json)> = vec![(plan::TOWNSHIP.to_owned(), township)];
        for held in &self.case.facts.assignments {
            let term = serde_json::to_value(held).expect("an assignment");
            terms.push((held.worker.clone(), term));
        }
        for pairing in &self.case.facts.pairings {
            if !terms.iter().any(|(worker, _)| *worker == pairing.worker) {
                let helper = json!({"role": "helper", "division": &area[..6]});
                terms.push((pairing.worker.clone(), helper));
            }
        }
        for (worker, term) in terms {
            let text = |name: &str| term[name].as_str().unwrap_or_default().to_owned();
            let (role, division) = (text("role"), text("division"));
            let mut line: Vec<String> = match self.workers.get(&worker) {
                Some(id) => vec!["assign".into(), "--worker".into(), id.clone()],
                None => vec!["enrol".into(), "--name".into(), "测试员".into()],
            };
            line.extend(["--role".into(), role, "--area".into(), division]);
            for end in ["from", "to"] {
                if let Some(day) = term[end].as_str() {
                    line.extend([format!("--{end}"), day.to_owned()]);
                }
            }
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            let given = self.verb(self.begins, &line);
            if let Some(code) = given["code"].as_str() {
                self.workers.insert(worker.clone(), word(&given, "worker"));
                codes.entry(worker).or_default().push(code.to_owned());
            }
        }
        for owner in &plan.phones {
            let wanted = plan.phones.iter().filter(|other| *other == owner).count();
            while codes.get(owner).map_or(0, Vec::len) < wanted {
                let code = self.code_for(owner, self.begins);
                codes.entry(owner.clone()).or_default().push(code);
            }
        }
        let rng = Seeded::new("without assignment");
        for participant in self.case.facts.visits.iter().flat_map(|v| &v.participants) {
            let fresh = || RecordId::fresh(Stand::default().now(), &rng).to_string();
            let worker = participant.worker.clone();
            self.workers.entry(worker).or_insert_with(fresh);
        }
        codes
    }

    pub(super) fn code_for(&self, owner: &str, at: Instant) -> String {
        let id = self.workers[owner].clone();
        word(&self.verb(at, &["enrol", "--worker", &id]), "code")
    }

    pub(super) fn pairings(&mut self) {
        for pairing in &self.case.facts.pairings {
            let (worker, person) = (
                &self.workers[&pairing.worker],
                &self.people[&pairing.subject],
            );
            let mut line = vec!["pair", "--worker", worker, "--person", person];
            let (from, to) = (
                pairing.from.map(|d| d.to_string()),
                pairing.to.map(|d| d.to_string()),
            );
            for (name, day) in [("--from", &from), ("--to", &to)] {
                line.extend(day.iter().flat_map(|day| [name, day.as_str()]));
            }
            let made = self.verb(self.begins, &line);
            self.pairings
                .insert(pairing.id.clone(), word(&made, "pairing"));
        }
    }
}
