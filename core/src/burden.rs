//! What an app of the government may not ask of those who work with it.
//!
//! The source is 国办函〔2026〕12号, 《政务移动互联网应用程序规范化管理办法》: the list of what who runs or
//! uses such an app must not do (主办(使用)单位不得出现的情况), items (一), (二) and (四). Packs and
//! forms are refused where they ask it; [`in_answer`] looks for it in what the house itself says.

use std::fmt;

/// The document.
pub const DOCUMENT: &str = "国办函〔2026〕12号《政务移动互联网应用程序规范化管理办法》";

/// A demand that the document forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Burden {
    /// Those who work are ranked, scored or given points: 积分排名.
    Ranking,
    /// They sign in or punch a clock: 打卡签到.
    CheckIn,
    /// The time that they spend in the app is counted: 统计在线时长.
    OnlineTime,
    /// A photo, a video or a track is demanded: 强制上传工作照片、视频和轨迹.
    ForcedEvidence,
    /// What is known is asked again: 重复填表报数.
    AskedTwice,
}

/// Words of people that name a burden, in Chinese and English; the longer before the shorter.
const WORDS: &[(&str, Burden)] = &[
    ("积分", Burden::Ranking),
    ("排名", Burden::Ranking),
    ("排行", Burden::Ranking),
    ("末位淘汰", Burden::Ranking),
    ("人员评分", Burden::Ranking),
    ("工作人员得分", Burden::Ranking),
    ("leaderboard", Burden::Ranking),
    ("league table", Burden::Ranking),
    ("ranking", Burden::Ranking),
    ("打卡", Burden::CheckIn),
    ("签到", Burden::CheckIn),
    ("check-in", Burden::CheckIn),
    ("check in", Burden::CheckIn),
    ("clock in", Burden::CheckIn),
    ("在线时长", Burden::OnlineTime),
    ("在线时间", Burden::OnlineTime),
    ("time online", Burden::OnlineTime),
    ("online time", Burden::OnlineTime),
    ("上传轨迹", Burden::ForcedEvidence),
    ("行动轨迹", Burden::ForcedEvidence),
    ("必须拍照", Burden::ForcedEvidence),
    ("必须上传照片", Burden::ForcedEvidence),
];

/// Words that take a burden back where they stand close before it.
const DENIALS: &[&str] = &[
    "不得", "禁止", "严禁", "不搞", "取消", "not ", "no ", "without ",
];

/// Parts of a program's names that name a burden; a name is parted at `_`, `-` and `.`.
const PARTS: &[(&[&str], Burden)] = &[
    (&["rank"], Burden::Ranking),
    (&["ranking"], Burden::Ranking),
    (&["points"], Burden::Ranking),
    (&["leaderboard"], Burden::Ranking),
    (&["worker", "score"], Burden::Ranking),
    (&["score", "worker"], Burden::Ranking),
    (&["streak"], Burden::Ranking),
    (&["check", "in"], Burden::CheckIn),
    (&["checkin"], Burden::CheckIn),
    (&["sign", "in"], Burden::CheckIn),
    (&["punch"], Burden::CheckIn),
    (&["daka"], Burden::CheckIn),
    (&["online", "time"], Burden::OnlineTime),
    (&["online", "minutes"], Burden::OnlineTime),
    (&["time", "online"], Burden::OnlineTime),
    (&["login", "days"], Burden::OnlineTime),
    (&["track"], Burden::ForcedEvidence),
    (&["photo", "required"], Burden::ForcedEvidence),
    (&["require", "photo"], Burden::ForcedEvidence),
    (&["video", "required"], Burden::ForcedEvidence),
    (&["gps", "required"], Burden::ForcedEvidence),
];

impl Burden {
    /// Every burden.
    pub const ALL: [Burden; 5] = [
        Burden::Ranking,
        Burden::CheckIn,
        Burden::OnlineTime,
        Burden::ForcedEvidence,
        Burden::AskedTwice,
    ];

