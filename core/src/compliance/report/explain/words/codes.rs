//! The words for codes.

use std::borrow::Cow;

use super::{Fate, Language, VisitAccount, say};
use crate::compliance::{Ground, Reason, State, period_in_words};
use crate::form::Form;

/// The words of one language.
pub(super) struct Words<'n> {
    pub lang: Language,
    /// The visit form, which names modes, outcomes and roles; a test reads the built-in one.
    visit: Option<Cow<'n, Form>>,
    /// What records are called; none names them by id, and rules and periods by code.
    name: Option<&'n dyn Fn(&str) -> String>,
}

impl<'n> Words<'n> {
    /// Codes and ids, for who checks a report.
    pub fn by_id(lang: Language) -> Self {
        let visit = Form::built_in("visit").and_then(Result::ok);
        Words {
            lang,
            visit: visit.map(Cow::Owned),
            name: None,
        }
    }

    /// Words alone, for who looks after people.
    pub fn by_name(lang: Language, visit: &'n Form, name: &'n dyn Fn(&str) -> String) -> Self {
        Words {
            lang,
            visit: Some(Cow::Borrowed(visit)),
            name: Some(name),
        }
    }

    pub fn is_by_name(&self) -> bool {
        self.name.is_some()
    }

    /// A person, household, pairing, worker or visit.
    pub fn named(&self, id: &str) -> String {
        self.name.map_or_else(|| id.to_owned(), |name| name(id))
    }

    pub fn period(&self, name: &str) -> String {
        match self.name {
            Some(_) => period_in_words(name, self.lang),
            None => name.to_owned(),
        }
    }

    /// A moment; to the minute where a person reads it.
    pub fn moment(&self, at: &str) -> String {
        match (self.name, at.get(..16)) {
            (Some(_), Some(minute)) => minute.replace('T', " "),
            _ => at.to_owned(),
        }
    }

