//! Why a record cannot be read.

/// Why a text is no record of a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is no JSON, or lacks a field.
    #[error("read the run's record")]
    Json {
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// Another version wrote it.
    #[error(
        "the run's record has schema {found}, and this program reads {}",
        crate::SCHEMA
    )]
    Schema {
        /// The version found.
        found: u32,
    },
}
