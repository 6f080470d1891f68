//! Draws a distinct portrait per seed and index, and serves them over loopback HTTP.
