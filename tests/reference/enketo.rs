//! Enketo's evaluator in a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use serde_json::{Value as Json, json};

use crate::javarosa::Refused;

/// The process.
pub struct Enketo {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Enketo {
    /// Starts it over a document.
    pub fn start(home: &Path, xml: &str) -> anyhow::Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/node/evaluate.js");
        let mut child = Command::new("node")
            .arg(script)
            .env("TZ", "Asia/Shanghai")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start node")?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("node has no pipes");
        };
        let from = BufReader::new(from);
        let mut enketo = Self { child, to, from };
        let home = std::path::absolute(home.join("node"))?;
        match enketo.say(&json!({"home": home, "xml": xml}))? {
            Ok(_) => Ok(enketo),
            Err(refused) => bail!("Enketo's evaluator does not start: {}", refused.0),
        }
    }

    fn say(&mut self, words: &Json) -> anyhow::Result<Result<String, Refused>> {
        // In one piece: the other side wakes for every piece.
        let line = format!("{words}\n");
        let sent = self.to.write_all(line.as_bytes());
        sent.context("node does not listen")?;
        let mut line = String::new();
        if self.from.read_line(&mut line)? == 0 {
            bail!("node ended at {words}");
        }
        let said: Json = serde_json::from_str(&line)?;
        Ok(match (said["value"].as_str(), said["error"].as_str()) {
            (Some(value), _) => Ok(value.to_owned()),
            (None, error) => Err(Refused(error.unwrap_or_default().to_owned())),
        })
    }

    /// What an expression says at a place.
    pub fn evaluate(&mut self, path: &str, text: &str) -> anyhow::Result<Result<String, Refused>> {
        self.say(&json!({"path": path, "text": text}))
    }
}

impl Drop for Enketo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
