//! Addresses of our own pages, with their query kept: the state of every list lives here.
//!
//! Decides how a filter, a sort or a page number is written into an address without losing the
//! others. It refuses to know which parameters a page understands.

use std::fmt;

/// The as-of day of the figures on a page.
pub const AS_OF: &str = "al";
/// The day as of which facts are taken as known.
pub const KNOWN_AT: &str = "conocido";
/// The column a list is sorted by; a leading `-` means descending.
pub const SORT: &str = "orden";
/// The page of a list, from 1.
pub const PAGE: &str = "pagina";
/// Free text looked for.
pub const SEARCH: &str = "q";

/// A path of this program with its query parameters, in order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Url {
    path: String,
    params: Vec<(String, String)>,
}

impl Url {
    /// The address of a path without parameters.
    pub fn new(path: &str) -> Url {
        Url { path: path.to_owned(), params: Vec::new() }
    }

    /// The address of a path and its decoded parameters; those with an empty value are dropped.
    pub fn from_parts(path: &str, params: impl IntoIterator<Item = (String, String)>) -> Url {
        let params = params.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Url { path: path.to_owned(), params }
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of a parameter, if it is there.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All parameters but those named, for the hidden fields of a form that sets them.
    pub fn params_except<'a>(
        &'a self,
        names: &'a [&str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.params
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(move |(name, _)| !names.contains(name))
    }

    /// The same address with one parameter set.
    pub fn with(&self, name: &str, value: impl fmt::Display) -> Url {
        let mut url = self.without(name);
        url.params.push((name.to_owned(), value.to_string()));
        url
    }

    /// The same address without one parameter.
    pub fn without(&self, name: &str) -> Url {
        let kept = self.params.iter().filter(|(known, _)| known != name).cloned().collect();
        Url { path: self.path.clone(), params: kept }
    }

    /// Another path with the same parameters.
    pub fn at(&self, path: &str) -> Url {
        Url { path: path.to_owned(), params: self.params.clone() }
    }

    /// Another path that keeps only the as-of and known-at days of this one.
    pub fn same_day(&self, path: &str) -> Url {
        let params = self.params.iter().filter(|(name, _)| name == AS_OF || name == KNOWN_AT);
        Url { path: path.to_owned(), params: params.cloned().collect() }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        for (index, (name, value)) in self.params.iter().enumerate() {
            f.write_str(if index == 0 { "?" } else { "&" })?;
            write_encoded(f, name)?;
            f.write_str("=")?;
            write_encoded(f, value)?;
        }
        Ok(())
    }
}

/// Percent-encoding of `application/x-www-form-urlencoded`: unreserved characters stay.
fn write_encoded(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' => {
                write!(f, "{}", char::from(byte))?
            }
            b' ' => f.write_str("+")?,
            _ => write!(f, "%{byte:02X}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_one_parameter_keeps_the_others() {
        let url = Url::new("/clientes").with("tramo", "1-30").with(SEARCH, "Ñuñoa & Cía");
        assert_eq!(url.to_string(), "/clientes?tramo=1-30&q=%C3%91u%C3%B1oa+%26+C%C3%ADa");
        let again = url.with("tramo", "31-60").without(SEARCH);
        assert_eq!(again.to_string(), "/clientes?tramo=31-60");
        assert_eq!(url.with(AS_OF, "2026-10-31").same_day("/").to_string(), "/?al=2026-10-31");
    }
}
