//! Names what bytes look like that are no picture, for the message only.

/// How far a sniff looks for the first telling character.
const WINDOW: usize = 512;

/// A guess in words, with its article: "an HTML page", "unknown data".
pub(crate) fn looks_like(bytes: &[u8]) -> &'static str {
    const MAGICS: [(&[u8], &str); 8] = [
        (b"GIF8", "a GIF picture"),
        (b"BM", "a BMP picture"),
        (b"II*\0", "a TIFF picture"),
        (b"MM\0*", "a TIFF picture"),
        (b"%PDF-", "a PDF file"),
        (b"PK\x03\x04", "a ZIP file"),
        (b"\x1f\x8b", "gzip data"),
        (b"\xFF\xD8", "a broken JPEG"),
    ];
    if let Some((_, name)) = MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return name;
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return "an AVIF, HEIC or video file";
    }
    let window = &bytes[..bytes.len().min(WINDOW)];
    let text = match std::str::from_utf8(window) {
        Ok(text) => text,
        // A character cut by the window's end, as opposed to bytes that are no text.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&window[..error.valid_up_to()]).expect("valid up to here")
        }
        Err(_) => return "unknown data",
    };
    let start = text
        .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
        .to_ascii_lowercase();
    if start.starts_with("<?xml") || start.starts_with("<svg") {
        "an XML or SVG document"
    } else if start.starts_with("<!") || start.starts_with("<html") || start.contains("</") {
        "an HTML page"
    } else if start.starts_with(['{', '[']) {
        "JSON"
    } else if start.chars().all(|c| !c.is_control() || c.is_whitespace()) {
        "plain text"
    } else {
        "unknown data"
    }
}
