//! Runs the program in a terminal, with a person who reads and types.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::server::Server;

const PATIENCE: Duration = Duration::from_secs(60);

pub struct Terminal {
    program: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    seen: Vec<u8>,
    /// How much had been read when something was last typed; only later output is waited for.
    read: usize,
}

impl Terminal {
    pub fn run(server: &Server, arguments: &[&str]) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let theirs = OpenOptions::new()
            .read(true)
            .write(true)
            .open(OsStr::from_bytes(name.to_bytes()))
            .unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&theirs, size).unwrap();
        let program = command(server, arguments)
            .stdin(theirs.try_clone().unwrap())
            .stdout(theirs.try_clone().unwrap())
            .stderr(theirs)
            .spawn()
            .unwrap();
        let keyboard = File::from(ours);
        let mut screen = keyboard.try_clone().unwrap();
        let (sends, receives) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Fails when the program has ended, and with it the last holder of the other end.
            while let Ok(read @ 1..) = screen.read(&mut bytes) {
                let _ = sends.send(bytes[..read].to_vec());
            }
        });
        Self {
            program,
            keyboard,
            screen: receives,
            seen: Vec::new(),
            read: 0,
        }
    }

    /// Everything that was on the screen since the beginning.
    pub fn seen(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    /// Reads until this text appears after what the person last typed.
    pub fn until(&mut self, text: &str) {
        loop {
            let new = String::from_utf8_lossy(&self.seen[self.read..]).into_owned();
            if new.contains(text) {
                return;
            }
            match self.screen.recv_timeout(PATIENCE) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(_) => panic!("{text:?} does not come:\n{}", self.seen()),
            }
        }
    }

    pub fn types(&mut self, line: &str) {
        self.read = self.seen.len();
        writeln!(self.keyboard, "{line}").unwrap();
    }

    /// Reads to the end, and returns whether the program succeeded.
    pub fn ends(&mut self) -> bool {
        while let Ok(bytes) = self.screen.recv_timeout(PATIENCE) {
            self.seen.extend(bytes);
        }
        self.program.wait().unwrap().success()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// The program's output without a terminal.
pub fn without_terminal(server: &Server, arguments: &[&str]) -> String {
    let ended = command(server, arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned()
}

fn command(server: &Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-test-client"));
    command
        .args([
            "--no-store",
            "--endpoint",
            &format!("{}/mcp", server.origin),
        ])
        .args(arguments)
        .env("LLM_API_KEY", "key")
        .env("LLM_BASE_URL", format!("{}/v1", server.origin))
        .env("NO_COLOR", "1")
        .env("TERM", "xterm")
        .env_remove("SENTRY_ACCESS_TOKEN");
    command
}
