//! What safe wrappers do not offer: memory shared with a worker, a death signal with a handler, the allocator's settings.
#![expect(
    unsafe_code,
    reason = "shared memory, signal handlers and allocator settings have no safe interface"
)]

use rustix::{
    fs::{
        FallocateFlags, MemfdFlags, SealFlags, fallocate, fcntl_add_seals, ftruncate, memfd_create,
    },
    mm::{MapFlags, ProtFlags, mmap, munmap},
    process::{Signal, kill_process_group},
    time::{ClockId, clock_gettime},
};
use std::{
    ffi::c_void,
    io, mem,
    os::fd::OwnedFd,
    ptr::{self, NonNull},
    slice,
    sync::atomic::{AtomicI32, AtomicU64, Ordering},
};

/// Where in the memory file the outcomes are that the worker holds back, and how much room they have.
const HELD: usize = 4096;
const ROOM: usize = 64 << 10;
/// What both sides map.
const MAPPED: usize = HELD + ROOM;

/// What parent and worker tell each other without a message.
///
/// All of it survives the worker's death: that is its point.
#[repr(C)]
pub(crate) struct Board {
    /// How many tasks the worker has started, and as many times [`REVOKED`] as the parent has taken tasks back without the
    /// worker having read so: meanwhile it must not start any.
    pub(crate) claimed: AtomicU64,
    /// When the last one was started, in nanoseconds since the executor's epoch.
    pub(crate) started_at: AtomicU64,
    /// One more than the number of the task that should stop.
    pub(crate) cancel: AtomicU64,
    /// How many large payloads the worker has taken from the memory file.
    pub(crate) taken_by_worker: AtomicU64,
    /// How many large outputs the parent has taken from it.
    pub(crate) taken_by_parent: AtomicU64,
    /// How many bytes of outcomes the worker holds back.
    held: AtomicU64,
    /// Not zero: the worker may wait for its next task [awake](super::awake).
    pub(crate) awake: AtomicU64,
}

/// See [`Board::claimed`].
pub(crate) const REVOKED: u64 = 1 << 48;

/// The mapped board. Never moves; both sides see the same memory.
pub(crate) struct Shared(NonNull<Board>);

// SAFETY: the board holds only atomics, so any thread may use it; the mapping belongs to this value alone.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// A memory file that begins with the board, and the mapping.
    pub(crate) fn create() -> io::Result<(OwnedFd, Self)> {
        let file = memfd_create("brigade", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        ftruncate(&file, MAPPED as u64)?;
        // A page that vanished under the mapping would kill who touches it: nobody can shorten the file.
        fcntl_add_seals(&file, SealFlags::SHRINK)?;
        let shared = Self::map(&file)?;
        Ok((file, shared))
    }

    /// Maps the board of a memory file. The file must be long enough.
    pub(crate) fn map(file: &OwnedFd) -> io::Result<Self> {
        if rustix::fs::fstat(file)?.st_size < MAPPED as i64 {
            return Err(io::Error::other("the shared memory is too short"));
        }
        // All-zero bytes, which a new file has, are a valid board, and so is anything a broken worker may write: it is
        // nothing but integers.
        map_shared(file, 0, MAPPED).map(|address| Self(address.cast()))
    }
}

fn map_shared(file: &OwnedFd, offset: u64, length: usize) -> io::Result<NonNull<c_void>> {
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a new shared mapping, at an address that the kernel picks. The file is sealed against being shortened, so what it
    // reaches to can be used as long as the mapping lives.
    let address = unsafe {
        mmap(
            ptr::null_mut(),
            length,
            access,
            MapFlags::SHARED,
            file,
            offset,
        )
    }?;
    NonNull::new(address).ok_or_else(|| io::Error::other("mapped at address zero"))
}

