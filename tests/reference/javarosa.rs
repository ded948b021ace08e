//! JavaRosa in a process of its own, one for a whole run.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How a question stands in JavaRosa.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    pub value: String,
    pub relevant: bool,
    pub required: bool,
    pub read_only: bool,
    pub valid: bool,
}

/// Every leaf by its path.
pub type Leaves = BTreeMap<String, Stands>;

/// The process.
pub struct JavaRosa {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

/// What JavaRosa refused, in its words.
#[derive(Debug)]
pub struct Refused(pub String);

type Answer<T> = anyhow::Result<Result<T, Refused>>;

impl JavaRosa {
    /// Starts it from where `cargo xtask test --only forms` put it.
    pub fn start(home: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new("java")
            .args(["-Duser.timezone=Asia/Shanghai", "-Duser.language=en"])
            .args(["-cp", "lib/*:classes", "Reference"])
            .current_dir(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start java")?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("java has no pipes");
        };
        let from = BufReader::new(from);
        Ok(Self { child, to, from })
    }

    /// A verb and its words; the lines of the answer.
    pub fn say(&mut self, words: &[&str]) -> Answer<Vec<Vec<String>>> {
        let (verb, rest) = words.split_first().context("nothing to say")?;
        let mut line = (*verb).to_owned();
        for word in rest {
            line.push(' ');
            line.push_str(&encoded(word));
        }
        line.push('\n');
        let sent = self.to.write_all(line.as_bytes());
        sent.context("JavaRosa does not listen")?;
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if self.from.read_line(&mut line)? == 0 {
                bail!("JavaRosa ended at {verb}");
            }
            let words: Vec<&str> = line.trim_end().split(' ').collect();
            match words.as_slice() {
                ["."] => return Ok(Ok(lines)),
                ["!", message] => return Ok(Err(Refused(decoded(message)?))),
                _ => lines.push(words.into_iter().map(str::to_owned).collect()),
            }
        }
    }

    fn leaves(&mut self, words: &[&str]) -> Answer<Leaves> {
        let lines = match self.say(words)? {
            Ok(lines) => lines,
            Err(refused) => return Ok(Err(refused)),
        };
        let mut leaves = Leaves::new();
        for line in &lines {
            let [path, value, flags] = line.as_slice() else {
                bail!("JavaRosa said {line:?}");
            };
            let stands = Stands {
                value: decoded(value)?,
                relevant: flags.contains('r'),
                required: flags.contains('q'),
                read_only: flags.contains('o'),
                valid: flags.contains('v'),
            };
            leaves.insert(decoded(path)?, stands);
        }
        Ok(Ok(leaves))
    }

    /// Opens a form. Where rows read their neighbours, every row is asked again after each step:
    /// JavaRosa by itself asks only the row that was answered.
    pub fn open(&mut self, xform: &str, again: bool) -> Answer<Leaves> {
        self.leaves(&[if again { "ROWS" } else { "FORM" }, xform])
    }

    /// Answers a question.
    pub fn answer(&mut self, path: &str, value: &str) -> Answer<Leaves> {
        self.leaves(&["SET", path, value])
    }

    /// Adds a row, by the path that it will have.
    pub fn add_row(&mut self, path: &str) -> Answer<Leaves> {
        self.leaves(&["ROW", path])
    }

    /// What an expression says at a question.
    pub fn evaluate(&mut self, path: &str, text: &str) -> Answer<String> {
        let lines = match self.say(&["EVAL", path, text])? {
            Ok(lines) => lines,
            Err(refused) => return Ok(Err(refused)),
        };
        match lines.as_slice() {
            [line] if line.len() == 2 => Ok(Ok(decoded(&line[1])?)),
            other => bail!("JavaRosa said {other:?}"),
        }
    }
}

impl Drop for JavaRosa {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn encoded(text: &str) -> String {
    match text {
        "" => "-".to_owned(),
        _ => STANDARD.encode(text),
    }
}

/// A word of an answer.
pub fn decoded(word: &str) -> anyhow::Result<String> {
    match word {
        "-" => Ok(String::new()),
        _ => Ok(String::from_utf8(STANDARD.decode(word)?)?),
    }
}
