//! `pack activate`, `pack list`

use serde_json::{Value as Json, json};
use tanfang_core::compliance::Pack;
use tanfang_core::facts::rows::Day;
use tanfang_core::model::{DocumentKind, content_hash};

use super::super::{AdminProblem, Said};
use super::pack_text;
use crate::engine::Turn;
use crate::server::Server;
use crate::store::DocumentRow;

/// Why a pack is not activated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotActivated {
    /// The file is no pack, or asks what it may not.
    #[error(
        "规则包有 {0} 处须改正,先用 pack check / the pack has {0} problems: `pack check` names them"
    )]
    Problems(usize),
    /// Two packs share a rule's id.
    #[error("{0}; 请改编号 / give one of the rules another id")]
    RuleTwice(String),
    /// Periods that have begun would be judged anew.
    #[error(
        "这个规则包已在执行,新版本须从今天({today})或以后起 / this pack is in force: a new version begins today ({today}) or later, since a period that has begun is judged to its end by the version it began under"
    )]
    InThePast {
        /// The server's day.
        today: Day,
    },
    /// An active version begins on that day or later.
    #[error(
        "第 {version} 版自 {from} 起执行,新版本须晚于这一天 / version {version} begins on {from}: a newer one begins after that day"
    )]
    NotAfter {
        /// The active version.
        version: u32,
        /// Its first day.
        from: Day,
    },
    /// The number is not above that of an active version.
    #[error(
        "第 {0} 版已经发布,请把 version 改大 / version {0} is published: give the pack a higher `version`"
    )]
    VersionTaken(u32),
    /// The pack says itself that it is not valid then.
    #[error("规则包自己写明 {0} 不在有效期内 / the pack says itself that it is not valid on {0}")]
    NotValidThen(Day),
}

/// Publishes a pack as judging from a day on. The versions before it stay, for their periods.
pub(super) fn activate(server: &mut Server, named: &str, from: &str) -> Result<Said, AdminProblem> {
    let text = pack_text(named)?;
    let from: Day = from
        .parse()
        .map_err(|_| AdminProblem::NotADay(from.to_owned()))?;
    let pack = Pack::check(&text).map_err(|found| NotActivated::Problems(found.len()))?;
    let outside = pack.valid_from.is_some_and(|first| from < first)
        || pack.valid_to.is_some_and(|last| last < from);
    if outside {
        return Err(NotActivated::NotValidThen(from).into());
    }
    let body = dated(&text, from);
    let altered = server.write(|turn| {
        let active = active(turn)?;
        if may_begin(turn, &pack, from, &active)? {
            let hash = content_hash(body.as_bytes());
            let (id, version) = (pack.id.clone(), pack.version.to_string());
            turn.publish_beside(DocumentRow {
                hash,
                kind: DocumentKind::Pack,
                id,
                version,
                body: body.clone(),
                source: None,
            })?;
            let (id, version) = (&pack.id, pack.version);
            turn.audit("pack activate", &format!("{id} {version} from {from}"))?;
            return Ok::<_, AdminProblem>(true);
        }
        Ok(false)
    })?;
    let (id, version) = (&pack.id, pack.version);
    let line = match altered {
        true => format!("{id} {version} 自 {from} 起执行 / in force from {from}"),
        false => format!("{id} {version} 已经自 {from} 起执行 / was in force from {from} already"),
    };
    let json = json!({"id": id, "version": version, "from": from, "altered": altered});
    Ok(Said::new(json, vec![line]))
}

/// The packs that the county judges by.
pub(super) fn list(server: &mut Server) -> Result<Said, AdminProblem> {
    let packs = server.read(active)?;
    let told = packs.iter().map(|pack| {
        json!({
            "id": pack.id, "version": pack.version, "from": pack.valid_from, "to": pack.valid_to,
            "zh": pack.title_zh, "en": pack.title_en, "rules": pack.rules.len(),
        })
    });
    let packs_told: Vec<Json> = told.collect();
    let lines = packs.iter().map(|pack| {
        let from = pack
            .valid_from
            .map_or("-".to_owned(), |day| day.to_string());
        format!("{} {}  {from}  {}", pack.id, pack.version, pack.title_zh)
    });
    let lines = lines.collect();
    Ok(Said::new(json!({"packs": packs_told}), lines))
}

fn active(turn: &mut Turn<'_>) -> Result<Vec<Pack>, AdminProblem> {
    let mut packs = Vec::new();
    for (listed, body) in turn.listed_documents(&[DocumentKind::Pack])? {
        if listed.active {
            let pack = Pack::parse(&body);
            packs.push(pack.map_err(|misfit| AdminProblem::Pack(misfit.to_string()))?);
        }
    }
    Ok(packs)
}

/// Whether there is anything to publish; refused where periods that have begun would be judged anew.
fn may_begin(
    turn: &Turn<'_>,
    pack: &Pack,
    from: Day,
    active: &[Pack],
) -> Result<bool, AdminProblem> {
    let own = active.iter().filter(|known| known.id == pack.id);
    let same = Pack {
        valid_from: Some(from),
        ..pack.clone()
    };
    if own.clone().any(|known| *known == same) {
        return Ok(false);
    }
    let others = active.iter().filter(|known| known.id != pack.id);
    let together: Vec<Pack> = others.chain([pack]).cloned().collect();
    Pack::check_together(&together).map_err(|twice| NotActivated::RuleTwice(twice.to_string()))?;
    let mut own = own.peekable();
    let today = turn.today();
    if own.peek().is_some() && from < today {
        return Err(NotActivated::InThePast { today }.into());
    }
    for known in own {
        if known.version >= pack.version {
            return Err(NotActivated::VersionTaken(known.version).into());
        }
        if let Some(begun) = known.valid_from.filter(|begun| from <= *begun) {
            let version = known.version;
            return Err(NotActivated::NotAfter {
                version,
                from: begun,
            }
            .into());
        }
    }
    Ok(true)
}

/// The pack's text with its first day. It was read as a pack, so that it is an object.
fn dated(text: &str, from: Day) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let mut json: Json = serde_json::from_str(text).unwrap_or_default();
    json["valid_from"] = json!(from);
    serde_json::to_string_pretty(&json).unwrap_or_default()
}
