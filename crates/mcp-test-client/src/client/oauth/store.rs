//! What is kept between runs: registrations by issuer, tokens by server and client.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::registration::Registration;
use super::token::Tokens;
use crate::client::Error;

/// A stored record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stored {
    /// The tokens of one client for one server.
    Tokens(Tokens),
    /// The registration at one issuer.
    Registration(Registration),
}

/// Stores records by key. [`tokens_key`] and [`registration_key`] make the keys.
pub trait Store {
    /// The record stored last.
    ///
    /// # Errors
    /// If it exists and cannot be read.
    fn load(&self, key: &str) -> Result<Option<Stored>, Error>;

    /// Stores a record and replaces the old one, atomically.
    ///
    /// # Errors
    /// If it cannot be written.
    fn keep(&self, key: &str, stored: &Stored) -> Result<(), Error>;

    /// Deletes the record, if there is one.
    ///
    /// # Errors
    /// If it exists and cannot be deleted.
    fn forget(&self, key: &str) -> Result<(), Error>;
}

/// The key of tokens, for one server and one client. `who` is the client's id; it is empty for a client that registers
/// itself.
pub(super) fn tokens_key(server: &Url, who: &str) -> String {
    key("tokens", server, &format!("{server} {who}"))
}

/// The key of a registration at one issuer.
pub(super) fn registration_key(issuer: &str) -> String {
    match Url::parse(issuer) {
        Ok(url) => key("client", &url, issuer),
        Err(_) => format!("client-{}", hash(issuer)),
    }
}

/// A key that people can read; a hash makes it unique.
fn key(kind: &str, url: &Url, whole: &str) -> String {
    let host: String = url
        .authority()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .take(80)
        .collect();
    format!("{kind}-{host}-{}", hash(whole))
}

fn hash(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A store in memory, for tests and for sign-ins that leave nothing behind.
#[derive(Debug, Default)]
pub struct MemoryStore(RefCell<BTreeMap<String, Stored>>);

impl Store for MemoryStore {
    fn load(&self, key: &str) -> Result<Option<Stored>, Error> {
        Ok(self.0.borrow().get(key).cloned())
    }

    fn keep(&self, key: &str, stored: &Stored) -> Result<(), Error> {
        self.0.borrow_mut().insert(key.to_owned(), stored.clone());
        Ok(())
    }

    fn forget(&self, key: &str) -> Result<(), Error> {
        self.0.borrow_mut().remove(key);
        Ok(())
    }
}

/// A store with one file per record, mode 0600, in a folder of mode 0700.
#[derive(Debug, Clone)]
pub struct FileStore {
    folder: PathBuf,
}

impl FileStore {
    /// A store in this folder, which is created when the first record is stored.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }

    fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::Local(format!(
                "{} cannot be read: {error}. Delete it to sign in anew.",
                path.display()
            ))
        };
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        only_ours(path, &metadata)?;
        let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| failed(&error))
    }

    fn write(&self, path: &Path, text: &str) -> std::io::Result<()> {
        let mut folder = fs::DirBuilder::new();
        folder.recursive(true);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
            folder.mode(0o700);
            options.mode(0o600);
        }
        folder.create(&self.folder)?;
        // Write a new file and rename it over the old one, so that another run reads one or the other in full.
        let beside = path.with_extension(format!("{}.new", std::process::id()));
        let _ = fs::remove_file(&beside);
        let written = options
            .open(&beside)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())
                    .and_then(|()| file.sync_all())
            })
            .and_then(|()| fs::rename(&beside, path));
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written
    }
}

impl Store for FileStore {
    fn load(&self, key: &str) -> Result<Option<Stored>, Error> {
        Self::read(&self.path(key))
    }

    fn keep(&self, key: &str, stored: &Stored) -> Result<(), Error> {
        let path = self.path(key);
        serde_json::to_string_pretty(stored)
            .map_err(std::io::Error::other)
            .and_then(|text| self.write(&path, &text))
            .map_err(|error| Error::Local(format!("{} cannot be written: {error}", path.display())))
    }

    fn forget(&self, key: &str) -> Result<(), Error> {
        let path = self.path(key);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::Local(
                format!("{} cannot be deleted: {error}", path.display()),
            )),
            _ => Ok(()),
        }
    }
}

/// Refuses a file that other users of this computer can read.
#[cfg(unix)]
fn only_ours(path: &Path, metadata: &fs::Metadata) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::Local(format!(
        "{} may be read by others, and is not used. Make it yours alone with `chmod 600`, or delete it.",
        path.display()
    )))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other half checks")]
fn only_ours(_path: &Path, _metadata: &fs::Metadata) -> Result<(), Error> {
    Ok(())
}
