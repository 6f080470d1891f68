//! How a hand tells the board what it does, from a thread or from another process alike: a note through a socket.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::recipe::Doing;

/// Where notes go; a path, so that it can travel to a worker process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bell(PathBuf);

/// What a hand just began. One without a hand says that the scene is over.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) worker: Option<u32>,
    pub(crate) what: String,
    pub(crate) doing: Doing,
}

/// Where notes arrive.
pub(crate) struct Ear {
    socket: UnixDatagram,
    bell: Bell,
    _folder: TempDir,
}

impl Bell {
    pub(crate) fn ring(&self, worker: u32, what: &str, doing: Doing) -> io::Result<()> {
        self.send(&Note {
            worker: Some(worker),
            what: what.to_owned(),
            doing,
        })
    }

    /// The scene is over.
    pub(crate) fn close(&self) -> io::Result<()> {
        self.send(&Note {
            worker: None,
            what: String::new(),
            doing: Doing::Nothing,
        })
    }

    fn send(&self, note: &Note) -> io::Result<()> {
        let bytes = serde_json::to_vec(note)?;
        UnixDatagram::unbound()?.send_to(&bytes, &self.0)?;
        Ok(())
    }
}

impl Ear {
    pub(crate) fn open() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("bell");
        Ok(Self {
            socket: UnixDatagram::bind(&path)?,
            bell: Bell(path),
            _folder: folder,
        })
    }

    pub(crate) fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// The next note, or `None` when none comes in time.
    pub(crate) fn listen(&self, patience: Duration) -> io::Result<Option<Note>> {
        self.socket.set_read_timeout(Some(patience))?;
        let mut bytes = [0; 512];
        match self.socket.recv(&mut bytes) {
            Ok(length) => Ok(Some(serde_json::from_slice(&bytes[..length])?)),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock
                        | io::ErrorKind::TimedOut
                        | io::ErrorKind::Interrupted
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
