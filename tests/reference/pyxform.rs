//! pyxform in a process of its own: the paths that it writes for `${name}` are the ones that JavaRosa
//! is asked with, so that what ours makes of a name is not compared with itself.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::form::{Expression, First, Part, Sheet};

const DRIVER: &str = include_str!("python/paths.py");

/// The expressions of a form by path and what they say.
type Found = HashMap<String, HashMap<String, String>>;

/// The process.
pub struct Pyxform {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Pyxform {
    /// Starts it from the environment that `cargo xtask test --only forms` made.
    pub fn start(home: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(home.join("bin/python"))
            .args(["-c", DRIVER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start python in {}", home.display()))?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("python has no pipes");
        };
        let from = BufReader::new(from);
        Ok(Self { child, to, from })
    }

    /// The same form with pyxform's paths in place of names.
    pub fn with_paths(&mut self, sheet: &Sheet) -> anyhow::Result<Sheet> {
        let line = format!("{}\n", STANDARD.encode(sheet.xlsform()));
        let sent = self.to.write_all(line.as_bytes());
        sent.context("pyxform does not listen")?;
        let mut said = String::new();
        if self.from.read_line(&mut said)? == 0 {
            bail!("pyxform ended");
        }
        let found: serde_json::Value = serde_json::from_str(&said)?;
        if let Some(error) = found.get("error") {
            bail!("pyxform refuses: {error}\n{}", sheet.xlsform());
        }
        Written(serde_json::from_value(found)?).over(sheet)
    }
}

struct Written(Found);

impl Written {
    fn over(&self, sheet: &Sheet) -> anyhow::Result<Sheet> {
        let mut own = sheet.clone();
        for (at, question) in own.questions.iter_mut().enumerate() {
            let path = sheet.path(at);
            let calculated = match question.triggers.is_empty() {
                true => "calculate",
                false => "changed",
            };
            for (what, rule) in [
                ("relevant", &mut question.relevant),
                ("required", &mut question.required),
                ("readonly", &mut question.read_only),
                ("constraint", &mut question.constraint),
                (calculated, &mut question.calculation),
            ] {
                self.replace(&path, what, rule)?;
            }
            if let Some(First::Worked(expression)) = &mut question.default {
                *expression = vec![Part::Text(self.of(&path, "begin")?.to_owned())];
            }
            if let Some(filter) = &mut question.filter {
                let items = self.of(&path, "items")?;
                let inner = items.split_once("/item[").and_then(|(_, rest)| {
                    let end = rest.rfind(']')?;
                    rest.get(..end)
                });
                let inner = inner.with_context(|| format!("{items} has no filter"))?;
                *filter = vec![Part::Text(inner.to_owned())];
            }
            if let Some(count) = question.count {
                let (theirs, ours) = (self.of(&path, "count")?, sheet.reference(at, count));
                if theirs.trim() != ours.trim() {
                    bail!("{path} is counted by {theirs}, here by {ours}");
                }
            }
        }
        Ok(own)
    }

    fn replace(&self, path: &str, what: &str, rule: &mut Option<Expression>) -> anyhow::Result<()> {
        if rule.is_some() {
            *rule = Some(vec![Part::Text(self.of(path, what)?.to_owned())]);
        }
        Ok(())
    }

    fn of(&self, path: &str, what: &str) -> anyhow::Result<&str> {
        let found = self.0.get(path).and_then(|of| of.get(what));
        let found = found.with_context(|| format!("pyxform wrote no {what} of {path}"));
        found.map(String::as_str)
    }
}

impl Drop for Pyxform {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
