//! Standard input and output, each on its own thread. A client that does not write or does not read blocks nothing
//! else, and does not keep the process from ending.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::thread::Builder;

use mcp::stdio::line;
use tokio::sync::{mpsc, oneshot};

/// How many bytes are read at once.
const PIECE: usize = 64 * 1024;

/// How many chunks of input and messages of output may be queued.
const WAITING: usize = 16;

/// The bytes of standard input. The channel closes at the end of the stream.
pub(crate) fn input() -> io::Result<mpsc::Receiver<Vec<u8>>> {
    let (sender, pieces) = mpsc::channel(WAITING);
    Builder::new().name("input".to_owned()).spawn(move || {
        let mut input = io::stdin().lock();
        let mut piece = vec![0; PIECE];
        loop {
            match input.read(&mut piece) {
                Ok(length) if length > 0 => {
                    let read = piece.get(..length).unwrap_or_default().to_vec();
                    if sender.blocking_send(read).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(_) | Err(_) => return,
            }
        }
    })?;
    Ok(pieces)
}

/// Writes messages to standard output, each on a line. Its channel closes when nobody reads them any more.
pub(crate) struct Output {
    pub(crate) messages: mpsc::Sender<String>,
    pub(crate) written: oneshot::Receiver<()>,
}

impl Output {
    pub(crate) fn open() -> io::Result<Self> {
        let (messages, mut waiting) = mpsc::channel::<String>(WAITING);
        let (done, written) = oneshot::channel();
        Builder::new().name("output".to_owned()).spawn(move || {
            let mut output = io::stdout().lock();
            while let Some(message) = waiting.blocking_recv() {
                let line = line(message);
                if output.write_all(line.as_bytes()).is_err() || output.flush().is_err() {
                    return;
                }
            }
            let _ = done.send(());
        })?;
        Ok(Self { messages, written })
    }
}
