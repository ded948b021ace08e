use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;
use tanfang_core::sync::{Budget, Plan};

#[derive(clap::Args)]
pub struct Sync {
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
        let done = app.sync_as(&plan, &mut |_| {})?;
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
