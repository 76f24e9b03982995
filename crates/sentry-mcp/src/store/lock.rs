use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::file::make_folder;
use crate::ends::Failure;

/// Longer than a refresh takes.
const PATIENCE: Duration = Duration::from_secs(30);

const PAUSE: Duration = Duration::from_millis(25);

/// A lock between processes. The system releases it when the holder ends, however that happens.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    pub(super) async fn of(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("lock");
        let trouble = |words: String| Failure::Other(format!("{}: {words}", path.display()));
        make_folder(folder).map_err(|error| trouble(error.to_string()))?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|error| trouble(error.to_string()))?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if waited < PATIENCE => {
                    tokio::time::sleep(PAUSE).await;
                    waited += PAUSE;
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(trouble("another process holds it for too long".to_owned()));
                }
                Err(TryLockError::Error(error)) => return Err(trouble(error.to_string())),
            }
        }
    }
}
