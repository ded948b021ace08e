use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;
use tanfang_core::sync::{Amount, Budget, Plan, Progress};

#[derive(clap::Args)]
pub struct Sync {
    /// Say on standard error how it goes on.
    #[arg(long)]
    progress: bool,
    /// Try again, later each time, until it goes through.
    #[arg(long)]
    keep_trying: bool,
    /// The link is paid by the byte: documents and photos only while so many bytes are left.
    #[arg(long, value_name = "BYTES")]
    metered: Option<u64>,
}

impl Sync {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let plan = Plan {
            budget: self.metered.map_or_else(Budget::free, Budget::metered),
            ..Plan::default()
        };
        let mut told = |progress: &Progress| {
            if self.progress {
                eprintln!("{}", line(progress));
            }
        };
        let mut wait = |millis: u64| {
            eprintln!("稍后再试 / again in {} s", millis.div_ceil(1_000));
            std::thread::sleep(std::time::Duration::from_millis(millis));
            true
        };
        let done = if self.keep_trying {
            app.sync_keeping_on(&plan, &mut told, &mut wait)?
        } else {
            app.sync_as(&plan, &mut told)?
        };
        let mut text = format!(
            "已同步 / synced: 发出 sent {}, 收到 received {}, 被拒 refused {}, 冲突 conflicts {}",
            done.sent, done.received, done.refused, done.conflicts
        );
        if done.put_off > 0 {
            text.push_str(&format!(", 留待以后 put off {} B", done.put_off));
        }
        let photos = &done.photos;
        if photos.sent + photos.fetched + photos.waiting + photos.missing > 0 {
            text.push_str(&format!(
                "\n照片 photos: 发出 sent {}, 取回 fetched {}, 待传 waiting {}, 不在本机 not here {}",
                photos.sent, photos.fetched, photos.waiting, photos.missing
            ));
        }
        if photos.cut {
            text.push_str("\n照片未传完，下次同步接着传 / photos were cut off: the next sync goes on with them");
        }
        answer(&done, text)
    }
}

/// `sending 40/200 saves, 12000/60000 B`.
fn line(progress: &Progress) -> String {
    let of = |amount: &Amount| match amount.total {
        Some(total) => format!("{}/{total}", amount.done),
        None => amount.done.to_string(),
    };
    format!(
        "{} {} records, {} B",
        progress.stage.as_str(),
        of(&progress.records),
        of(&progress.bytes)
    )
}
