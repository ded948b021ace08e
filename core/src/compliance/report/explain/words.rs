//! An explanation in sentences, Chinese or English; the words for modes, outcomes and roles are
//! those of the visit form.

mod codes;

use super::visits::{Fate, VisitAccount};
use super::{Explanation, MemberDays, PaperAccount, PaperFate, Still};
use crate::compliance::{Excuse, Reason, Short};
use crate::facts::rows::Day;
use crate::form::Form;
use codes::Words;

/// In which language an explanation is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 中文.
    Zh,
    /// English.
    En,
}

macro_rules! say {
    ($lang:expr, $zh:literal, $en:literal $(,)?) => {
        match $lang {
            Language::Zh => format!($zh),
            Language::En => format!($en),
        }
    };
}
pub(super) use say;

impl Explanation {
    /// Tells it in sentences, each of which a person can check. People, workers and visits are
    /// named by id.
    pub fn sentences(&self, lang: Language) -> Vec<String> {
        self.told(&Words::by_id(lang))
    }

    /// The same in words alone: `name` gives what a person, household, pairing, worker or visit is
    /// called, the visit form in force what modes, outcomes and roles are called.
    pub fn in_words(
        &self,
        lang: Language,
        visit: &Form,
        name: &dyn Fn(&str) -> String,
    ) -> Vec<String> {
        self.told(&Words::by_name(lang, visit, name))
    }

    fn told(&self, words: &Words<'_>) -> Vec<String> {
        let lang = words.lang;
        let mut told = vec![self.rule(words), self.found(words)];
        told.extend(self.flags(words));
        told.extend(self.days(lang));
        told.extend(self.members.iter().map(|member| member_days(member, words)));
        told.extend(self.counted(lang));
        told.extend(self.documents.iter().map(|paper| paper_said(paper, words)));
        let near = |one: &&VisitAccount| one.fate != Fate::OtherDay;
        let near = self.visits.iter().filter(near);
        told.extend(near.map(|visit| visit_said(visit, words)));
        told.extend(self.elsewhere(lang));
        told.extend(self.excuses.iter().map(|excuse| excuse_said(excuse, words)));
        told.extend(self.grace(lang));
        told.extend(self.still.as_ref().map(|still| still_said(still, words)));
        told.extend(self.waits_for.iter().map(|phone| {
            let (worker, at) = (words.named(&phone.worker), words.moment(&phone.last_sync));
            say!(
                lang,
                "{worker} 的手机最后同步于 {at}，此后可能还有未上传的走访。",
                "The phone of {worker} was last heard at {at} and may hold visits since."
            )
        }));
        told
    }

    fn rule(&self, words: &Words<'_>) -> String {
        let line = &self.line;
        let (rule, pack, version) = (&line.rule, &line.pack, line.pack_version);
        let (document, article, quote) = (&line.document, &line.article, &line.quote);
        let strength = words.strength(&line.strength);
        if words.is_by_name() {
            return say!(
                words.lang,
                "《{document}》{article}（{strength}）：“{quote}”。",
                "{document}, {article} ({strength}): “{quote}”."
            );
        }
        say!(
            words.lang,
            "规则 {rule}（{pack} 第{version}版，{strength}）：《{document}》{article}：“{quote}”。",
            "Rule {rule} ({pack}, version {version}, {strength}): {document}, {article}: “{quote}”."
        )
    }

    fn found(&self, words: &Words<'_>) -> String {
        let unit = words.named(&self.line.unit);
        let period = self.line.period.as_deref();
        let period = period.map_or_else(|| "–".to_owned(), |name| words.period(name));
        let (state, as_of) = (words.state(self.line.state), words.moment(&self.as_of));
        let mut told = say!(
            words.lang,
            "{unit}，{period}：{state}（截至 {as_of}）",
            "{unit}, {period}: {state} (as of {as_of})"
        );
        if let Some(reason) = self.line.reason {
            let reason = words.reason(reason);
            told.push_str(&say!(words.lang, "，原因：{reason}", ", because: {reason}"));
        }
        if let Some(seen) = self.line.last_seen {
            told.push_str(&say!(
                words.lang,
                "，最近见到：{seen}",
                ", last seen {seen}"
            ));
        }
        told.push_str(words.stop());
        told
    }

    fn flags(&self, words: &Words<'_>) -> Option<String> {
        let told: Vec<&str> = self
            .line
            .flags
            .iter()
            .map(|flag| words.flag(flag))
            .collect();
        let told = told.join(words.comma());
        (!told.is_empty()).then(|| say!(words.lang, "标记：{told}。", "Marked: {told}."))
    }

    fn days(&self, lang: Language) -> Option<String> {
        let (first, last, days) = (self.first?, self.last?, self.eligible_days);
        let enough = match self.threshold {
            Some(threshold) => say!(
                lang,
                "，满 {threshold} 天才须走访",
                "; {threshold} make it due"
            ),
            None => String::new(),
        };
        Some(say!(
            lang,
            "{first} 至 {last}，适用 {days} 天{enough}。",
            "From {first} to {last}: {days} eligible days{enough}."
        ))
    }

    fn counted(&self, lang: Language) -> Option<String> {
        let (min, credited) = (self.min?, self.line.credited.len());
        Some(say!(
            lang,
            "要求 {min} 次，已计入 {credited} 次。",
            "{min} asked, {credited} credited."
        ))
    }

