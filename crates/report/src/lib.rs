//! A run's record as text, JSON and HTML.
