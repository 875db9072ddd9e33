//! Who is asking: the session behind a cookie, the creditor they look at, signing in and out.
//!
//! Decides nothing about what a role may do: each use case does. It refuses to know any page.

use super::cookie;
use super::csrf;
use super::error_page;
use super::frame::Theme;
use super::locale::Locale;
use super::part::form::Typed;
use super::state::Shared;
use super::url::Url;
use super::view::errors::Fault;
use super::view::login::{LoginView, login};
use super::visit::{Form, Told, shown_role};
use axum::http::header::{ACCEPT_LANGUAGE, HOST, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use puntual_core::access::Role;
use puntual_service::creditors;
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use puntual_service::sessions::{self, Session, SignIn, User};
use puntual_service::{App, demo_load, users};
use std::net::{IpAddr, SocketAddr};

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who.
    pub user: User,
    /// Their session.
    pub session: Session,
    /// What they may do.
    pub role: Role,
}

/// Who a request comes from, if from somebody signed in.
pub fn who(app: &App, headers: &HeaderMap) -> Result<Option<Signed>, ServiceError> {
    let Some(token) = cookie::read(headers, cookie::SESSION) else { return Ok(None) };
    let found = sessions::authenticate(app, &token)?;
    // A role this version does not know may look and nothing else.
    let signed = |(user, session): (User, Session)| {
        let role = Role::parse(&user.role).unwrap_or(Role::Viewer);
        Signed { user, session, role }
    };
    Ok(found.map(signed))
}

/// Whether the browser speaks to us over TLS, which a proxy in front of us ends.
pub fn is_secure(headers: &HeaderMap) -> bool {
    let scheme = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// The reader's theme.
pub fn theme(headers: &HeaderMap) -> Theme {
    Theme::of(&cookie::read(headers, cookie::THEME).unwrap_or_default())
}

/// The language of somebody who is not known yet.
pub fn locale_at_door(headers: &HeaderMap) -> Locale {
    if let Some(tag) = cookie::read(headers, cookie::LOCALE) {
        return Locale::of(&tag);
    }
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Locale::accept(accepted.unwrap_or_default())
}

/// A page of ours to go back to; anything else leads to Mi día.
pub fn own_address(asked: &str) -> &str {
    let is_own = asked.starts_with('/')
        && !asked.starts_with("//")
        && !asked.contains('\\')
        && !asked.contains(char::is_control)
        && asked.is_ascii();
    if is_own { asked } else { "/" }
}

/// Where a form sent by somebody is to have come from: our own pages.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => match (text("origin"), text(HOST.as_str())) {
            (Some(origin), Some(host)) => origin.split("://").nth(1) == Some(host),
            _ => true,
        },
    }
}

/// The browser's address: what the proxy before us says when there is one on this machine.
fn address(parts: &Parts) -> String {
    let peer = parts.extensions.get::<axum::extract::ConnectInfo<SocketAddr>>();
    let peer = peer.map(|info| info.0.ip());
    let is_near = peer.is_some_and(|ip| match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    });
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .and_then(|text| text.trim().parse::<IpAddr>().ok());
    let known = last.filter(|_| is_near).or(peer);
    known.map(|ip| ip.to_string()).unwrap_or_default()
}

