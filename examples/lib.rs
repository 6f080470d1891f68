//! Examples of every crate, one file each; `cargo run --example NAME` runs one.

/// The snippets of the READMEs compile: each crate's, and the workspace's own.
#[cfg(doctest)]
mod readmes {
    #[doc = include_str!("../README.md")]
    struct Workspace;
    #[doc = include_str!("../crates/cli/README.md")]
    struct Cli;
    #[doc = include_str!("../crates/documents/README.md")]
    struct Documents;
    #[doc = include_str!("../crates/executor/README.md")]
    struct Executor;
    #[doc = include_str!("../crates/faces/README.md")]
    struct Faces;
    #[doc = include_str!("../crates/gil/README.md")]
    struct Gil;
    #[doc = include_str!("../crates/metrics/README.md")]
    struct Metrics;
    #[doc = include_str!("../crates/pipeline/README.md")]
    struct Pipeline;
    #[doc = include_str!("../crates/portraits/README.md")]
    struct Portraits;
    #[doc = include_str!("../crates/report/README.md")]
    struct Report;
    #[doc = include_str!("../crates/thumbnail/README.md")]
    struct Thumbnail;
}
