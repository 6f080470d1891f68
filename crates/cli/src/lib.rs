//! What every brigade binary shares: arguments, exit codes, signals, progress.
