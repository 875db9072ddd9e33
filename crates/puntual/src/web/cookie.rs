//! Cookies: how the program's own are read and written.
//!
//! Decides their attributes, the same for all: not for scripts, not for other sites' requests, and
//! only over TLS once a page came that way. It refuses to know what they mean.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// The session's secret.
pub const SESSION: &str = "sesion";
/// The secret that forms shown before signing in repeat.
pub const DOOR: &str = "puerta";
/// Light or dark.
pub const THEME: &str = "tema";
/// Language chosen.
pub const LOCALE: &str = "idioma";
/// Code of the creditor shown.
pub const CREDITOR: &str = "acreedor";
/// What just happened, shown once.
pub const FLASH: &str = "aviso";

/// How long a choice of the reader is kept, in seconds: a year.
const CHOICE_SECONDS: u32 = 31_536_000;

/// The value of a cookie, when the browser sent it.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

/// A cookie that lasts as long as the browser is open.
pub fn passing(name: &str, value: &str, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

/// A cookie that lasts a year: a choice of the reader.
pub fn lasting(name: &str, value: &str, is_secure: bool) -> String {
    format!("{}; Max-Age={CHOICE_SECONDS}", passing(name, value, is_secure))
}

/// Takes a cookie back.
pub fn gone(name: &str) -> String {
    format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "a=1; sesion=3.x=y ;b=2".parse().unwrap());
        assert_eq!(read(&headers, SESSION).as_deref(), Some("3.x=y"));
        assert_eq!(read(&headers, "c"), None);
    }
}