/// Leads to another page.
pub fn see_other(address: &str) -> Response {
    let location = HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// Adds a cookie to an answer.
pub fn set(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// Where somebody who is not signed in is sent, to come back afterwards.
pub fn to_door(parts: &Parts) -> Response {
    let wanted = parts.uri.path_and_query().map_or("/", |uri| uri.as_str());
    let back = if parts.method == axum::http::Method::POST { "/" } else { wanted };
    let url = match back {
        "/" => Url::new("/entrar"),
        _ => Url::new("/entrar").with("ir", back),
    };
    see_other(&url.to_string())
}

/// `GET /entrar`.
pub fn door(web: &Shared, parts: &Parts) -> Result<Response, ServiceError> {
    if who(&web.app, &parts.headers)?.is_some() {
        return Ok(see_other("/"));
    }
    let query = Form::read(parts.uri.query().unwrap_or_default().as_bytes());
    let back = query.get("ir").map(own_address).unwrap_or("/").to_owned();
    door_page(web, parts, LoginView { back, ..empty() }, StatusCode::OK)
}

fn empty() -> LoginView {
    LoginView {
        csrf: String::new(),
        email: Typed::default(),
        error: None,
        back: "/".to_owned(),
        is_nobody_there: false,
        demo_users: Vec::new(),
    }
}

fn door_page(
    web: &Shared,
    parts: &Parts,
    view: LoginView,
    status: StatusCode,
) -> Result<Response, ServiceError> {
    let (csrf, is_new) = csrf::at_door(&parts.headers)?;
    let locale = locale_at_door(&parts.headers);
    let demo_users = demo_users(&web.app, locale)?;
    let is_nobody_there = users::is_empty(&web.app)?;
    let view = LoginView { csrf: csrf.clone(), is_nobody_there, demo_users, ..view };
    let page = login(locale, theme(&parts.headers), &view);
    let mut response = (status, page).into_response();
    if is_new {
        set(&mut response, &cookie::passing(cookie::DOOR, &csrf, is_secure(&parts.headers)));
    }
    Ok(response)
}

/// The users of a demonstration, whose password opens nothing else.
fn demo_users(app: &App, locale: Locale) -> Result<Vec<(String, String, String)>, ServiceError> {
    let Some(first) = creditors::list(app)?.into_iter().next() else { return Ok(Vec::new()) };
    let ctx = Ctx::new(app, first, "web", Role::Admin);
    let people = users::list(app, &ctx)?;
    if !people.iter().any(|listed| listed.user.email == demo_load::ADMIN) {
        return Ok(Vec::new());
    }
    let one_of = |role: Role| {
        let has = |user: &User| user.role == role.as_str() && user.disabled_at.is_none();
        let user = people.iter().map(|listed| &listed.user).find(|user| has(user))?;
        let word = locale.t(shown_role(role).key()).to_owned();
        Some((word, user.email.clone(), demo_load::PASSWORD.to_owned()))
    };
    Ok(Role::ALL.into_iter().rev().filter_map(one_of).collect())
}

/// `POST /entrar`.
pub fn enter(web: &Shared, parts: &Parts, body: &[u8]) -> Result<Response, ServiceError> {
    let form = Form::read(body);
    let locale = locale_at_door(&parts.headers);
    let is_ours = is_same_origin(&parts.headers);
    if !is_ours || !csrf::is_own_at_door(&parts.headers, form.get(csrf::FIELD)) {
        return Ok(error_page::bare(&parts.headers, Fault::Expired, ""));
    }
    let email = form.get("email").unwrap_or_default();
    let password = form.get("password").unwrap_or_default();
    let back = own_address(form.get("volver").unwrap_or("/")).to_owned();
    let refused = |error: String, status| {
        let view = LoginView {
            email: Typed::of(email),
            error: Some(error),
            back: back.clone(),
            ..empty()
        };
        door_page(web, parts, view, status)
    };
    match sessions::sign_in(&web.app, email, password, &address(parts))? {
        SignIn::Welcome(welcome) => {
            let mut response = see_other(&back);
            let secure = is_secure(&parts.headers);
            set(&mut response, &cookie::passing(cookie::SESSION, &welcome.token, secure));
            set(&mut response, &cookie::gone(cookie::DOOR));
            Ok(response)
        }
        SignIn::Wrong => refused(locale.t("login.wrong").to_owned(), StatusCode::UNAUTHORIZED),
        SignIn::Wait { minutes } => {
            let text = locale.count("login.wait", minutes, &minutes.to_string());
            refused(text, StatusCode::TOO_MANY_REQUESTS)
        }
    }
}

/// `POST /preferencias`: theme and language, also before signing in.
pub fn prefer(web: &Shared, parts: &Parts, body: &[u8]) -> Result<Response, ServiceError> {
    let form = Form::read(body);
    let signed = who(&web.app, &parts.headers)?;
    let typed = form.get(csrf::FIELD);
    let is_own = match &signed {
        Some(signed) => csrf::is_own(signed, typed),
        None => csrf::is_own_at_door(&parts.headers, typed),
    };
    if !is_own {
        return Ok(error_page::bare(&parts.headers, Fault::Expired, ""));
    }
    let mut response = see_other(own_address(form.get("volver").unwrap_or("/")));
    let secure = is_secure(&parts.headers);
    if let Some(theme) = form.get("theme") {
        let code = Theme::of(theme).code();
        set(&mut response, &cookie::lasting(cookie::THEME, code, secure));
    }
    if let Some(tag) = form.get("locale").filter(|tag| !tag.is_empty()) {
        let tag = Locale::of(tag).tag();
        set(&mut response, &cookie::lasting(cookie::LOCALE, tag, secure));
        if let Some(signed) = signed.filter(|signed| signed.user.locale != tag) {
            users::change_own_locale(&web.app, &signed.user, tag)?;
        }
    }
    Ok(response)
}

/// `POST /salir`.
pub fn leave(web: &Shared, headers: &HeaderMap) -> Result<Response, ServiceError> {
    if let Some(token) = cookie::read(headers, cookie::SESSION) {
        sessions::sign_out(&web.app, &token)?;
    }
    let mut response = see_other("/entrar");
    set(&mut response, &cookie::gone(cookie::SESSION));
    set(&mut response, &cookie::gone(cookie::FLASH));
    Ok(response)
}

/// Puts what just happened where the next page finds it.
pub fn tell(response: &mut Response, told: &Told, secure: bool) {
    set(response, &cookie::passing(cookie::FLASH, &told.to_cookie(), secure));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_gone_back_to() {
        assert_eq!(own_address("/clientes?q=a"), "/clientes?q=a");
        for foreign in ["https://x.example", "//x.example", "/\\x.example", "x", "/a\r\nb"] {
            assert_eq!(own_address(foreign), "/", "{foreign:?}");
        }
    }
}
