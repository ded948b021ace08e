//! Servers that run while something is measured.

use anyhow::Context;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server process of ours; it ends when this is dropped.
pub struct Server {
    child: Child,
    /// The line that it printed when it was ready.
    pub first_line: String,
}

impl Server {
    /// Starts it; what it prints is not shown.
    pub fn spawn(command: &mut Command) -> anyhow::Result<Server> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {:?}", command.get_program()))?;
        Ok(Server {
            child,
            first_line: String::new(),
        })
    }

    /// Starts it and waits until it has printed a line.
    pub fn start(command: &mut Command) -> anyhow::Result<Server> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let mut first_line = String::new();
        let stdout = child
            .stdout
            .take()
            .context("a server without standard output")?;
        BufReader::new(stdout).read_line(&mut first_line)?;
        Ok(Server {
            child,
            first_line: first_line.trim().to_owned(),
        })
    }

    /// The most memory that it ever held, in kilobytes (`VmHWM`, proc(5)).
    pub fn peak_kb(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("the server has ended")?;
        let line = status.lines().find(|line| line.starts_with("VmHWM"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
        kilobytes
            .and_then(|k| k.parse().ok())
            .context("the system tells no peak memory")
    }

    /// The processor time that it has taken so far, user and system, in seconds (proc(5): fields 14
    /// and 15 of `stat`, in hundredths).
    pub fn processor_secs(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))
            .context("the server has ended")?;
        // The second field is a name in brackets, which may hold anything.
        let (_, rest) = stat.rsplit_once(')').context("no such line")?;
        let ticks = rest.split_whitespace().skip(11).take(2);
        let ticks: Vec<f64> = ticks.map(str::parse).collect::<Result<_, _>>()?;
        Ok(ticks.iter().sum::<f64>() / 100.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The bytes of a file, or of all files below a folder.
pub fn bytes_of(path: &Path) -> anyhow::Result<u64> {
    let about = std::fs::metadata(path).with_context(|| format!("no {}", path.display()))?;
    if !about.is_dir() {
        return Ok(about.len());
    }
    std::fs::read_dir(path)?
        .map(|entry| bytes_of(&entry?.path()))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_worked_has_taken_processor_time_and_one_that_slept_nearly_none() {
        let mut sleeps = Command::new("sleep");
        let sleeper = Server::spawn(sleeps.arg("60")).unwrap();
        assert!(sleeper.processor_secs().unwrap() < 1.0);
        let mut works = Command::new("sh");
        works.args([
            "-c",
            "i=0; while [ $i -lt 500000 ]; do i=$((i+1)); done; echo $i; exec sleep 60",
        ]);
        let worker = Server::start(&mut works).unwrap();
        assert_eq!(worker.first_line, "500000");
        assert!(worker.processor_secs().unwrap() > 0.0);
    }
}
