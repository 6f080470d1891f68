//! Drawn portraits on disk, so that the next run need not draw them again.
//!
//! A private folder (0700), one file a portrait: the JPEG and, behind it, its CRC-32. A file appears under its
//! name only when whole (temporary name, then rename), so any number of processes may share the folder. What is
//! damaged reads as absent and is drawn again. The cache knows nothing of drawing, and never fails a caller:
//! without a folder to write to it is merely empty.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// The whole folder's size is kept below this: about 1500 portraits.
const MAX_BYTES: u64 = 512 << 20;
/// No portrait is this large; a file that is was not written by us.
const MAX_ENTRY_BYTES: u64 = 4 << 20;
/// To be raised with every change to a brush stroke, so that no portrait of an older build is served. Portraits of
/// other revisions are swept with the rest when room is needed.
const DRAWING_REVISION: u32 = 3;

#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    max_bytes: u64,
    /// Bytes written since the folder was last swept.
    written: AtomicU64,
    /// Keeps the temporary names of concurrent writers apart.
    serial: AtomicU64,
}

/// Where portraits are kept when nobody says otherwise: `$XDG_CACHE_HOME/brigade/portraits`, or under `~/.cache`.
pub(crate) fn default_folder() -> Option<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("brigade").join("portraits"))
}

impl Cache {
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        Self::bounded(folder, MAX_BYTES)
    }

    fn bounded(folder: PathBuf, max_bytes: u64) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        let cache = Self {
            folder,
            max_bytes,
            written: AtomicU64::new(0),
            serial: AtomicU64::new(0),
        };
        cache.sweep();
        Ok(cache)
    }

    fn path(&self, seed: u64, index: u64) -> PathBuf {
        self.folder
            .join(format!("r{DRAWING_REVISION}-{seed:016x}-{index}.jpg"))
    }

    /// The portrait, when a whole one is kept.
    pub(crate) fn get(&self, seed: u64, index: u64) -> Option<Vec<u8>> {
        let file = fs::File::open(self.path(seed, index)).ok()?;
        let len = file.metadata().ok()?.len().min(MAX_ENTRY_BYTES);
        // One byte more than there is, so that a single read meets the end.
        let mut bytes = Vec::with_capacity(len as usize + 1);
        file.take(MAX_ENTRY_BYTES).read_to_end(&mut bytes).ok()?;
        let (jpeg, check) = bytes.split_last_chunk::<4>()?;
        let whole = crc32fast::hash(jpeg) == u32::from_le_bytes(*check);
        let jpeg_len = jpeg.len();
        bytes.truncate(jpeg_len);
        whole.then_some(bytes)
    }

    /// Keeps the portrait. A failure (disk full, folder gone) only costs the next run a drawing.
    pub(crate) fn put(&self, seed: u64, index: u64, jpeg: &[u8]) {
        let path = self.path(seed, index);
        let temporary = self.folder.join(format!(
            ".{}-{}",
            std::process::id(),
            self.serial.fetch_add(1, Ordering::Relaxed)
        ));
        let written = write_private(&temporary, jpeg).and_then(|()| fs::rename(&temporary, &path));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
            return;
        }
        let bytes = jpeg.len() as u64;
        // Looking through the folder costs more than a drawing, so it happens once per eighth of its bound.
        if self.written.fetch_add(bytes, Ordering::Relaxed) + bytes > self.max_bytes / 8 {
            self.written.store(0, Ordering::Relaxed);
            self.sweep();
        }
    }

    /// Removes the oldest files until an eighth of the bound is free.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| {
                let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            })
            .collect();
        files.sort();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in files {
            if total <= self.max_bytes / 8 * 7 {
                break;
            }
            let _ = fs::remove_file(path);
            total -= bytes;
        }
    }
}

fn write_private(path: &Path, jpeg: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(jpeg)?;
    file.write_all(&crc32fast::hash(jpeg).to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_got_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path().join("a/b")).unwrap();
        assert_eq!(cache.get(1, 2), None);
        cache.put(1, 2, b"portrait");
        assert_eq!(cache.get(1, 2).as_deref(), Some(&b"portrait"[..]));
        assert_eq!(cache.get(2, 1), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_and_its_files_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path().join("private")).unwrap();
        cache.put(1, 2, b"portrait");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&cache.folder), 0o700);
        assert_eq!(mode(&cache.path(1, 2)), 0o600);
    }

    #[test]
    fn a_damaged_entry_reads_as_absent() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path().to_owned()).unwrap();
        cache.put(1, 2, b"portrait");
        let path = cache.path(1, 2);
        let whole = fs::read(&path).unwrap();
        for damaged in [&whole[..5], &whole[..2], b"", b"portrayt0000"] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(cache.get(1, 2), None);
        }
    }

    #[test]
    fn the_folder_stays_within_its_bound_and_loses_the_oldest() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::bounded(folder.path().to_owned(), 8_000).unwrap();
        let long_ago = SystemTime::now() - std::time::Duration::from_secs(3_600);
        for index in 0..100 {
            cache.put(1, index, &[7; 196]);
            if index < 90 {
                let file = fs::File::options().write(true).open(cache.path(1, index));
                file.unwrap().set_modified(long_ago).unwrap();
            }
        }
        let sizes = fs::read_dir(folder.path()).unwrap();
        let total: u64 = sizes
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .sum();
        assert!(total <= 8_000, "{total}");
        assert!(cache.get(1, 99).is_some());
        assert!(cache.get(1, 0).is_none());
    }
}
