use super::{answer, seal};
use crate::{Answer, failure::Failure};
use serde_json::json;
use std::path::PathBuf;
use tanfang_core::app::{App, CarriedLine};

#[derive(clap::Args)]
pub struct Carry {
    /// 担保 Say of a file whose phone was revoked that it may be taken (supervisors).
    #[arg(long, value_name = "ID", conflicts_with = "receipts")]
    vouch: Option<String>,
    /// 回执 Write the county's answers for the phones that sealed into a folder.
    #[arg(long, value_name = "DIR")]
    receipts: Option<PathBuf>,
}

impl Carry {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        if let Some(folder) = &self.receipts {
            let names = seal::write(folder, &app.receipts()?)?;
            let text = names.join("\n");
            return answer(&json!({ "files": names }), text);
        }
        if let Some(id) = &self.vouch {
            let line = app.vouch(id)?;
            let text = said(&line);
            return answer(&line, text);
        }
        let lines = app.carried()?;
        let text = lines.iter().map(said).collect();
        answer(&lines, text)
    }
}

fn said(line: &CarriedLine) -> String {
    let state = match line.state {
        "carried" => "待转交 carried",
        "early" => "已交，等待更早的文件 early",
        "quarantined" => "已交，等待县里核准 quarantined",
        "handed_in" => "县里已收 handed in",
        _ => "未被接受 refused",
    };
    let mut text = format!("{} {state}", line.id);
    if line.vouched {
        text.push_str("；已担保 vouched");
    }
    if !line.missing.is_empty() {
        text.push_str(&format!("；还缺 missing {:?}", line.missing));
    }
    if let Some(message) = &line.message {
        text.push_str(&format!("：{message}"));
    }
    text.push('\n');
    text
}
