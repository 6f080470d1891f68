//! Benchmarks against peers and floors; `cargo bench --bench NAME` runs one.
