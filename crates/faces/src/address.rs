//! URLs: filling in a template, splitting the credentials off, and showing an address without them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;

use crate::SourceError;

/// What replaces a secret.
const HIDDEN: &str = "***";
/// Parts of query parameter names whose values are secrets.
const SECRET_NAMES: [&str; 7] = ["key", "token", "secret", "pass", "auth", "sig", "cred"];

/// The address of one attempt.
pub(crate) struct Address {
    /// Without user and password: this is what the HTTP library sees, so none of its errors can show them.
    pub(crate) url: String,
    /// The value of an `Authorization` header, when the URL carried credentials.
    pub(crate) authorization: Option<String>,
    /// For messages.
    pub(crate) host: String,
    /// Proxies from the environment are for other hosts than this machine.
    pub(crate) is_loopback: bool,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self, SourceError> {
        let wrong = |detail: &str| SourceError::Url {
            url: redact_broken(url),
            detail: detail.into(),
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("no ://"))?;
        let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(authority_end);
        let (credentials, host) = match authority.rsplit_once('@') {
            Some((credentials, host)) => (Some(credentials), host),
            None => (None, authority),
        };
        if host.is_empty() {
            return Err(wrong("no host"));
        }
        let url = format!("{scheme}://{host}{path}");
        let uri: ureq::http::Uri = url
            .parse()
            .map_err(|error: ureq::http::uri::InvalidUri| wrong(&error.to_string()))?;
        let host = uri.host().ok_or_else(|| wrong("no host"))?;
        if authority.rsplit_once(':').is_some_and(|(_, port)| {
            !port.ends_with(']') && !port.contains('@') && port.parse::<u16>().is_err()
        }) {
            return Err(wrong("a port is a number up to 65535"));
        }
        let authorization = credentials.map(|credentials| {
            let plain: Vec<u8> = percent_decode_str(credentials).collect();
            format!("Basic {}", BASE64_STANDARD.encode(plain))
        });
        Ok(Self {
            is_loopback: is_loopback(host),
            host: host.to_owned(),
            url,
            authorization,
        })
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// `template` with `{seed}`, `{index}` and `{attempt}` filled in.
pub(crate) fn expand(template: &str, seed: u64, index: u64, attempt: u32) -> String {
    template
        .replace("{seed}", &seed.to_string())
        .replace("{index}", &index.to_string())
        .replace("{attempt}", &attempt.to_string())
}

/// Refuses braces that are no placeholder: `{idx}` would otherwise be asked for as it stands, by every task.
pub(crate) fn check_placeholders(template: &str) -> Result<(), SourceError> {
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        if !["seed", "index", "attempt"].contains(&name) {
            let name = name.chars().take(40).collect();
            return Err(SourceError::Placeholder { name });
        }
        rest = after;
    }
    Ok(())
}

/// `text` with the user part of every URL in it, and the values of query parameters that sound like
/// secrets, replaced by `***`.
///
/// ```
/// let shown = brigade_faces::redact("GET https://eva:pw@host/face?size=9&api_key=s3cr3t failed");
/// assert_eq!(shown, "GET https://***@host/face?size=9&api_key=*** failed");
/// ```
#[must_use]
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.find("://") {
        let (before, after) = rest.split_at(found + 3);
        out.push_str(before);
        let end = after.find(is_url_end).unwrap_or(after.len());
        let (url, behind) = after.split_at(end);
        out.push_str(&redact_rest_of_url(url));
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn is_url_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>')
}

/// `url` is what stands behind `://`.
fn redact_rest_of_url(url: &str) -> String {
    let authority_end = url.find(['/', '?', '#']).unwrap_or(url.len());
    let (authority, path) = url.split_at(authority_end);
    let mut out = match authority.rsplit_once('@') {
        Some((_, host)) => format!("{HIDDEN}@{host}"),
        None => authority.to_owned(),
    };
    for piece in path.split_inclusive(['?', '&', '#']) {
        let (parameter, separator) = match piece.char_indices().next_back() {
            Some((at, '?' | '&' | '#')) => piece.split_at(at),
            _ => (piece, ""),
        };
        match parameter.split_once('=') {
            Some((name, _)) if sounds_secret(name) => {
                out.extend([name, "=", HIDDEN]);
            }
            _ => out.push_str(parameter),
        }
        out.push_str(separator);
    }
    out
}

fn sounds_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

/// For what does not parse: a password with a `/` in it is the most likely reason, so everything up to the
/// last `@` goes, path or not.
fn redact_broken(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => redact(&format!("{scheme}://{HIDDEN}@{host}")),
        _ => redact(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_an_address_or_none(text in "(https?://)?\\PC{0,40}") {
            let _ = (Address::parse(&text), redact(&text), check_placeholders(&text));
        }

        #[test]
        fn a_password_never_shows(
            user in "[a-z]{0,4}",
            noise in "[!-~&&[^/?# \"'<>]]{0,6}",
            path in "(/[a-z@]{0,5}){0,2}",
        ) {
            let url = format!("http://{user}:{noise}SECRET{noise}@host{path}");
            prop_assert!(!redact(&url).contains("SECRET"));
            if let Err(error) = Address::parse(&url) {
                prop_assert!(!error.to_string().contains("SECRET"));
            }
        }
    }

    #[test]
    fn a_template_is_filled_in_wherever_a_placeholder_stands() {
        let url = expand("http://h/{seed}/{index}?a={attempt}&i={index}", 7, 12, 2);
        assert_eq!(url, "http://h/7/12?a=2&i=12");
    }

    #[test]
    fn credentials_leave_the_url_and_become_a_header() {
        let address = Address::parse("http://eva:p%40ss@host:8080/x").expect("a URL");
        assert_eq!(address.url, "http://host:8080/x");
        assert_eq!(address.authorization.as_deref(), Some("Basic ZXZhOnBAc3M="));
        assert!(!address.is_loopback);
    }

    #[test]
    fn this_machine_is_told_from_others() {
        for local in [
            "http://localhost:1/",
            "http://127.9.9.9/",
            "http://[::1]:8/",
        ] {
            assert!(Address::parse(local).expect("a URL").is_loopback, "{local}");
        }
        let other = Address::parse("http://127.0.0.1.example/").expect("a URL");
        assert!(!other.is_loopback);
    }

    #[test]
    fn no_message_shows_a_password() {
        for url in [
            "http://eva:hunter2@host:port/",
            "http://eva:hunt/hunter2@host/",
            "http://eva:hunter2@",
            "http://eva:hunter2@ho st/",
        ] {
            let shown = match Address::parse(url) {
                Ok(_) => redact(url),
                Err(error) => error.to_string(),
            };
            assert!(!shown.contains("hunter2"), "{url} shows as {shown}");
        }
        let tokens = redact("see https://h/p?token=abc#frag and http://h/?Api-Key=d&x=1");
        assert_eq!(
            tokens,
            "see https://h/p?token=***#frag and http://h/?Api-Key=***&x=1"
        );
    }
}
