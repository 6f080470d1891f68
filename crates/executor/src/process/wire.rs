//! The frames between parent and worker. Knows no task and no process.
//!
//! A frame is its length (4 bytes, little-endian, of what follows), its kind (1 byte) and its body. Lengths come from
//! another process, so nothing is allocated on their word: bytes are collected as they arrive, up to [`LONGEST`].

use crate::{Usage, bytes::encode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::time::Duration;

/// Changes with every change of the frames.
pub(crate) const PROTOCOL: u32 = 2;
/// The longest frame that is believed.
pub(crate) const LONGEST: usize = 1 << 30;

pub(crate) mod kind {
    pub(crate) const HELLO: u8 = 1;
    pub(crate) const TASK: u8 = 2;
    pub(crate) const RESUME: u8 = 3;
    pub(crate) const READY: u8 = 4;
    pub(crate) const STARTED: u8 = 5;
    pub(crate) const DONE: u8 = 6;
    pub(crate) const RETIRE: u8 = 7;
}

/// The parent's first words.
#[derive(Serialize, Deserialize)]
pub(crate) struct Hello {
    pub(crate) protocol: u32,
    pub(crate) worker: u32,
    pub(crate) metrics: crate::Metrics,
    /// The executor's birth on the monotonic clock, in nanoseconds.
    pub(crate) epoch: u64,
    /// Note when each task starts, for deadlines.
    pub(crate) note_start: bool,
    pub(crate) initialiser: Option<(String, Vec<u8>)>,
    pub(crate) memory_limit: Option<u64>,
    pub(crate) nice: Option<i32>,
    /// Whether outputs may go through the memory file.
    pub(crate) lanes: bool,
}

/// The worker's answer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ready {
    pub(crate) protocol: u32,
    pub(crate) tag: String,
    /// Which executable runs: device, inode, size, time of change.
    pub(crate) executable: [i64; 4],
    pub(crate) jobs: Vec<String>,
    pub(crate) initialisers: Vec<String>,
}

/// What identifies the executable of this process: the same file, unchanged.
pub(crate) fn executable() -> [i64; 4] {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self/exe").map_or([0; 4], |file| {
        [
            file.dev().cast_signed(),
            file.ino().cast_signed(),
            file.size().cast_signed(),
            file.mtime_nsec() + file.mtime(),
        ]
    })
}

/// The fixed part of a task frame; the name and the payload follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskHead {
    pub(crate) id: u64,
    pub(crate) index: u64,
    pub(crate) attempt: u32,
    /// Tell when it starts.
    pub(crate) announce: bool,
    /// The payload's length in the memory file; `None`: it follows in the frame.
    pub(crate) large: Option<u64>,
}

/// The fixed part of a result frame; the output follows if it is not large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DoneHead {
    pub(crate) id: u64,
    pub(crate) usage: Usage,
    /// Whether what follows is an output; otherwise it is an [`Outcome`](crate::Outcome).
    pub(crate) ok: bool,
    pub(crate) large: Option<u64>,
}

const NONE: u64 = u64::MAX;

/// Appends a frame whose body `write` appends.
pub(crate) fn frame(out: &mut Vec<u8>, kind: u8, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0, 0, 0, 0, kind]);
    write(out);
    let length = u32::try_from(out.len() - start - 4)
        .expect("payloads are checked against the longest frame");
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// Appends a message in full.
pub(crate) fn message(out: &mut Vec<u8>, kind: u8, message: &impl Serialize) {
    frame(out, kind, |out| {
        let body = encode(message, std::mem::take(out));
        *out = body.expect("our own messages are plain data");
    });
}

/// A frame's kind, its body, its length on the wire.
type Frame<'a> = (u8, &'a [u8], usize);

/// The first whole frame in `input`. `Ok(None)`: more bytes are needed.
pub(crate) fn first_frame(input: &[u8]) -> Result<Option<Frame<'_>>, String> {
    let Some((length, rest)) = input.split_first_chunk() else {
        return Ok(None);
    };
    let length = u32::from_le_bytes(*length) as usize;
    if length == 0 || length > LONGEST {
        return Err(format!("a frame of {length} bytes"));
    }
    Ok(rest
        .get(..length)
        .map(|body| (body[0], &body[1..], length + 4)))
}

impl TaskHead {
    pub(crate) fn write(self, name: &str, out: &mut Vec<u8>) {
        out.extend(self.id.to_le_bytes());
        out.extend(self.index.to_le_bytes());
        out.extend(self.attempt.to_le_bytes());
        out.extend(self.large.unwrap_or(NONE).to_le_bytes());
        out.push(u8::from(self.announce));
        out.extend(
            u16::try_from(name.len())
                .expect("names are short")
                .to_le_bytes(),
        );
        out.extend(name.as_bytes());
    }

    pub(crate) fn read(body: &[u8]) -> Option<(Self, &[u8], &[u8])> {
        let mut bytes = Reader(body);
        let (id, index, attempt) = (bytes.u64()?, bytes.u64()?, bytes.u32()?);
        let large = Some(bytes.u64()?).filter(|large| *large != NONE);
        let announce = bytes.u8()? != 0;
        let name = usize::from(bytes.u16()?);
        let (name, rest) = bytes.0.split_at_checked(name)?;
        Some((
            Self {
                id,
                index,
                attempt,
                announce,
                large,
            },
            name,
            rest,
        ))
    }
}

/// The flag that says that the job ended well; the others say which of the five numbers follow.
const OK: u8 = 1 << 5;

impl DoneHead {
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        let nanos = |time: Option<Duration>| {
            time.map(|time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
        };
        let Usage {
            started,
            wall,
            cpu,
            peak_memory,
        } = self.usage;
        let numbers = [
            nanos(started),
            nanos(wall),
            nanos(cpu),
            peak_memory,
            self.large,
        ];
        let mut flags = if self.ok { OK } else { 0 };
        for (bit, number) in numbers.iter().enumerate() {
            flags |= u8::from(number.is_some()) << bit;
        }
        out.extend(self.id.to_le_bytes());
        out.push(flags);
        for number in numbers.into_iter().flatten() {
            out.extend(number.to_le_bytes());
        }
    }

    pub(crate) fn read(body: &[u8]) -> Option<(Self, &[u8])> {
        let mut bytes = Reader(body);
        let (id, flags) = (bytes.u64()?, bytes.u8()?);
        let mut numbers = [None; 5];
        for (bit, number) in numbers.iter_mut().enumerate() {
            if flags & 1 << bit != 0 {
                *number = Some(bytes.u64()?);
            }
        }
        let [started, wall, cpu, peak_memory, large] = numbers;
        let nanos = |value: Option<u64>| value.map(Duration::from_nanos);
        let usage = Usage {
            started: nanos(started),
            wall: nanos(wall),
            cpu: nanos(cpu),
            peak_memory,
        };
        let ok = flags & OK != 0;
        Some((
            Self {
                id,
                usage,
                ok,
                large,
            },
            bytes.0,
        ))
    }
}

/// Reads little-endian numbers from the front.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}

/// A message that is expected to be sound.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    postcard::from_bytes(body).map_err(|error| format!("an unreadable message: {error}"))
}
