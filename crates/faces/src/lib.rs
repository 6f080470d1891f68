//! Where a face comes from: an HTTP service or a folder, checked to be a whole picture.