    /// A word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Burden::Ranking => "ranking",
            Burden::CheckIn => "check_in",
            Burden::OnlineTime => "online_time",
            Burden::ForcedEvidence => "forced_evidence",
            Burden::AskedTwice => "asked_twice",
        }
    }

    /// The item of the list that forbids it.
    pub fn article(self) -> &'static str {
        match self {
            Burden::Ranking | Burden::CheckIn | Burden::OnlineTime => "不得出现的情况(二)",
            Burden::ForcedEvidence => "不得出现的情况(四)",
            Burden::AskedTwice => "不得出现的情况(一)",
        }
    }

    /// What is forbidden and what to do, in a language (`zh`, `en`), with the article.
    pub fn message(self, lang: &str) -> String {
        let (zh, en) = match self {
            Burden::Ranking => (
                "不得对工作人员积分、评分、排名;请删去。本系统只问谁还没有被看望",
                "workers may not be ranked, scored or given points: take it out; the house asks who has not been seen, not who was best",
            ),
            Burden::CheckIn => (
                "不得设置打卡签到;请删去,走访记录本身就是记录",
                "nobody may be made to check in: take it out; the visit is the record",
            ),
            Burden::OnlineTime => (
                "不得统计在线时长;请删去",
                "time online may not be counted: take it out",
            ),
            Burden::ForcedEvidence => (
                "不得强制上传照片、视频或轨迹;请改为选填,或删去",
                "photos, videos and tracks may not be demanded: make it optional, or take it out",
            ),
            Burden::AskedTwice => (
                "不得重复要求填报;已经问过的请直接引用,不再提问",
                "what was asked may not be asked again: use the answer that is there",
            ),
        };
        match lang.starts_with("zh") {
            true => format!("{zh}({DOCUMENT},{})", self.article()),
            false => format!("{en} ({DOCUMENT}, {})", self.article()),
        }
    }

    /// The burden that a sentence of people speaks of, unless it denies it (不得打卡).
    pub fn in_words(text: &str) -> Option<Burden> {
        let text = text.to_lowercase();
        WORDS.iter().find_map(|(word, burden)| {
            let mut places = text.match_indices(word);
            places
                .any(|(at, _)| !is_denied(&text[..at]))
                .then_some(*burden)
        })
    }

    /// The burden that a name of a program speaks of: `worker_score`, `photo-required`.
    pub fn in_name(name: &str) -> Option<Burden> {
        let lower = name.to_lowercase();
        let parts: Vec<&str> = lower.split(['_', '-', '.']).collect();
        let named = |wanted: &[&str]| parts.windows(wanted.len()).any(|window| window == wanted);
        let found = PARTS.iter().find(|(wanted, _)| named(wanted));
        found.map(|(_, burden)| *burden)
    }
}

impl fmt::Display for Burden {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message("en"))
    }
}

/// Whether one of the words that deny stands within the clause that ends here.
fn is_denied(before: &str) -> bool {
    let clause = before
        .rsplit(['。', ';', ';', '.'])
        .next()
        .unwrap_or(before);
    DENIALS.iter().any(|denial| clause.contains(denial))
}

/// Where an answer of the house orders or scores those who work: the place in it, and the burden.
/// `workers` are their ids; a list that names each of them once with a number is a score, and a
/// field named for a burden is one whatever it holds.
pub fn in_answer(answer: &serde_json::Value, workers: &[&str]) -> Option<(String, Burden)> {
    use serde_json::Value as Json;
    // Depth is that of a report of ours, not of a stranger's text.
    let mut rest = vec![(String::new(), answer)];
    while let Some((place, value)) = rest.pop() {
        match value {
            Json::Object(fields) => {
                for (name, inner) in fields {
                    if let Some(burden) = Burden::in_name(name) {
                        return Some((format!("{place}.{name}"), burden));
                    }
                    if workers.contains(&name.as_str()) && inner.is_number() {
                        return Some((format!("{place}.{name}"), Burden::Ranking));
                    }
                    rest.push((format!("{place}.{name}"), inner));
                }
            }
            Json::Array(items) => {
                if let Some(at) = items.iter().position(|item| scores(item, workers)) {
                    return Some((format!("{place}[{at}]"), Burden::Ranking));
                }
                let inner = items.iter().enumerate();
                rest.extend(inner.map(|(at, item)| (format!("{place}[{at}]"), item)));
            }
            _ => {}
        }
    }
    None
}

/// Whether a row is about one worker and nobody else, and gives him a number that counts: his own
/// row, not a visit in which he took part.
fn scores(row: &serde_json::Value, workers: &[&str]) -> bool {
    let Some(fields) = row.as_object() else {
        return false;
    };
    let is_worker =
        |value: &serde_json::Value| value.as_str().is_some_and(|id| workers.contains(&id));
    let about_one = fields.values().filter(|value| is_worker(value)).count() == 1;
    let others = ["unit", "person", "subject", "record", "id", "visit"];
    let about_else = others
        .iter()
        .any(|name| fields.get(*name).is_some_and(|value| !is_worker(value)));
    let counted = fields
        .iter()
        .any(|(name, value)| value.is_number() && !is_no_count(name));
    about_one && !about_else && counted
}

/// Numbers that are places and times, and how many fields of a record wait for a decision.
fn is_no_count(name: &str) -> bool {
    name.ends_with("_at")
        || name.ends_with("millis")
        || ["seq", "position", "epoch", "conflicts"].contains(&name)
}

#[cfg(test)]
mod tests;
