//! Keys in files, beside what they open: for demonstrations and support only.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use tanfang_core::model::Rng;
use tanfang_core::vault::{KeyPurpose, KeyVault, Secret, SoftwareKey, VaultError};

/// Said at every start.
pub const WARNING: &str = "注意：此工具把密钥放在同一文件夹的文件里，不保护任何数据 / note: this tool keeps its keys in files beside the data; it protects nothing";

/// A folder of keys, each a file of hex.
pub struct FileVault {
    folder: PathBuf,
    signing: SoftwareKey,
}

impl FileVault {
    /// Opens the folder, making it and the signing key where there are none.
    pub fn open(home: &Path, rng: &dyn Rng) -> Result<Self, Failure> {
        let folder = home.join("keys");
        std::fs::create_dir_all(&folder)
            .map_err(|error| Failure::Asked(format!("--home cannot be used: {}", error.kind())))?;
        let broken = |error: VaultError| Failure::App(error.into());
        let path = folder.join("signing");
        let known = read(&path).map_err(broken)?;
        let signing = match known.as_ref().and_then(SoftwareKey::from_secret) {
            Some(key) => key,
            None if known.is_some() => return Err(broken(VaultError::Broken)),
            None => {
                let (secret, key) = fresh(rng);
                write(&path, &secret).map_err(broken)?;
                key
            }
        };
        Ok(Self { folder, signing })
    }
}

/// About one secret in 2^32 is no key: then another is drawn.
fn fresh(rng: &dyn Rng) -> (Secret, SoftwareKey) {
    loop {
        let secret = Secret::fresh(rng);
        if let Some(key) = SoftwareKey::from_secret(&secret) {
            return (secret, key);
        }
    }
}

fn read(path: &Path) -> Result<Option<Secret>, VaultError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(VaultError::Broken),
    };
    let bytes = hex::decode(text.trim()).map_err(|_| VaultError::Broken)?;
    Secret::from_slice(&bytes)
        .map(Some)
        .ok_or(VaultError::Broken)
}

/// Written beside and renamed, so that a crash leaves the old key or the new one whole.
fn write(path: &Path, key: &Secret) -> Result<(), VaultError> {
    let beside = path.with_extension("new");
    let written = std::fs::write(&beside, hex::encode(key.expose()))
        .and_then(|()| std::fs::File::open(&beside)?.sync_all())
        .and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|_| VaultError::Broken)
}

impl KeyVault for FileVault {
    fn key(&self, purpose: KeyPurpose) -> Result<Option<Secret>, VaultError> {
        read(&self.folder.join(purpose.as_str()))
    }

    fn keep(&self, purpose: KeyPurpose, key: &Secret) -> Result<(), VaultError> {
        write(&self.folder.join(purpose.as_str()), key)
    }

    fn public_key(&self) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing.public())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing.sign(message))
    }
}
