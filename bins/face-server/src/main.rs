//! face-server.

fn main() {}
