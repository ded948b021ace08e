use super::{record, saved};
use crate::{Answer, failure::Failure};
use tanfang_core::app::{self, App};
use tanfang_core::facts::rows::Day;

#[derive(clap::Args)]
#[group(skip)]
#[command(group(clap::ArgGroup::new("noted").required(true).args(["family_contacted", "refuses", "agrees", "leaves"])))]
pub struct Standing {
    /// The person.
    id: String,
    /// 住院 The family of one in hospital was asked on this day.
    #[arg(long, value_name = "DAY")]
    family_contacted: Option<String>,
    /// 拒绝 Informed, the person refuses to be visited.
    #[arg(long, value_name = "DAY")]
    refuses: Option<String>,
    /// 同意 Informed, the person agrees.
    #[arg(long, value_name = "DAY")]
    agrees: Option<String>,
    /// 退出 The last day in the ledger.
    #[arg(long, value_name = "DAY")]
    leaves: Option<String>,
    /// Who said so, of a refusal or an agreement; why, of a leaving.
    #[arg(long, default_value = "")]
    reason: String,
}

impl Standing {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let day = |text: &str| {
            let read = text.parse::<Day>();
            read.map_err(|_| Failure::Asked(format!("{text}: 不是日期 / no day: 2024-05-10")))
        };
        let by = self.reason.clone();
        let noted = match (
            &self.family_contacted,
            &self.refuses,
            &self.agrees,
            &self.leaves,
        ) {
            (Some(on), ..) => app::Standing::FamilyContacted { on: day(on)? },
            (_, Some(on), ..) => app::Standing::Refuses { on: day(on)?, by },
            (_, _, Some(on), _) => app::Standing::Agrees { on: day(on)?, by },
            (.., Some(last)) => app::Standing::Leaves {
                last: day(last)?,
                reason: by,
            },
            _ => return Err(Failure::Asked("--refuses DAY, …".into())),
        };
        saved(&app.note_standing(record(&self.id)?, &noted)?)
    }
}
