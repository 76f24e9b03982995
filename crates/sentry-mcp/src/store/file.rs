use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::auth::Grant;
use crate::ends::Failure;

/// Sign-ins, by the base URL of their Sentry.
pub(super) type All = BTreeMap<String, Kept>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "lowercase")]
pub(super) enum Kept {
    Keyring,
    File { grant: Grant },
}

/// A JSON file that is replaced atomically: a reader sees the old content or the new.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
}

/// Maximum size in bytes. A larger file is not ours.
const LONGEST: u64 = 1 << 20;

impl File {
    pub(super) const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(&self) -> Result<All, Failure> {
        let trouble = |what: &str| Failure::Other(format!("{}: {what}", self.path.display()));
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(All::new()),
            Err(error) => return Err(trouble(&error.to_string())),
            Ok(about) if about.len() > LONGEST => return Err(trouble("it is too long to be ours")),
            Ok(_) => {}
        }
        let text = fs::read(&self.path).map_err(|error| trouble(&error.to_string()))?;
        // serde's message could quote the file's contents.
        serde_json::from_slice(&text).map_err(|_| {
            trouble("it cannot be read as sign-ins; mend or remove it, then run `sentry-mcp auth login`")
        })
    }

    pub(super) fn write(&self, all: &All) -> Result<(), Failure> {
        let trouble =
            |error: std::io::Error| Failure::Other(format!("{}: {error}", self.path.display()));
        let text = serde_json::to_vec_pretty(all).map_err(|error| trouble(error.into()))?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        make_folder(folder).map_err(trouble)?;
        // The lock is held, so no other process uses this name. A file left by a crash is removed first.
        let beside = self.path.with_extension("new");
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(trouble(error)),
            _ => {}
        }
        let written = secret()
            .open(&beside)
            .and_then(|mut file| {
                file.write_all(&text)?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&beside, &self.path));
        written.map_err(|error| {
            let _ = fs::remove_file(&beside);
            trouble(error)
        })
    }
}

/// Options to create a file that only its owner can ever read.
fn secret() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

pub(super) fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
