//! Why a sealed file does not open. Nothing of it was used, and nothing of it is told.

use crate::wire::CodecError;

/// A sealed file, or a piece of one, that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Not a sealed file at all.
    #[error(
        "这不是探访的密封文件 / this is no sealed file of Tanfang: choose a file that ends in .tanfang"
    )]
    NotOurs,
    /// Sealed by a newer app.
    #[error(
        "密封文件来自更新的版本：请先更新 / the file was sealed by a newer version: update first"
    )]
    Newer,
    /// It ends too early.
    #[error(
        "文件不完整：请从原手机重新拷贝 / the file was cut short: copy it again from where it came"
    )]
    Truncated,
    /// Some byte of it is another than was written.
    #[error(
        "文件已损坏：请从原手机重新拷贝 / the file was altered or damaged: copy it again from where it came"
    )]
    Altered,
    /// Larger than any of ours.
    #[error(
        "文件过大，不是探访的密封文件 / the file is larger than any that Tanfang makes and was not read"
    )]
    TooLarge,
    /// Sealed to somebody else.
    #[error(
        "文件是给别人的：请交给收件的手机或县里 / the file is for somebody else: hand it to the phone it was sealed to, or to the county"
    )]
    AnotherReceiver,
    /// It names this receiver and does not open with this key.
    #[error(
        "文件打不开：不是封给这把密钥的，或已损坏 / the file does not open: it was sealed to another key, or altered"
    )]
    DoesNotOpen,
    /// Pieces that do not belong together.
    #[error(
        "这些文件不是同一份 / these pieces are not of one file: choose those whose names begin alike"
    )]
    OfAnother,
    /// Some pieces are not there.
    #[error("缺少第 {} 片，共 {of} 片：请一并拷来 / piece {} of {of} is missing: bring it too", numbers(.missing), numbers(.missing))]
    Missing {
        /// Their numbers, from 0.
        missing: Vec<u16>,
        /// How many there are.
        of: u16,
    },
    /// What it says is signed by no phone that may say it.
    #[error(
        "文件的签名不对，内容未采用 / the file is not signed by the phone that it names: nothing of it was used; have it sealed again"
    )]
    NotSigned,
    /// A receipt of another history of the county's than the one that this phone knows.
    #[error(
        "回执来自县里恢复后的系统：请在有信号处同步一次；一直没有信号就重新密封全部内容 / the receipt is of a server that was restored since: sync once where there is a signal, or seal everything again (seal --again)"
    )]
    AnotherHistory,
    /// What is inside is malformed.
    #[error("文件内容无法读取 / what is inside cannot be read ({0})")]
    Contents(#[from] CodecError),
    /// The receiver's key is none.
    #[error("收件人的密钥不对：请对方重新显示 / the receiver's key is none: have it shown again")]
    NotAKey,
    /// More than one file holds.
    #[error("内容太多，一份装不下 / this is more than one file holds: seal less at once")]
    TooMuch,
}

impl SealedError {
    /// A word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotOurs => "not_ours",
            Self::Newer => "newer",
            Self::Truncated => "truncated",
            Self::Altered => "altered",
            Self::TooLarge => "too_large",
            Self::AnotherReceiver => "another_receiver",
            Self::DoesNotOpen => "does_not_open",
            Self::OfAnother => "of_another",
            Self::Missing { .. } => "missing",
            Self::NotSigned => "not_signed",
            Self::AnotherHistory => "another_history",
            Self::Contents(_) => "contents",
            Self::NotAKey => "not_a_key",
            Self::TooMuch => "too_much",
        }
    }
}

/// As people count: the first piece is 1.
fn numbers(missing: &[u16]) -> String {
    let shown = missing
        .iter()
        .take(20)
        .map(|no| (u32::from(*no) + 1).to_string());
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if missing.len() > 20 {
        text.push_str(", …");
    }
    text
}
