//! The stylesheet, the script and the icons: compiled in, addressed by the hash of their content,
//! and so kept by browsers for ever. Compression is the server's layer.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

/// A file served as it is.
struct Asset {
    name: &'static str,
    kind: &'static str,
    body: &'static str,
    url: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    [
        ("puntual.css", "text/css; charset=utf-8", include_str!("../../assets/puntual.css")),
        ("puntual.js", "text/javascript; charset=utf-8", include_str!("../../assets/puntual.js")),
        ("icons.svg", "image/svg+xml", include_str!("../../assets/icons.svg")),
        ("favicon.svg", "image/svg+xml", include_str!("../../assets/favicon.svg")),
        (
            "speculation.json",
            "application/speculationrules+json",
            include_str!("../../assets/speculation.json"),
        ),
    ]
    .map(|(name, kind, body)| Asset { name, kind, body, url: hashed(name, body) })
    .into()
});

/// `/a/<stem>-<hash>.<extension>`: another content, another address.
fn hashed(name: &str, body: &str) -> String {
    let (stem, extension) = name.split_once('.').unwrap_or((name, "txt"));
    format!("/a/{stem}-{:016x}.{extension}", fnv1a(body.as_bytes()))
}

/// FNV-1a, 64 bits: names content, protects nothing.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The address of an asset by its plain name; an unknown name gives an address that is not found.
pub fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/a/unknown", |asset| &asset.url)
}

/// The value of the `Speculation-Rules` response header: which of our pages to prepare on hover.
pub fn speculation_header() -> String {
    format!("\"{}\"", url("speculation.json"))
}

/// The policy every page is sent with. No inline script or style, nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; \
     script-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// `GET /a/{file}`.
pub async fn serve(Path(file): Path<String>) -> Response {
    let asked = format!("/a/{file}");
    match ASSETS.iter().find(|asset| asset.url == asked) {
        Some(asset) => {
            let forever = "public, max-age=31536000, immutable";
            let headers = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, forever)];
            (headers, asset.body).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Every asset as address and content, for the gallery of pages the tests write.
#[cfg(test)]
pub fn all() -> Vec<(&'static str, &'static str)> {
    ASSETS.iter().map(|asset| (asset.url.as_str(), asset.body)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_change_with_the_content() {
        assert_ne!(hashed("a.css", "x"), hashed("a.css", "y"));
        assert!(url("puntual.css").starts_with("/a/puntual-"));
        assert!(url("puntual.css").ends_with(".css"));
    }
}
