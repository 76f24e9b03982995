//! Where sign-ins are stored: in the system's keyring if there is one, otherwise in a file that only its owner can
//! read. A file records which of the two is used; it holds no secret that is in the keyring.

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

/// The sign-ins of one person on one computer.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// Where a sign-in is stored. `Display` is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the system's keyring.
    Keyring,
    /// In the file at this path.
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
    /// Opens the store; nothing is read or created yet.
    ///
    /// # Errors
    /// [`Failure::Usage`] if the system has no folder for it.
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

    /// Locks the store. Must be held while a sign-in is changed; other processes of this person wait.
    ///
    /// # Errors
    /// [`Failure::Other`], if the lock cannot be taken.
    pub async fn lock(&self) -> Result<Lock, Failure> {
        Lock::of(&self.folder).await
    }

    fn file(&self) -> File {
        File::at(self.folder.join("sign-ins.json"))
    }

    /// Where the sign-in to this Sentry is stored, if there is one.
    ///
    /// # Errors
    /// [`Failure::Other`] if the file cannot be read.
    pub fn place(&self, base: &BaseUrl) -> Result<Option<Place>, Failure> {
        let file = self.file();
        Ok(file.read()?.remove(base.as_str()).map(|kept| match kept {
            Kept::Keyring => Place::Keyring,
            Kept::File { .. } => Place::File(file.path().to_owned()),
        }))
    }

    /// Reads the sign-in to this Sentry, if there is one.
    ///
    /// # Errors
    /// [`Failure::Other`], if it cannot be read.
    pub async fn read(&self, base: &BaseUrl) -> Result<Option<Grant>, Failure> {
        match self.file().read()?.remove(base.as_str()) {
            None => Ok(None),
            Some(Kept::File { grant }) => Ok(Some(grant)),
            Some(Kept::Keyring) => keyring::read(base.as_str()).await,
        }
    }

    /// Stores a new sign-in, and replaces an existing one.
    ///
    /// # Errors
    /// [`Failure::Other`], if it cannot be written.
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
            // Deletes the entry that is no longer used.
            let _ = keyring::forget(base.as_str()).await;
        }
        Ok(place)
    }

    /// Stores a refreshed sign-in where it was. The caller must hold the [`Lock`].
    ///
    /// # Errors
    /// [`Failure::Other`], if it cannot be written.
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
            // The person has signed out in the meantime, and stays signed out.
            None => Ok(()),
        }
    }

    /// Deletes a sign-in, and returns whether there was one.
    ///
    /// # Errors
    /// [`Failure::Other`], if it cannot be deleted.
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
