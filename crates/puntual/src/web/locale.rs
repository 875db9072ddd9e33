//! The words on the screens: a catalogue per locale, compiled into the program.
//!
//! Decides which text a key has in a locale, and how plurals and `{named}` arguments are filled.
//! It refuses to know about pages, numbers and dates: those come in as text already written by
//! [`super::format`]. `es.toml` and `en.toml` are complete; `es-CL`, `es-MX` and `es-ES` hold only
//! what differs from `es` (a test proves it).

use std::collections::HashMap;
use std::sync::LazyLock;

/// One language of the screens, cheap to copy and pass around.
#[derive(Clone, Copy)]
pub struct Locale {
    words: &'static Words,
}

/// The texts of one locale by their dotted key.
struct Words {
    tag: &'static str,
    text: HashMap<String, String>,
}

const SOURCES: [(&str, &str); 5] = [
    ("es", include_str!("../../locales/es.toml")),
    ("es-CL", include_str!("../../locales/es-CL.toml")),
    ("es-MX", include_str!("../../locales/es-MX.toml")),
    ("es-ES", include_str!("../../locales/es-ES.toml")),
    ("en", include_str!("../../locales/en.toml")),
];

/// The locales there are, the default first.
#[cfg(test)]
pub const TAGS: [&str; 5] = ["es", "es-CL", "es-MX", "es-ES", "en"];

static CATALOGUES: LazyLock<Vec<Words>> = LazyLock::new(|| {
    let base = flatten(SOURCES[0].1);
    SOURCES
        .iter()
        .map(|(tag, source)| {
            let mut text = if tag.starts_with("es") { base.clone() } else { HashMap::new() };
            text.extend(flatten(source));
            Words { tag, text }
        })
        .collect()
});

/// Dotted keys and their texts. A file that is not TOML has no keys; a test proves ours are.
fn flatten(source: &str) -> HashMap<String, String> {
    fn walk(prefix: &str, table: &toml::Table, into: &mut HashMap<String, String>) {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match value {
                toml::Value::Table(inner) => walk(&key, inner, into),
                toml::Value::String(text) => {
                    into.insert(key, text.clone());
                }
                _ => {}
            }
        }
    }
    let mut texts = HashMap::new();
    walk("", &source.parse::<toml::Table>().unwrap_or_default(), &mut texts);
    texts
}

/// Keys asked for and not found, for the test that renders every page.
#[cfg(test)]
pub static MISSING: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

impl Locale {
    /// The locale of a tag such as `es-CL`; an unknown region falls back to its language, an
    /// unknown language to Spanish.
    pub fn of(tag: &str) -> Locale {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        let found = |wanted: &str| CATALOGUES.iter().find(|w| w.tag.eq_ignore_ascii_case(wanted));
        let words = found(&tag.replace('_', "-")).or_else(|| found(language));
        Locale { words: words.unwrap_or(&CATALOGUES[0]) }
    }

    /// The best locale for an `Accept-Language` header, reading its tags in the order written.
    pub fn accept(header: &str) -> Locale {
        let tag = header
            .split(',')
            .map(|part| part.split(';').next().unwrap_or_default().trim())
            .find(|tag| tag.starts_with("es") || tag.starts_with("en"));
        Locale::of(tag.unwrap_or("es"))
    }

    /// The tag, as in `<html lang>`.
    pub fn tag(self) -> &'static str {
        self.words.tag
    }

    /// Whether this is a variety of Spanish (dates as DD-MM-AAAA).
    pub fn is_spanish(self) -> bool {
        self.words.tag.starts_with("es")
    }

    /// The text of a key. A key that is missing shows itself, so that nothing is ever blank.
    pub fn t(self, key: &'static str) -> &'static str {
        match self.words.text.get(key) {
            Some(text) => text,
            None => {
                #[cfg(test)]
                MISSING.lock().unwrap().push(format!("{}: {key}", self.words.tag));
                key
            }
        }
    }

    /// The text of a key with its `{name}` arguments filled.
    pub fn fill(self, key: &'static str, arguments: &[(&str, &str)]) -> String {
        fill(self.t(key), arguments)
    }

    /// The text of a key that has a singular and a plural (`key.one`, `key.other`), with `{n}` and
    /// the other arguments filled. Spanish and English agree: one only for 1.
    pub fn count(self, key: &'static str, n: i64, shown: &str) -> String {
        let form = if n == 1 { "one" } else { "other" };
        match self.words.text.get(&format!("{key}.{form}")) {
            Some(text) => fill(text, &[("n", shown)]),
            None => self.t(key).to_owned(),
        }
    }

    /// Every key this locale knows, for the tests of completeness.
    #[cfg(test)]
    pub fn keys(self) -> std::collections::BTreeSet<String> {
        self.words.text.keys().cloned().collect()
    }

    /// The text of a key known only at run time, for the tests.
    #[cfg(test)]
    pub fn lookup(self, key: &str) -> Option<&'static str> {
        self.words.text.get(key).map(String::as_str)
    }
}

fn fill(text: &str, arguments: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else { break };
        filled.push_str(&rest[..start]);
        let name = &rest[start + 1..start + length];
        match arguments.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(value),
            None => filled.push_str(&rest[start..=start + length]),
        }
        rest = &rest[start + length + 1..];
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_fall_back_to_the_language_and_then_to_spanish() {
        for (asked, given) in
            [("es-CL", "es-CL"), ("es_mx", "es-MX"), ("es-PE", "es"), ("en-GB", "en"), ("fr", "es")]
        {
            assert_eq!(Locale::of(asked).tag(), given, "{asked}");
        }
        assert_eq!(Locale::accept("fr-FR,en;q=0.8,es;q=0.5").tag(), "en");
        assert_eq!(Locale::accept("").tag(), "es");
    }

    #[test]
    fn arguments_are_filled_and_unknown_ones_stay() {
        assert_eq!(fill("a {x} b {y}", &[("x", "1")]), "a 1 b {y}");
        assert_eq!(fill("{x", &[("x", "1")]), "{x");
    }

    #[test]
    fn every_catalogue_is_valid_toml() {
        for (tag, source) in SOURCES {
            let table = source.parse::<toml::Table>();
            assert!(table.is_ok(), "{tag}: {:?}", table.err());
        }
    }

    #[test]
    fn spanish_and_english_have_the_same_keys_and_arguments() {
        let (es, en) = (Locale::of("es"), Locale::of("en"));
        let (left, right) = (es.keys(), en.keys());
        assert_eq!(
            left.difference(&right).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "only in es"
        );
        assert_eq!(
            right.difference(&left).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "only in en"
        );
        for key in left {
            let names = |text: Option<&str>| {
                let mut names: Vec<String> = text
                    .unwrap_or_default()
                    .split('{')
                    .skip(1)
                    .filter_map(|part| part.split_once('}').map(|(name, _)| name.to_owned()))
                    .collect();
                names.sort();
                names
            };
            assert_eq!(names(es.lookup(&key)), names(en.lookup(&key)), "arguments of {key}");
        }
    }

    #[test]
    fn regional_catalogues_hold_only_differences() {
        let es = flatten(SOURCES[0].1);
        for (tag, source) in &SOURCES[1..4] {
            for (key, text) in flatten(source) {
                let base = es.get(&key);
                assert!(base.is_some(), "{tag}: {key} is not in es");
                assert_ne!(base, Some(&text), "{tag}: {key} says the same as es");
            }
        }
    }
}