impl Shared {
    /// Notes a frame that is held back, so that it survives its worker. False: there is no room, it must be sent.
    pub(crate) fn hold(&self, frame: &[u8]) -> bool {
        let at = self.held.load(Ordering::Relaxed) as usize;
        if at.checked_add(frame.len()).is_none_or(|end| end > ROOM) {
            return false;
        }
        // SAFETY: within the mapping, as was just checked; the parent reads these bytes only when this process is dead, and
        // the caller holds the lock on what is held.
        unsafe {
            ptr::copy_nonoverlapping(
                frame.as_ptr(),
                self.0.as_ptr().cast::<u8>().add(HELD + at),
                frame.len(),
            )
        };
        self.held
            .store((at + frame.len()) as u64, Ordering::Release);
        true
    }

    /// What was held back has been sent.
    pub(crate) fn release(&self) {
        self.held.store(0, Ordering::Release);
    }

    /// What a dead worker held back. Some of it may have been sent.
    pub(crate) fn legacy(&self) -> Vec<u8> {
        let mut bytes = vec![0; (self.held.load(Ordering::Acquire) as usize).min(ROOM)];
        // SAFETY: within the mapping, as the length is bounded; the writer is dead.
        unsafe {
            ptr::copy_nonoverlapping(
                self.0.as_ptr().cast::<u8>().add(HELD),
                bytes.as_mut_ptr(),
                bytes.len(),
            )
        };
        bytes
    }
}

impl std::ops::Deref for Shared {
    type Target = Board;

    fn deref(&self) -> &Board {
        // SAFETY: mapped in `map`, unmapped only on drop, page-aligned; changed only through atomics.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and no reference outlives `self`.
        let _ = unsafe { munmap(self.0.as_ptr().cast::<c_void>(), MAPPED) };
    }
}

/// How long a [`Lane`] is. Its pages stay, and count as the worker's memory where that is limited.
pub(crate) const LANE: usize = 4 << 20;

/// A stretch of the memory file for one payload at a time.
///
/// One side writes and then tells the other, which reads and then tells the first.
pub(crate) struct Lane {
    address: NonNull<u8>,
    offset: u64,
    /// So many bytes are known to be in the file.
    sure: usize,
}

// SAFETY: the mapping belongs to this value alone, and is used through it only.
unsafe impl Send for Lane {}

impl Lane {
    /// Maps the memory file's lane at `offset`. The file need not reach there yet.
    pub(crate) fn map(file: &OwnedFd, offset: u64) -> io::Result<Self> {
        let address = map_shared(file, offset, LANE)?.cast();
        Ok(Self {
            address,
            offset,
            sure: 0,
        })
    }

    /// Writes a payload, at most as long as the lane.
    pub(crate) fn write(&mut self, file: &OwnedFd, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() > self.sure {
            // A page that the kernel cannot find when it is touched would kill this process; here that is an error.
            fallocate(
                file,
                FallocateFlags::empty(),
                self.offset,
                bytes.len() as u64,
            )?;
            self.sure = bytes.len();
        }
        let length = bytes.len().min(LANE);
        // SAFETY: within the mapping and the file, as was just seen to; the other side reads only what it was told of.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), self.address.as_ptr(), length) };
        Ok(())
    }

    fn check(&mut self, file: &OwnedFd, length: usize) -> io::Result<()> {
        if length > self.sure {
            reaches(file, self.offset, length.max(1) as u64)?;
            self.sure = length;
        }
        if length > LANE {
            return Err(io::Error::other("a payload longer than its lane"));
        }
        Ok(())
    }

    /// The payload where it lies. For the worker alone: its parent, this very program, leaves it as it is until it was told.
    pub(crate) fn bytes(&mut self, file: &OwnedFd, length: usize) -> io::Result<&[u8]> {
        self.check(file, length)?;
        // SAFETY: within the mapping and the file, as was just checked. The parent writes to this lane only after the worker
        // has told it to, which it does when this borrow is over.
        Ok(unsafe { slice::from_raw_parts(self.address.as_ptr(), length) })
    }

    /// Copies the payload into `bytes`, in place of what is there. A broken worker may change it meanwhile: then nonsense is
    /// copied, but what was copied stays as it is.
    pub(crate) fn copy(
        &mut self,
        file: &OwnedFd,
        length: usize,
        mut bytes: Vec<u8>,
    ) -> io::Result<Vec<u8>> {
        self.check(file, length)?;
        bytes.clear();
        bytes.reserve_exact(length);
        // SAFETY: the source is within the mapping and the file, as was just checked; there is room for all of it, and it is
        // initialised by being copied.
        unsafe {
            ptr::copy_nonoverlapping(self.address.as_ptr(), bytes.as_mut_ptr(), length);
            bytes.set_len(length);
        }
        Ok(bytes)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and no reference outlives `self`.
        let _ = unsafe { munmap(self.address.as_ptr().cast::<c_void>(), LANE) };
    }
}