    fn elsewhere(&self, lang: Language) -> Option<String> {
        let other = |one: &&VisitAccount| one.fate == Fate::OtherDay;
        let count = self.visits.iter().filter(other).count();
        (count > 0).then(|| {
            say!(
                lang,
                "另有 {count} 次走访不在本周期之内。",
                "{count} more visits lie outside this period."
            )
        })
    }

    fn grace(&self, lang: Language) -> Option<String> {
        let handover = self.handover?;
        let (ended, begun, until) = (handover.ended, handover.begun, handover.until);
        Some(say!(
            lang,
            "交接：前任至 {ended}，接任自 {begun}，宽限至 {until}。",
            "Hand-over: the predecessor until {ended}, the successor from {begun}, grace until {until}."
        ))
    }
}

fn member_days(member: &MemberDays, words: &Words<'_>) -> String {
    let (subject, days) = (words.named(&member.subject), member.days);
    let spans = member.eligible.iter();
    let mut parts: Vec<String> = spans
        .map(|(from, to)| span(*from, *to, words.lang))
        .collect();
    parts.extend(member.others.iter().map(|other| {
        let (days, why) = (
            span(other.from, other.to, words.lang),
            words.ground(other.why),
        );
        say!(words.lang, "{days}不计（{why}）", "{days} not ({why})")
    }));
    let parts = parts.join(words.comma());
    say!(
        words.lang,
        "{subject} 适用 {days} 天：{parts}。",
        "{subject}, {days} days: {parts}."
    )
}

fn span(from: Day, to: Day, lang: Language) -> String {
    match from == to {
        true => from.to_string(),
        false => say!(lang, "{from} 至 {to}", "{from} to {to}"),
    }
}

fn visit_said(account: &VisitAccount, words: &Words<'_>) -> String {
    let (visit, at) = (
        words.named(&account.visit),
        words.moment(&account.started_at),
    );
    let fate = words.fate(account);
    let attempt = match account.attempt {
        true => words.attempt(),
        false => "",
    };
    say!(
        words.lang,
        "走访 {visit}（{at}）：{fate}{attempt}。",
        "Visit {visit} ({at}): {fate}{attempt}."
    )
}

fn paper_said(paper: &PaperAccount, words: &Words<'_>) -> String {
    let open = "–".to_owned();
    let day = |day: Option<Day>| day.map_or(open.clone(), |day| day.to_string());
    let (from, to) = (day(paper.from), day(paper.to));
    let kind = words.document(&paper.kind);
    let fate = match (paper.fate, words.lang) {
        (PaperFate::Credited, Language::Zh) => "符合",
        (PaperFate::Credited, Language::En) => "it is what is asked",
        (PaperFate::OtherKind, Language::Zh) => "不是所要求的文书",
        (PaperFate::OtherKind, Language::En) => "another kind is asked",
        (PaperFate::OtherDay, Language::Zh) => "不在有效期内",
        (PaperFate::OtherDay, Language::En) => "it does not hold then",
        (PaperFate::NotEligible, Language::Zh) => "当日不适用",
        (PaperFate::NotEligible, Language::En) => "the person was not eligible that day",
    };
    say!(
        words.lang,
        "{kind}（{from} 至 {to}）：{fate}。",
        "{kind} ({from} to {to}): {fate}."
    )
}

fn excuse_said(excuse: &Excuse, words: &Words<'_>) -> String {
    let (reason, days, needed) = (words.reason(excuse.reason), excuse.days, excuse.needed);
    let on = excuse.on.map_or(String::new(), |day| format!(" {day}"));
    let measured = match excuse.reason {
        Reason::Refused => String::new(),
        _ => say!(
            words.lang,
            "，{days} 个适用日，须 {needed} 天",
            ", {days} eligible days, {needed} needed"
        ),
    };
    let short = match (excuse.short, words.lang) {
        (None, Language::Zh) => "成立",
        (None, Language::En) => "it holds",
        (Some(Short::TooFewDays), Language::Zh) => "天数不足，不成立",
        (Some(Short::TooFewDays), Language::En) => "too few, it does not hold",
        (Some(Short::FamilyNotContacted), Language::Zh) => "期内未联系家属，不成立",
        (Some(Short::FamilyNotContacted), Language::En) => {
            "the family was not contacted within the period, it does not hold"
        }
        (Some(Short::CanBeCalled), Language::Zh) => "电话或视频也算数，不成立",
        (Some(Short::CanBeCalled), Language::En) => "calls count too, it does not hold",
        (Some(Short::NotAsked), Language::Zh) => "本规则不问走访，不成立",
        (Some(Short::NotAsked), Language::En) => "the rule asks no visit, it does not hold",
    };
    say!(
        words.lang,
        "免访理由 {reason}{on}{measured}：{short}。",
        "Excuse {reason}{on}{measured}: {short}."
    )
}

fn still_said(still: &Still, words: &Words<'_>) -> String {
    let until = still.until;
    if let Some(kind) = &still.document {
        let kind = words.document(kind);
        return say!(
            words.lang,
            "{until} 以前有 {kind} 即完成。",
            "A {kind} by {until} would do."
        );
    }
    let visits = still.visits.unwrap_or(0);
    let (modes, outcomes) = (words.modes(&still.modes), words.outcomes(&still.outcomes));
    let roles = words.roles(&still.roles);
    say!(
        words.lang,
        "至 {until} 还需 {visits} 次：方式 {modes}；结果 {outcomes}；由 {roles}。",
        "{visits} more by {until} would do: {modes}; {outcomes}; by {roles}."
    )
}
