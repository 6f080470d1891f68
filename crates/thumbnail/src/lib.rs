//! A small picture from a large JPEG, reading only what will be seen.
