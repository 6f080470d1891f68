//! Examples of every crate, one file each; `cargo run --example NAME` runs one.
