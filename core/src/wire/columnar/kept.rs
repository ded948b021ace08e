//! Saves as a phone keeps them together.

use serde::{Deserialize, Serialize};

use super::{Columnar, Lifted, pack, sealed, unpack};
use crate::model::Save;
use crate::wire::CodecError;

/// Saves as a phone keeps them together: as a push carries them, with nothing beside them.
#[derive(Serialize, Deserialize)]
struct KeptSaves {
    #[serde(skip)]
    saves: Vec<Save>,
}

impl Columnar for KeptSaves {}
impl sealed::Lift for KeptSaves {
    fn lift(&mut self) -> Lifted {
        Lifted {
            saves: std::mem::take(&mut self.saves),
            pages: Vec::new(),
        }
    }

    fn lower(&mut self, lifted: Lifted) -> bool {
        self.saves = lifted.saves;
        lifted.pages.is_empty()
    }
}

/// Packs saves together, as a push of version 2 packs them.
pub(crate) fn pack_saves(saves: &[Save]) -> Result<Vec<u8>, CodecError> {
    pack(KeptSaves {
        saves: saves.to_vec(),
    })
}

/// Unpacks what [`pack_saves`] packed.
pub(crate) fn unpack_saves(body: &[u8], limit: u64) -> Result<Vec<Save>, CodecError> {
    unpack::<KeptSaves>(body, limit).map(|kept| kept.saves)
}
