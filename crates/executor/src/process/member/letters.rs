//! What goes to a worker and what comes from it.

use super::{FAIR, Flight, Member, Queued, Said};
use crate::process::wire::{self, DoneHead, TaskHead, kind};
use crate::{
    Outcome,
    bytes::{self, Bytes},
};
use rustix::{
    buffer::spare_capacity,
    io::{Errno, read},
    net::{SendFlags, send},
};
use std::time::Instant;

impl Member {
    /// Puts a task into the output; `flush` sends it.
    pub(in crate::process) fn give(&mut self, queued: Queued, announce: bool, now: Instant) {
        use std::sync::atomic::Ordering;
        if self.flight.is_empty() {
            self.busy_since = now;
        }
        let taken = self.board.taken_by_worker.load(Ordering::Acquire);
        let large = self.lanes.put(&queued.bytes, taken);
        let tag = queued.task.tag();
        let head = TaskHead {
            id: tag.id,
            index: tag.index,
            attempt: tag.attempt,
            announce,
            large: large.then_some(queued.bytes.len() as u64),
        };
        wire::frame(&mut self.output, kind::TASK, |out| {
            head.write(tag.name, out);
            if !large {
                out.extend_from_slice(&queued.bytes);
            }
        });
        self.flight.push_back(Flight {
            queued,
            told: false,
        });
    }

    /// Sends what is to be sent, as far as the socket takes it.
    pub(in crate::process) fn flush(&mut self) {
        while self.output_at < self.output.len() {
            match send(
                &self.socket,
                &self.output[self.output_at..],
                SendFlags::NOSIGNAL,
            ) {
                Ok(sent) => self.output_at += sent,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.blocked = true;
                    return;
                }
                // It does not listen any more. What it said before is still to be read, and then the end of it.
                Err(_) => break,
            }
        }
        self.blocked = false;
        self.output_at = 0;
        self.output.clear();
        if self.output.capacity() > FAIR {
            self.output = Vec::new();
        }
    }

    /// Reads what has come in; true when there may be more. `Err`: it breaks the protocol.
    pub(in crate::process) fn listen(&mut self, said: &mut Vec<Said>) -> Result<bool, String> {
        let mut total = 0;
        while total < FAIR && !self.hung_up {
            let announced = self.input[self.input_at..].first_chunk();
            let wanted = announced.map_or(0, |length| u32::from_le_bytes(*length) as usize);
            self.input.drain(..self.input_at);
            self.input_at = 0;
            // What is announced is believed step by step.
            self.input.reserve(
                wanted
                    .saturating_sub(self.input.len())
                    .clamp(32 << 10, FAIR),
            );
            let room = self.input.capacity() - self.input.len();
            match read(&self.socket, spare_capacity(&mut self.input)) {
                Ok(0) | Err(Errno::CONNRESET) => self.hung_up = true,
                Ok(count) => {
                    total += count;
                    self.parse(said)?;
                    if count < room {
                        break;
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(total >= FAIR)
    }

    /// Reads what a dead worker had not sent yet. What it had sent is known already; what makes no sense is the end of it.
    pub(in crate::process) fn inherit(&mut self, said: &mut Vec<Said>) {
        let legacy = self.board.legacy();
        let mut rest = &legacy[..];
        while let Ok(Some((kind::DONE, body, length))) = wire::first_frame(rest) {
            let front = self
                .flight
                .front()
                .map(|flight| flight.queued.task.tag().id);
            if DoneHead::read(body).is_some_and(|(head, _)| Some(head.id) == front) {
                self.input.clear();
                self.input_at = 0;
                self.input.extend_from_slice(&rest[..length]);
                if self.parse(said).is_err() {
                    break;
                }
            }
            rest = &rest[length..];
        }
    }

    fn parse(&mut self, said: &mut Vec<Said>) -> Result<(), String> {
        use std::sync::atomic::Ordering;
        while let Some((kind, body, length)) = wire::first_frame(&self.input[self.input_at..])? {
            self.input_at += length;
            match kind {
                kind::READY if !self.ready => {
                    said.push(Said::Ready(wire::parse(body)?));
                    self.ready = true;
                }
                kind::STARTED => {
                    let id = wire::Reader(body).u64().ok_or("a short frame")?;
                    let position = self
                        .flight
                        .iter()
                        .position(|flight| flight.queued.task.tag().id == id);
                    said.push(Said::Started(position.ok_or("news of an unknown task")?));
                }
                kind::DONE => {
                    let (head, rest) = DoneHead::read(body).ok_or("a short frame")?;
                    let front = self
                        .flight
                        .front()
                        .map(|flight| flight.queued.task.tag().id);
                    if front != Some(head.id) {
                        return Err("an outcome of an unknown task".into());
                    }
                    let outcome = match (head.ok, head.large) {
                        (false, _) => wire::parse::<Outcome<()>>(rest)?.map(|()| Bytes::copy(&[])),
                        (true, None) => Outcome::Ok(Bytes::copy(rest)),
                        (true, Some(length)) => {
                            let bytes = self.lanes.take(length, bytes::spare());
                            let bytes = bytes.map_err(|error| error.to_string())?;
                            let taken = self.lanes.taken();
                            self.board.taken_by_parent.store(taken, Ordering::Release);
                            Outcome::Ok(bytes.into())
                        }
                    };
                    let flight = self.flight.pop_front().expect("it was there just now");
                    self.first += 1;
                    said.push(Said::Done(flight, head.usage, outcome));
                }
                kind => return Err(format!("a frame of unknown kind {kind}")),
            }
        }
        Ok(())
    }
}
