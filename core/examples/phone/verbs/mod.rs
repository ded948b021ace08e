//! The verbs, a file each.

mod attach;
mod calendar;
mod carry;
mod choose_again;
mod compliance;
mod confirm;
mod conflicts;
mod drafts;
mod edit;
mod enrol;
mod forms;
mod history;
mod key;
mod list;
mod new;
mod open;
mod outbox;
mod photo;
mod photos;
mod print;
mod refused;
mod seal;
mod settle;
mod show;
mod standing;
mod status;
mod sync;
mod void;
mod withdraw;

use clap::Subcommand;
use serde::Serialize;

use crate::Answer;
use crate::failure::Failure;
use tanfang_core::app::{App, DraftId, Problem, Saved};
use tanfang_core::model::RecordId;

/// What the phone is to do.
#[derive(Subcommand)]
pub enum Verb {
    /// 注册 Enrol this phone with a code from the county.
    Enrol(enrol::Enrol),
    /// 表单 The forms that new records use.
    Forms,
    /// 列表 Records.
    List(list::List),
    /// 查看 One record.
    Show(show::Show),
    /// 打印 A person's card as a page for paper (A4).
    Print(print::Print),
    /// 新增 Answer a form anew.
    New(new::New),
    /// 修改 Change answers of a record.
    Edit(edit::Edit),
    /// 草稿 What was typed and not saved.
    Drafts(drafts::Drafts),
    /// 待发 What is not yet in the server's log.
    Outbox,
    /// 同步 Send and fetch.
    Sync(sync::Sync),
    /// 状态 How this phone stands.
    Status,
    /// 密钥 This phone's key, for a colleague who seals to it.
    Key,
    /// 密封 Seal what is unsent into files, where there is no signal.
    Seal(seal::Seal),
    /// 打开 Open sealed files that somebody handed over.
    Open(open::Open),
    /// 转交 What this phone carries for others.
    Carry(carry::Carry),
    /// 附图 Keep a photo, signature or scan for an answer; answers may name a file themselves.
    Attach(attach::Attach),
    /// 照片 Photos, signatures and scans, and where each is.
    Photos,
    /// 取图 Write a photo into a file, fetching it first if it is not here.
    Photo(photo::Photo),
    /// 冲突 What a person has to decide.
    Conflicts,
    /// 裁定 Decide a field.
    Settle(settle::Settle),
    /// 历史 What was ever said of a record.
    History(history::History),
    /// 改回 Take a value of the history again: also of what settled itself.
    ChooseAgain(choose_again::ChooseAgain),
    /// 作废 Void a record; it is kept with its history.
    Void(void::Void),
    /// 被拒 What the server refused.
    Refused(refused::Refused),
    /// 撤回 Take back what the server refused; it stays for reading.
    Withdraw(withdraw::Withdraw),
    /// 复核 Confirm a visit, or say that it did not take place.
    Confirm(confirm::Confirm),
    /// 登记 What excuses or ends a duty: the family was asked, a refusal, a leaving.
    Standing(standing::Standing),
    /// 日历 Vacations and events that the county published, and since when this phone knows them.
    Calendar,
    /// 名单 Who has not been seen, by which article.
    Compliance(compliance::Compliance),
    /// How many people there are, where, and what they are like (规模、分布、特征).
    Statistics(compliance::Statistics),
    /// The sheets that a pack asks of a grid (日巡查, 周分析, 月汇总).
    Tasks(compliance::Tasks),
    /// Draw credited visits by chance, to call back about.
    Sample(compliance::Sample),
    /// 说明 Why a line of it is as it is.
    Explain(compliance::Explain),
}

impl Verb {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        match self {
            Verb::Enrol(verb) => verb.run(app),
            Verb::Forms => forms::run(app),
            Verb::List(verb) => verb.run(app),
            Verb::Show(verb) => verb.run(app),
            Verb::Print(verb) => verb.run(app),
            Verb::New(verb) => verb.run(app),
            Verb::Edit(verb) => verb.run(app),
            Verb::Drafts(verb) => verb.run(app),
            Verb::Outbox => outbox::run(app),
            Verb::Sync(verb) => verb.run(app),
            Verb::Status => status::run(app),
            Verb::Key => key::run(app),
            Verb::Seal(verb) => verb.run(app),
            Verb::Open(verb) => verb.run(app),
            Verb::Carry(verb) => verb.run(app),
            Verb::Attach(verb) => verb.run(app),
            Verb::Photos => photos::run(app),
            Verb::Photo(verb) => verb.run(app),
            Verb::Conflicts => conflicts::run(app),
            Verb::Settle(verb) => verb.run(app),
            Verb::History(verb) => verb.run(app),
            Verb::ChooseAgain(verb) => verb.run(app),
            Verb::Void(verb) => verb.run(app),
            Verb::Refused(verb) => verb.run(app),
            Verb::Withdraw(verb) => verb.run(app),
            Verb::Confirm(verb) => verb.run(app),
            Verb::Standing(verb) => verb.run(app),
            Verb::Calendar => calendar::run(app),
            Verb::Compliance(verb) => verb.run(app),
            Verb::Sample(verb) => verb.run(app),
            Verb::Statistics(verb) => verb.run(app),
            Verb::Tasks(verb) => verb.run(app),
            Verb::Explain(verb) => verb.run(app),
        }
    }
}

fn answer(document: &impl Serialize, text: String) -> Result<Answer, Failure> {
    let json = serde_json::to_string(document)
        .map_err(|_| Failure::Asked("the answer cannot be printed".into()))?;
    Ok(Answer { json, text })
}

fn record(id: &str) -> Result<RecordId, Failure> {
    id.parse()
        .map_err(|_| Failure::Asked(format!("{id}: not a record's id; take it from `list`")))
}

fn draft(id: &str) -> Result<DraftId, Failure> {
    id.parse()
        .map_err(|_| Failure::Asked("not a draft's id; take it from `drafts`".into()))
}

fn saved(saved: &Saved) -> Result<Answer, Failure> {
    let mut text = match saved.seq {
        Some(seq) => format!("已保存在本机 / saved on this phone: {} (#{seq})", saved.id),
        None => format!("没有改动 / nothing had altered: {}", saved.id),
    };
    saved.warnings.iter().for_each(|w| warn(&mut text, w));
    for draft in &saved.drafts {
        text.push_str(&format!("\n  仍有草稿 still a draft of this form: {draft}"));
    }
    answer(saved, text)
}

fn warn(text: &mut String, problem: &Problem) {
    text.push_str(&format!(
        "\n  请核对 {}: {}",
        problem.field, problem.message
    ));
}

/// A value as a person reads it.
fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "(空 empty)".into(),
        other => other.to_string(),
    }
}
