use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

pub fn run(app: &App) -> Result<Answer, Failure> {
    let status = app.status()?;
    let mut text = format!(
        "待发 unsent {}, 等待 waiting {}, 被拒 refused {}, 冲突 conflicts {}, 数据流 feeds {}/{}",
        status.unsent, status.waiting, status.refused, status.conflicts, status.whole, status.feeds
    );
    for line in &status.apart {
        text.push_str(&format!("\n  问题 problem: {}", line.message));
    }
    if let Some(number) = status.older_documents {
        text.push_str(&format!(
            "\n  问题 problem: 服务器给出的文件清单（{number}）比本机的旧，未采用，请告诉县里 / the server offers an older list of documents ({number}) than this phone holds; it was left alone, tell the county"
        ));
    }
    answer(&status, text)
}
