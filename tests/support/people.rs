//! The server and the phones of a story: processes of the built programs. The demo compiles this
//! file too.

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What a program answered.
pub struct Answer {
    /// Its exit code.
    pub code: i32,
    /// Its standard output, as it stands.
    pub text: String,
    /// What it said on standard error.
    pub said: String,
}

impl Answer {
    /// The answer as JSON, of a run that must have done its work.
    pub fn json(&self) -> Result<Json> {
        if self.code != 0 {
            bail!("exit code {}: {}{}", self.code, self.text, self.said);
        }
        serde_json::from_str(&self.text).with_context(|| format!("not JSON: {}", self.text))
    }
}

fn run(command: &mut Command, input: Option<&str>) -> Result<Answer> {
    let mut child = command
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("a program of the demo cannot be started")?;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(input.as_bytes())?;
    }
    let done = child.wait_with_output()?;
    Ok(Answer {
        code: done.status.code().unwrap_or(-1),
        text: String::from_utf8_lossy(&done.stdout).trim_end().to_owned(),
        said: String::from_utf8_lossy(&done.stderr).trim_end().to_owned(),
    })
}

/// The county's server.
pub struct County {
    program: PathBuf,
    data: PathBuf,
    serving: Option<Child>,
}

impl County {
    /// A server whose data is in a folder.
    pub fn new(program: &Path, data: PathBuf) -> Self {
        Self {
            program: program.to_path_buf(),
            data,
            serving: None,
        }
    }

    /// The folder of its data.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// One verb at the command line, at a moment of the story.
    pub fn verb(&self, now: &str, arguments: &[&str]) -> Result<Answer> {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .args(["--json"]);
        if arguments.first() != Some(&"init") {
            command.args(["--now", now]);
        }
        run(&mut command, None)
    }

    /// Begins to serve; the clock starts at `now` and runs on.
    pub fn serve(&mut self, now: &str) -> Result<SocketAddr> {
        let mut child = Command::new(&self.program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&self.data)
            .args(["--now", now])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the server cannot be started")?;
        let out = child.stdout.take().context("the server has no output")?;
        self.serving = Some(child);
        let mut lines = BufReader::new(out).lines();
        while let Some(line) = lines.next() {
            let line = line?;
            if let Some((_, address)) = line.split_once("http://") {
                // What it says later is read too: a program whose output nobody reads may end.
                std::thread::spawn(move || lines.for_each(drop));
                let end = |c: char| c.is_whitespace() || matches!(c, '"' | '/');
                let address = address.split(end).next().unwrap_or_default();
                return address
                    .parse()
                    .context("the server's address cannot be read");
            }
        }
        bail!("the server ended before it listened")
    }

    /// Ends it as a power cut does: nothing is finished.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.serving.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Ends it as a machine's operator does; what it has accepted is finished first.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(mut child) = self.serving.take() {
            let _ = Command::new("sh")
                .args(["-c", &format!("kill -TERM {}", child.id())])
                .status();
            let _ = child.wait()?;
        }
        Ok(())
    }
}

impl Drop for County {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// One worker's phone.
pub struct Phone {
    program: PathBuf,
    home: PathBuf,
    /// What the story calls it.
    pub name: &'static str,
}

impl Phone {
    /// A phone whose home is a folder.
    pub fn new(program: &Path, home: PathBuf, name: &'static str) -> Self {
        Self {
            program: program.to_path_buf(),
            home,
            name,
        }
    }

    /// A verb at a moment of the story.
    pub fn verb(&self, now: &str, arguments: &[&str]) -> Result<Answer> {
        run(self.command(now).args(arguments), None)
    }

    /// A verb that takes answers.
    pub fn told(&self, now: &str, arguments: &[&str], answers: &Json) -> Result<Answer> {
        run(
            self.command(now).args(arguments).args(["--answers", "-"]),
            Some(&answers.to_string()),
        )
    }

    /// A verb as a process that the story may end.
    pub fn begins(&self, now: &str, arguments: &[&str]) -> Result<Child> {
        self.command(now)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("a phone cannot be started")
    }

    /// A verb that takes answers, as a process that the story may end.
    pub fn starts(&self, now: &str, arguments: &[&str], answers: &Json) -> Result<Child> {
        let mut child = self.begins(now, &[arguments, &["--answers", "-"]].concat())?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(answers.to_string().as_bytes())?;
        }
        Ok(child)
    }

    /// The folder of everything that it holds.
    pub fn home(&self) -> &Path {
        &self.home
    }

    fn command(&self, now: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--home")
            .arg(&self.home)
            .args(["--json", "--now", now]);
        command
    }
}
