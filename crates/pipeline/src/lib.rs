//! Two phases of jobs, fetch and render, composed into CVs in a ZIP.