/// Whether a file reaches so far. It stays so: it is sealed against being shortened.
pub(crate) fn reaches(file: &OwnedFd, offset: u64, length: u64) -> io::Result<()> {
    let size = u64::try_from(rustix::fs::fstat(file)?.st_size).unwrap_or(0);
    if offset
        .checked_add(length)
        .is_none_or(|needed| needed > size)
    {
        return Err(io::Error::other(format!(
            "a payload of {length} bytes that is not there"
        )));
    }
    Ok(())
}

/// The monotonic clock, which is the same in all processes, in nanoseconds.
pub(crate) fn monotonic() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned()
}

static GROUP: AtomicI32 = AtomicI32::new(0);

/// From now on the death of the thread that started this process kills this process group, grandchildren included.
///
/// A signal that kills outright would leave grandchildren alive; this one is caught, and its handler kills the
/// whole group. `group` must be this process's own.
pub(crate) fn die_with_parent(group: i32) -> io::Result<()> {
    extern "C" fn kill_group(_: libc::c_int) {
        // SAFETY: `kill` is async-signal-safe, and the group is the one this process leads.
        unsafe { libc::kill(-GROUP.load(Ordering::Relaxed), libc::SIGKILL) };
    }
    GROUP.store(group, Ordering::Relaxed);
    let signal = libc::SIGRTMAX() - 3;
    // SAFETY: the action is fully initialised (zeroed is a valid `sigaction`), the handler calls only `kill`; the signal
    // is unblocked for this thread and those it will start, because the mask is inherited across exec.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = kill_group as extern "C" fn(libc::c_int) as libc::sighandler_t;
        action.sa_flags = libc::SA_RESTART;
        let mut set: libc::sigset_t = mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, signal);
        let armed = libc::sigaction(signal, &raw const action, ptr::null_mut()) == 0
            && libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, ptr::null_mut()) == 0
            && libc::prctl(libc::PR_SET_PDEATHSIG, signal) == 0;
        if !armed {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Kills a worker's process group; the worker must not be reaped yet, or the number could be somebody else's.
pub(crate) fn kill_group(pid: u32) {
    if let Some(pid) = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

/// The most memory this process has used so far, in bytes.
pub(crate) fn peak_memory() -> Option<u64> {
    // SAFETY: zeroed is a valid `rusage`, and the call only writes to it.
    let usage = unsafe {
        let mut usage: libc::rusage = mem::zeroed();
        (libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) == 0).then_some(usage)
    };
    usage
        .and_then(|usage| u64::try_from(usage.ru_maxrss).ok())
        .map(|kib| kib * 1024)
}

/// Has glibc keep what a job gives back for the next job.
///
/// By default it returns the end of its heap, and every large block, to the system at once, and takes page faults to get the
/// same memory again for the next job. A worker runs jobs of one kind over and over, so it may keep up to 64 MiB, unless
/// the environment says something about it. Other allocators do not listen.
pub(crate) fn keep_heap() {
    #[cfg(target_env = "gnu")]
    {
        let tuned = std::env::var_os("GLIBC_TUNABLES")
            .is_some_and(|words| words.to_string_lossy().contains("glibc.malloc."));
        let options = [
            ("MALLOC_TRIM_THRESHOLD_", libc::M_TRIM_THRESHOLD, 64 << 20),
            // The most that glibc accepts.
            ("MALLOC_MMAP_THRESHOLD_", libc::M_MMAP_THRESHOLD, 32 << 20),
        ];
        for (variable, option, bytes) in options {
            if !tuned && std::env::var_os(variable).is_none() {
                // SAFETY: two numbers; glibc takes its own locks.
                unsafe { libc::mallopt(option, bytes) };
            }
        }
    }
}
