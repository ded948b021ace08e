use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::{App, PhotoLine};

pub fn run(app: &App) -> Result<Answer, Failure> {
    let lines = app.photos()?;
    let text: Vec<String> = lines.iter().map(line).collect();
    answer(&lines, text.join("\n"))
}

/// A photo, and where it is, for a person.
pub(super) fn line(photo: &PhotoLine) -> String {
    let (short, length) = (&photo.hash[..12], photo.length);
    let mut text = format!("{short}… {} {length} bytes: ", photo.media);
    text.push_str(&match photo.state {
        "unsaved" => "未保存或未送达 / not yet in a save that the server has".to_owned(),
        "waiting" => "待传 / waiting to be sent".to_owned(),
        "sending" => format!("已传 / sent {} of {length}", photo.sent),
        "at_server" => "已到服务器 / at the server".to_owned(),
        "not_taken" => "服务器未收 / not taken by the server".to_owned(),
        "here" => "在本机 / here".to_owned(),
        "fetching" => format!("已取 / fetched {} of {length}", photo.here),
        "not_at_server" => "还没有传到服务器 / not at the server yet".to_owned(),
        _ => "还没有到本机 / not here yet".to_owned(),
    });
    if let Some(problem) = &photo.problem {
        text.push_str(&format!(" ({problem})"));
    }
    text
}
