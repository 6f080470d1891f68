//! Large payloads on their way beside the frames: copied through *lanes*, stretches of the memory file that both sides map.
//!
//! Each direction has [`LANES`], used in turn. One is free again when the other side has counted on the board what it took.
//! What does not fit into a lane's mapping is read and written by system calls in the same place. Copying through
//! a mapping is twice as fast: the kernel looks up and locks every page that it copies, and nothing need be zeroed or faulted in
//! again, as the pages stay.

use super::sys::{LANE, Lane};
use rustix::{
    buffer::spare_capacity,
    fs::{FallocateFlags, fallocate},
};
use std::{borrow::Cow, io, os::fd::OwnedFd};

/// Payloads from here on travel this way: for shorter ones there is nothing in it (section `sizes` of the benchmark).
pub(crate) const LARGE: usize = 32 << 10;
/// How many large payloads may be under way in one direction.
const LANES: usize = 2;

/// Which way a payload goes.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    ToWorker,
    ToParent,
}

/// One side's view of all lanes.
pub(crate) struct Lanes {
    memory: OwnedFd,
    /// Whether this side may send through them.
    open: bool,
    out: Way,
    put: u64,
    taken: u64,
    mapped: [Option<Lane>; 2 * LANES],
}

impl Lanes {
    /// `out`: where this side's own payloads go.
    pub(crate) fn new(memory: OwnedFd, open: bool, out: Way) -> Self {
        Self {
            memory,
            open,
            out,
            put: 0,
            taken: 0,
            mapped: Default::default(),
        }
    }

    /// Puts a payload where the other side, which has taken so many, will find it. False: it has to go in a frame.
    pub(crate) fn put(&mut self, bytes: &[u8], taken: u64) -> bool {
        let free = self.put.saturating_sub(taken) < LANES as u64;
        let put = self.open && free && bytes.len() >= LARGE && self.write(bytes).is_ok();
        self.put += u64::from(put);
        put
    }

    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let place = place(self.out, self.put);
        if bytes.len() <= LANE {
            return lane(&mut self.mapped[place], &self.memory, place)?.write(&self.memory, bytes);
        }
        // Its pages will be given back, and those in the mapping with them.
        self.mapped[place] = None;
        let mut at = offset(place);
        while !bytes.is_empty() {
            let written = rustix::io::pwrite(&self.memory, bytes, at)?;
            at += written as u64;
            bytes = &bytes[written..];
        }
        Ok(())
    }

    /// The next payload where it lies. Only for who trusts the other side not to change it meanwhile.
    pub(crate) fn look(&mut self, length: u64) -> io::Result<Cow<'_, [u8]>> {
        let place = self.incoming();
        if length > LANE as u64 {
            return self.take_long(place, length).map(Cow::Owned);
        }
        let lane = lane(&mut self.mapped[place], &self.memory, place)?;
        lane.bytes(&self.memory, length as usize).map(Cow::Borrowed)
    }

    /// Copies the next payload into `bytes`.
    pub(crate) fn take(&mut self, length: u64, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let place = self.incoming();
        if length > LANE as u64 {
            return self.take_long(place, length);
        }
        let lane = lane(&mut self.mapped[place], &self.memory, place)?;
        lane.copy(&self.memory, length as usize, bytes)
    }

    /// The next payload has been used: its lane is free. Returns how many that makes.
    pub(crate) fn taken(&mut self) -> u64 {
        self.taken += 1;
        self.taken
    }

    fn incoming(&self) -> usize {
        let way = match self.out {
            Way::ToWorker => Way::ToParent,
            Way::ToParent => Way::ToWorker,
        };
        place(way, self.taken)
    }

    fn take_long(&mut self, place: usize, length: u64) -> io::Result<Vec<u8>> {
        let start = offset(place);
        super::sys::reaches(&self.memory, start, length)?;
        let wanted = usize::try_from(length).map_err(io::Error::other)?;
        let mut bytes = Vec::with_capacity(wanted);
        while bytes.len() < wanted {
            let at = start + bytes.len() as u64;
            if rustix::io::pread(&self.memory, spare_capacity(&mut bytes), at)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        bytes.truncate(wanted);
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        let _ = fallocate(&self.memory, flags, start, length);
        Ok(bytes)
    }
}

/// The lane of a direction's `count`th payload.
fn place(way: Way, count: u64) -> usize {
    2 * (count % LANES as u64) as usize + way as usize
}

/// Where it lies in the memory file: far from the others, as holes cost nothing.
fn offset(place: usize) -> u64 {
    (1 + place as u64) << 36
}

fn lane<'a>(
    mapped: &'a mut Option<Lane>,
    memory: &OwnedFd,
    place: usize,
) -> io::Result<&'a mut Lane> {
    match mapped {
        Some(lane) => Ok(lane),
        None => Ok(mapped.insert(Lane::map(memory, offset(place))?)),
    }
}

#[cfg(test)]
mod tests {
    use super::{LANE, LANES, LARGE, Lanes, Way};
    use crate::process::sys::Shared;

    fn pair() -> (Lanes, Lanes) {
        let (memory, _board) = Shared::create().unwrap();
        let theirs = memory.try_clone().unwrap();
        (
            Lanes::new(memory, true, Way::ToWorker),
            Lanes::new(theirs, true, Way::ToParent),
        )
    }

    #[test]
    fn payloads_of_all_lengths_arrive_whichever_lane_they_take() {
        let (mut parent, mut worker) = pair();
        for (count, length) in [LARGE, LANE, LANE + 1, LARGE + 1, LARGE, LANE + 5, LANE - 3]
            .into_iter()
            .enumerate()
        {
            let sent: Vec<u8> = (0..length).map(|at| (at * 31 + count) as u8).collect();
            assert!(parent.put(&sent, count as u64));
            assert!(worker.put(&sent, count as u64));
            assert_eq!(*worker.look(length as u64).unwrap(), sent[..]);
            assert_eq!(worker.taken(), count as u64 + 1);
            let spare = vec![9; 100];
            assert_eq!(parent.take(length as u64, spare).unwrap(), sent);
            assert_eq!(parent.taken(), count as u64 + 1);
        }
    }

    #[test]
    fn a_lane_is_not_used_again_before_it_is_free() {
        let (mut parent, mut worker) = pair();
        for count in 0..LANES {
            assert!(parent.put(&[count as u8; LARGE], 0));
        }
        assert!(!parent.put(&[9; LARGE], 0));
        assert_eq!(*worker.look(LARGE as u64).unwrap(), [0; LARGE]);
        assert!(parent.put(&[9; LARGE], worker.taken()));
        assert_eq!(*worker.look(LARGE as u64).unwrap(), [1; LARGE]);
    }

    #[test]
    fn what_is_announced_and_not_there_is_an_error() {
        let (mut parent, mut worker) = pair();
        assert!(worker.look(1).is_err());
        assert!(parent.take(u64::MAX, Vec::new()).is_err());
        assert!(parent.put(&[7; LARGE], 0));
        assert!(worker.look(3 * LANE as u64 * (1 << 36)).is_err());
    }

    #[test]
    fn closed_lanes_and_small_payloads_are_left_to_frames() {
        let (mut parent, _) = pair();
        assert!(!parent.put(&[7; LARGE - 1], 0));
        parent.open = false;
        assert!(!parent.put(&[7; LARGE], 0));
    }
}
