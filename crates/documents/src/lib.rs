//! A person and a picture to a PDF page; many PDFs to one ZIP.
