//! Samples CPU, memory and one process tree while work runs.
