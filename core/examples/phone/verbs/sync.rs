use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

pub fn run(app: &App) -> Result<Answer, Failure> {
    let done = app.sync()?;
    let text = format!(
        "已同步 / synced: 发出 sent {}, 收到 received {}, 被拒 refused {}, 冲突 conflicts {}",
        done.sent, done.received, done.refused, done.conflicts
    );
    answer(&done, text)
}
