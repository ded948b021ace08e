//! Words of closed lists, as every store writes them.

use tanfang_core::model::DocumentKind;

use super::{BundleState, DeviceKind, SaveState};

/// What a column holds as one word of a list.
pub(super) trait Worded: Copy + Sized + 'static {
    /// The list.
    const WORDS: &'static [(&'static str, Self)];

    /// The word.
    fn word(self) -> &'static str;

    /// What the word means; none for one of another list.
    fn of(word: &str) -> Option<Self> {
        let mut words = Self::WORDS.iter();
        words.find(|(known, _)| *known == word).map(|(_, of)| *of)
    }
}

macro_rules! words {
    ($name:ident, $($word:literal = $variant:path),*) => {
        impl Worded for $name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, $variant)),*];

            fn word(self) -> &'static str {
                match self { $($variant => $word),* }
            }
        }
    };
}
words!(
    DeviceKind,
    "phone" = DeviceKind::Phone,
    "server" = DeviceKind::Server
);
words!(
    SaveState,
    "accepted" = SaveState::Accepted,
    "waiting" = SaveState::Waiting,
    "refused" = SaveState::Refused
);
words!(
    BundleState,
    "arriving" = BundleState::Arriving,
    "early" = BundleState::Early,
    "quarantined" = BundleState::Quarantined,
    "taken" = BundleState::Taken,
    "refused" = BundleState::Refused
);
words!(
    DocumentKind,
    "form" = DocumentKind::Form,
    "pack" = DocumentKind::Pack,
    "areas" = DocumentKind::Areas,
    "calendar" = DocumentKind::Calendar,
    "roles" = DocumentKind::Roles,
    "contacts" = DocumentKind::Contacts,
    "codes" = DocumentKind::Codes,
    "unknown" = DocumentKind::Unknown
);
