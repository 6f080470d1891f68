//! Tasks that are too many to keep in memory: what they add up to, and the way to read them again.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::phase::Task;
use crate::totals::Totals;

/// The tasks of one pass, in the order they ended.
pub type StoredTasks = Box<dyn Iterator<Item = io::Result<Task>>>;

/// Stands for the tasks of a phase that lie elsewhere, such as in a file beside the record.
#[derive(Clone)]
pub struct Stored {
    /// What all of them add up to.
    pub totals: Totals,
    read: Arc<dyn Fn() -> io::Result<StoredTasks> + Send + Sync>,
}

impl Stored {
    /// Tasks that `read` gives again whenever it is asked.
    pub fn new(
        totals: Totals,
        read: impl Fn() -> io::Result<StoredTasks> + Send + Sync + 'static,
    ) -> Self {
        let read = Arc::new(read);
        Self { totals, read }
    }

    /// A pass over all of them.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(&self) -> io::Result<StoredTasks> {
        (self.read)()
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("attempts", &self.totals.attempts)
            .finish_non_exhaustive()
    }
}

/// The same tasks, wherever they lie.
impl PartialEq for Stored {
    fn eq(&self, other: &Self) -> bool {
        self.totals == other.totals
    }
}
