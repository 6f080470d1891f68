//! What has come in from the parent.

use rustix::{
    buffer::spare_capacity,
    io::Errno,
    net::{RecvFlags, recv},
};
use std::{io, os::fd::OwnedFd};

/// Bytes that have arrived, and how far they are used up.
#[derive(Default)]
pub(super) struct Input {
    pub(super) bytes: Vec<u8>,
    pub(super) at: usize,
}

impl Input {
    /// Waits for more. `Err`: the parent is gone.
    pub(super) fn fill(&mut self, socket: &OwnedFd) -> io::Result<()> {
        self.read(socket, RecvFlags::empty()).map(drop)
    }

    /// Takes what is there; false if nothing is.
    pub(super) fn look(&mut self, socket: &OwnedFd) -> io::Result<bool> {
        self.read(socket, RecvFlags::DONTWAIT)
    }

    fn read(&mut self, socket: &OwnedFd, flags: RecvFlags) -> io::Result<bool> {
        self.bytes.drain(..self.at);
        self.at = 0;
        // A large frame is read in as few steps as its announced length is worth believing.
        let wanted = self
            .bytes
            .first_chunk()
            .map_or(0, |length| u32::from_le_bytes(*length) as usize);
        self.bytes.reserve(
            wanted
                .saturating_sub(self.bytes.len())
                .clamp(64 << 10, 1 << 20),
        );
        loop {
            match recv(socket, spare_capacity(&mut self.bytes), flags) {
                Ok((0, _)) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => return Ok(true),
                Err(Errno::AGAIN) => return Ok(false),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
