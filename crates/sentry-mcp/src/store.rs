//! Where sign-ins are kept: in the system's keyring where there is one, else in a file that only its owner can read. A
//! file beside it, which holds no secret of the keyring's, says where.

mod file;
mod keyring;
mod lock;

use std::fmt;
use std::path::PathBuf;

use sentry_api::BaseUrl;

use crate::auth::Grant;
use crate::ends::Failure;
use crate::options::Keep;
use crate::service::log;
use crate::settings::Environment;

use file::{File, Kept};
pub use lock::Lock;

/// Of one person on one computer.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// Where a sign-in is kept, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Keyring,
    File(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keyring => f.write_str("the system's keyring"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl Store {
    /// Nothing is read or made yet.
    ///
    /// # Errors
    /// [`Failure::Usage`] where the system names no folder for it.
    pub fn open(env: Environment<'_>) -> Result<Self, Failure> {
        let folder = match env("SENTRY_MCP_CONFIG_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => dirs::config_dir()
                .ok_or_else(|| {
                    Failure::Usage(
                        "there is no folder to keep sign-ins in: set SENTRY_MCP_CONFIG_DIR"
                            .to_owned(),
                    )
                })?
                .join("sentry-mcp"),
        };
        Ok(Self { folder })
    }

    /// Held while a sign-in is changed. Other processes of this person wait for it.
    ///
    /// # Errors
    /// [`Failure::Other`]
    pub async fn lock(&self) -> Result<Lock, Failure> {
        Lock::of(&self.folder).await
    }

    fn file(&self) -> File {
        File::at(self.folder.join("sign-ins.json"))
    }

    /// Where the sign-in to that Sentry is kept, if there is one.
    ///
    /// # Errors
    /// [`Failure::Other`] when the file cannot be read.
    pub fn place(&self, base: &BaseUrl) -> Result<Option<Place>, Failure> {
        let file = self.file();
        Ok(file.read()?.remove(base.as_str()).map(|kept| match kept {
            Kept::Keyring => Place::Keyring,
            Kept::File { .. } => Place::File(file.path().to_owned()),
        }))
    }

    /// # Errors
    /// [`Failure::Other`]
    pub async fn read(&self, base: &BaseUrl) -> Result<Option<Grant>, Failure> {
        match self.file().read()?.remove(base.as_str()) {
            None => Ok(None),
            Some(Kept::File { grant }) => Ok(Some(grant)),
            Some(Kept::Keyring) => keyring::read(base.as_str()).await,
        }
    }

    /// Keeps a new sign-in instead of one that there may be.
    ///
    /// # Errors
    /// [`Failure::Other`]
    pub async fn keep(&self, base: &BaseUrl, grant: &Grant, keep: Keep) -> Result<Place, Failure> {
        let _lock = self.lock().await?;
        let file = self.file();
        let mut all = file.read()?;
        let in_keyring = match keep {
            Keep::File => false,
            Keep::Keyring => {
                keyring::write(base.as_str(), grant).await?;
                true
            }
            Keep::Auto => match keyring::write(base.as_str(), grant).await {
                Ok(()) => true,
                Err(failure) => {
                    log(&format!("{failure}; a file is used instead"));
                    false
                }
            },
        };
        let (kept, place) = if in_keyring {
            (Kept::Keyring, Place::Keyring)
        } else {
            let grant = grant.clone();
            (Kept::File { grant }, Place::File(file.path().to_owned()))
        };
        let before = all.insert(base.as_str().to_owned(), kept);
        file.write(&all)?;
        if before == Some(Kept::Keyring) && !in_keyring {
            // What is no longer read is no longer kept.
            let _ = keyring::forget(base.as_str()).await;
        }
        Ok(place)
    }

    /// Keeps a renewed sign-in where it was. The caller holds the [`Lock`].
    ///
    /// # Errors
    /// [`Failure::Other`]
    pub async fn keep_again(&self, base: &BaseUrl, grant: &Grant) -> Result<(), Failure> {
        let file = self.file();
        let mut all = file.read()?;
        match all.get(base.as_str()) {
            Some(Kept::Keyring) => keyring::write(base.as_str(), grant).await,
            Some(Kept::File { .. }) => {
                let grant = grant.clone();
                all.insert(base.as_str().to_owned(), Kept::File { grant });
                file.write(&all)
            }
            // Signed out in the meantime: it stays so.
            None => Ok(()),
        }
    }

    /// Forgets a sign-in; whether there was one.
    ///
    /// # Errors
    /// [`Failure::Other`]
    pub async fn forget(&self, base: &BaseUrl) -> Result<bool, Failure> {
        if self.place(base)?.is_none() {
            return Ok(false);
        }
        let _lock = self.lock().await?;
        let file = self.file();
        let mut all = file.read()?;
        let before = all.remove(base.as_str());
        if before == Some(Kept::Keyring) {
            keyring::forget(base.as_str()).await?;
        }
        file.write(&all)?;
        Ok(before.is_some())
    }
}
