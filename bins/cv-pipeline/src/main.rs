//! cv-pipeline.

fn main() {}