    pub fn stop(&self) -> &'static str {
        self.either("。", ".")
    }

    pub fn comma(&self) -> &'static str {
        self.either("；", "; ")
    }

    pub fn attempt(&self) -> &'static str {
        self.either("；算一次未见的尝试", "; it is an attempt")
    }

    fn either(&self, zh: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn choice(&self, list: &str, code: &str) -> String {
        let lang = self.either("zh", "en");
        let form = self.visit.as_deref().map(Form::definition);
        let label = form.and_then(|form| form.choice_label(list, code, lang));
        label.unwrap_or(code).to_owned()
    }

    fn choices(&self, list: &str, codes: &[String]) -> String {
        let labels: Vec<String> = codes.iter().map(|code| self.choice(list, code)).collect();
        labels.join(self.either("、", ", "))
    }

    pub fn modes(&self, codes: &[String]) -> String {
        self.choices("mode", codes)
    }

    pub fn outcomes(&self, codes: &[String]) -> String {
        self.choices("outcome", codes)
    }

    /// None of them is anybody.
    pub fn roles(&self, codes: &[String]) -> String {
        match codes.is_empty() {
            true => self.either("任何人", "anybody").to_owned(),
            false => self.choices("role", codes),
        }
    }

    pub fn document(&self, kind: &str) -> String {
        match kind {
            "guardian_agreement" => self.either("委托监护责任确认书", "guardian agreement"),
            "service_plan" => self.either("一人一服务方案", "service plan"),
            "refresh" => self.either("信息更新", "refresh"),
            other => return other.to_owned(),
        }
        .to_owned()
    }

    pub fn strength(&self, code: &str) -> String {
        match code {
            "must" => self.either("必须", "must"),
            "principle" => self.either("原则上", "in principle"),
            "target" => self.either("目标", "target"),
            "must_but_number_open" => self.either("必须，次数未定", "must, number open"),
            "describes_practice" => self.either("做法", "practice"),
            "unquantified" => self.either("无数字，不判定", "no number, not judged"),
            other => return other.to_owned(),
        }
        .to_owned()
    }

    pub fn state(&self, state: Option<State>) -> &'static str {
        match state {
            None => self.either("只显示，不判定", "shown, not judged"),
            Some(State::NotDue) => self.either("不适用（适用日不足）", "not due (too few days)"),
            Some(State::Done) => self.either("已完成", "done"),
            Some(State::Review) => self.either("待复核", "waits for review"),
            Some(State::Exempt) => self.either("免访", "exempt"),
            Some(State::Tried) => self.either("已尝试未见", "tried, not seen"),
            Some(State::Open) => self.either("待走访", "open"),
            Some(State::Unsynced) => self.either("待同步", "waits for a phone"),
            Some(State::Overdue) => self.either("已逾期", "overdue"),
        }
    }

    pub fn reason(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::Deceased => self.either("去世", "deceased"),
            Reason::Moved => self.either("迁出", "moved away"),
            Reason::Left => self.either("退出台账", "left the ledger"),
            Reason::Hospital => self.either("住院", "in hospital"),
            Reason::Away => self.either("外出", "away"),
            Reason::Institution => self.either("机构供养", "in an institution"),
            Reason::Refused => self.either("本人拒绝", "refused"),
        }
    }

    pub fn ground(&self, ground: Ground) -> &'static str {
        match ground {
            Ground::Died => self.either("已去世", "dead"),
            Ground::Moved => self.either("已迁出", "moved away"),
            Ground::NotRegistered => self.either("不在台账", "not in the ledger"),
            Ground::NotOfCategory => self.either("不属此类对象", "not of the category"),
            Ground::NotPaired => self.either("不在结对期", "not paired"),
            Ground::OutsideDivision => self.either("不在范围内的区划", "outside the division"),
        }
    }

    pub fn flag<'c>(&self, code: &'c str) -> &'c str {
        match code {
            "backfilled" => self.either("补录", "written down late"),
            "clock" => self.either("时钟存疑", "clock in doubt"),
            "late_upload" => self.either("迟传", "uploaded late"),
            "duplicate" => self.either("有重复记录", "a duplicate"),
            "handover" => self.either("交接", "hand-over"),
            "vacant" => self.either("无人任职", "nobody holds the role"),
            "unsynced" => self.either("有手机未同步", "a phone has not synced"),
            "child_unseen" => self.either("有儿童两季未见", "a child unseen for two quarters"),
            "conflicted" => self.either("有待定的冲突", "a conflict to decide"),
            other => other,
        }
    }

    pub fn fate(&self, account: &VisitAccount) -> String {
        let of = self.named(account.of.as_deref().unwrap_or_default());
        let period = self.period(account.period.as_deref().unwrap_or_default());
        match account.fate {
            Fate::Duplicate => say!(
                self.lang,
                "与 {of} 同一方式、同一人、30 分钟之内，算作一次",
                "the same mode and worker as {of} within 30 minutes: one visit"
            ),
            Fate::OtherPeriod => say!(self.lang, "计入 {period}", "credited to {period}"),
            Fate::Waits => {
                let why: Vec<&str> = account.why.iter().map(|why| self.waits(why)).collect();
                let why = why.join(self.either("、", ", "));
                say!(self.lang, "待复核（{why}）", "waits for review ({why})")
            }
            Fate::RoleNotHeld => {
                let worker = self.named(account.worker.as_deref().unwrap_or_default());
                let role = self.choice("role", account.role.as_deref().unwrap_or_default());
                say!(
                    self.lang,
                    "未计入：{worker} 当日在此地不任{role}",
                    "not credited: {worker} was not {role} there that day"
                )
            }
            fate => self.plain_fate(fate).to_owned(),
        }
    }

    fn plain_fate(&self, fate: Fate) -> &'static str {
        match fate {
            Fate::Credited => self.either("计入", "credited"),
            Fate::Rejected => self.either("复核未通过，不计", "rejected by a supervisor"),
            Fate::Mode => self.either(
                "未计入：方式不算数",
                "not credited: the mode does not count",
            ),
            Fate::Outcome => self.either(
                "未计入：结果不算数",
                "not credited: the outcome does not count",
            ),
            Fate::NotMet => self.either("未计入：未见到本人", "not credited: not met"),
            Fate::Role => self.either(
                "未计入：参与人的角色不算数",
                "not credited: no role that counts",
            ),
            Fate::NotEligible => {
                self.either("未计入：当日不适用", "not credited: not eligible that day")
            }
            Fate::OtherDay => self.either("不在本周期", "outside this period"),
            Fate::NotNeeded => self.either(
                "未计入：宽限期内，本周期已免访或次数已够",
                "not credited: in the grace of a period that was excused or had its number",
            ),
            Fate::NotKnown => self.either("截至当时尚未收到", "not received by then"),
            Fate::Shown => self.either("算数，本规则只显示", "would count; the rule is only shown"),
            Fate::DocumentAsked => {
                self.either("本规则问文书，不问走访", "the rule asks a document")
            }
            Fate::Duplicate | Fate::OtherPeriod | Fate::Waits | Fate::RoleNotHeld => "",
        }
    }

    fn waits<'c>(&self, why: &'c str) -> &'c str {
        match why {
            "clock" => self.either("时钟对不上", "the clocks do not agree"),
            "no_reason" => self.either(
                "24 小时后补录而无原因",
                "written down after 24 h without a reason",
            ),
            "too_late" => self.either("72 小时后补录", "written down after 72 h"),
            other => other,
        }
    }
}
