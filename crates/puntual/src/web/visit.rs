//! One request of somebody signed in, with all a handler needs: who, for which creditor, of which
//! day, what was typed; and the answers handlers give.
//!
//! Decides what the address and the cookies mean on every page alike. It refuses to know any page.

use super::auth::{self, Signed};
use super::cookie;
use super::format::Numbers;
use super::frame::{self, CreditorChoice, Frame, Freshness, Section};
use super::locale::Locale;
use super::part::notice::{Flash, Tone};
use super::part::table::Paging;
use super::state::Shared;
use super::url::{AS_OF, KNOWN_AT, PAGE, SORT, Url};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use puntual_core::access::Role;
use puntual_core::aging::BucketSet;
use puntual_core::date::Day;
use puntual_core::portfolio::AsOf;
use puntual_service::App;
use puntual_service::creditors::Creditor;
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use puntual_service::listing::{Direction, Page};
use std::str::FromStr;

/// What a handler answers.
pub type Answer = Result<Response, ServiceError>;

/// Named values as a form or an address sends them.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn read(body: &[u8]) -> Form {
        let text = String::from_utf8_lossy(body);
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        Form { pairs: pairs.collect() }
    }

    /// The first value of a name, without blanks around it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// The same; nothing when it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// All pairs in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Decodes `%41` and `+`. What is not a valid escape stays as it is.
pub fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', _, _) => out.push(b' '),
            (byte, _, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What just happened, kept in a cookie until the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    tone: Tone,
    text: String,
    undo: Option<String>,
}

impl Told {
    /// Something was done.
    pub fn done(text: impl Into<String>) -> Told {
        Told { tone: Tone::Done, text: text.into(), undo: None }
    }

    /// Something should be looked at.
    pub fn warning(text: impl Into<String>) -> Told {
        Told { tone: Tone::Warning, ..Told::done(text) }
    }

    /// Something was refused.
    pub fn problem(text: impl Into<String>) -> Told {
        Told { tone: Tone::Problem, ..Told::done(text) }
    }

    /// With where a post undoes it.
    pub fn undone_at(self, path: String) -> Told {
        Told { undo: Some(path), ..self }
    }

    /// As the cookie keeps it.
    pub fn to_cookie(&self) -> String {
        let tone = match self.tone {
            Tone::Done => "d",
            Tone::Warning => "w",
            Tone::Problem => "p",
        };
        let undo = self.undo.clone().unwrap_or_default();
        // An address without a path is only its encoded parameters.
        Url::new("").with("t", tone).with("x", &self.text).with("u", undo).to_string()
    }

    fn of_cookie(value: &str) -> Option<Flash> {
        let kept = Form::read(value.trim_start_matches('?').as_bytes());
        let tone = match kept.get("t")? {
            "d" => Tone::Done,
            "w" => Tone::Warning,
            _ => Tone::Problem,
        };
        let undo = kept.get("u").filter(|path| auth::own_address(path) == *path).map(str::to_owned);
        Some(Flash { tone, text: kept.get("x")?.to_owned(), undo })
    }
}

/// One request of somebody signed in.
pub struct Visit {
    /// What all requests share.
    pub web: Shared,
    /// Who.
    pub signed: Signed,
    /// For whom, by whom, when.
    pub ctx: Ctx,
    /// The creditors they may look at.
    pub creditors: Vec<Creditor>,
    /// The address asked for, with its parameters.
    pub url: Url,
    /// What was typed.
    pub form: Form,
    /// Names and values within the path: `{id}`.
    pub path: Vec<(String, String)>,
    /// Where in the program.
    pub section: Section,
    /// The code a failure is found by in the log.
    pub request_id: String,
    /// The request's headers.
    pub headers: HeaderMap,
}

/// The role as pages show it.
pub fn shown_role(role: Role) -> frame::Role {
    match role {
        Role::Admin => frame::Role::Admin,
        Role::Supervisor => frame::Role::Supervisor,
        Role::Agent => frame::Role::Agent,
        Role::Viewer => frame::Role::Viewer,
    }
}

impl Visit {
    /// The program's parts.
    pub fn app(&self) -> &App {
        &self.web.app
    }

    /// The language of the screens: the one chosen in this browser, else the person's, in the
    /// creditor's variety when they named none.
    pub fn locale(&self) -> Locale {
        match cookie::read(&self.headers, cookie::LOCALE) {
            Some(tag) => Locale::of(&tag),
            None if self.signed.user.locale == "es" => {
                Locale::of(&format!("es-{}", self.ctx.creditor.country))
            }
            None => Locale::of(&self.signed.user.locale),
        }
    }

    /// The day the figures are of, and the day as of which facts are known.
    pub fn at(&self) -> AsOf {
        let day = |name| self.url.param(name).and_then(|text| text.parse::<Day>().ok());
        AsOf { as_of: day(AS_OF).unwrap_or(self.ctx.today), known_at: day(KNOWN_AT) }
    }

    /// The ageing buckets of the creditor.
    pub fn buckets(&self) -> Result<BucketSet, ServiceError> {
        puntual_service::buckets::of(self.app(), &self.ctx)
    }

    /// How the creditor's country writes numbers.
    pub fn numbers(&self) -> Numbers {
        Numbers::of(&self.ctx.creditor.country, self.ctx.creditor.currency)
    }

    /// What the page knows about its reader and its moment.
    pub fn frame(&self) -> Frame {
        let at = self.at();
        let current = self.ctx.creditor.scope;
        let choice = |creditor: &Creditor| CreditorChoice {
            code: creditor.code.clone(),
            name: creditor.name.clone(),
            country: creditor.country.clone(),
            current: creditor.scope == current,
        };
        let flash = cookie::read(&self.headers, cookie::FLASH);
        Frame {
            locale: self.locale(),
            theme: auth::theme(&self.headers),
            numbers: self.numbers(),
            today: self.ctx.today,
            as_of: at.as_of,
            known_at: at.known_at,
            section: self.section,
            url: self.url.clone(),
            creditors: self.creditors.iter().map(choice).collect(),
            user_name: self.signed.user.name.clone(),
            role: shown_role(self.signed.role),
            sources: self.sources(),
            flash: flash.and_then(|value| Told::of_cookie(&value)),
            csrf: self.signed.session.csrf.clone(),
        }
    }

    /// How fresh what was imported is. A page without it is better than no page.
    fn sources(&self) -> Vec<Freshness> {
        let locale = self.locale();
        let known = puntual_service::freshness::sources(self.app(), &self.ctx).unwrap_or_default();
        let shown = known.into_iter().map(|source| Freshness {
            source: match source.kind {
                puntual_service::freshness::Kind::Documents => locale.t("nav.documents"),
                puntual_service::freshness::Kind::Payments => locale.t("event.payment"),
            }
            .to_owned(),
            last_on: source.last_on,
            is_late: source.is_late,
        });
        shown.collect()
    }

    /// The id named in the path. What is no id is nothing that is here.
    pub fn id<T: FromStr>(&self) -> Result<T, ServiceError> {
        let text = self.path_text("id");
        text.parse().map_err(|_| ServiceError::NotFound(text.to_owned()))
    }

    /// A part of the path by its name.
    pub fn path_text(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A parameter of the address.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.url.param(name)
    }

    /// The part of a list asked for.
    pub fn page(&self, size: usize) -> Page {
        let number = self.param(PAGE).and_then(|text| text.parse().ok()).unwrap_or(1);
        Page { number, size }
    }

    /// The pager's values of a list of `total` rows.
    pub fn paging(&self, size: usize, total: usize) -> Paging {
        let page = self.page(size);
        Paging { page: page.number.max(1) as u64, per_page: size as u64, total: total as u64 }
    }

    /// The first column sorted by, and which way; a second one only breaks ties of names.
    pub fn sort(&self) -> Option<(&str, Direction)> {
        let first = self.param(SORT)?.split(',').next()?;
        match first.strip_prefix('-') {
            Some(name) => Some((name, Direction::Down)),
            None => Some((first, Direction::Up)),
        }
    }

    /// A page.
    pub fn html(&self, page: Markup) -> Answer {
        let mut response = page.into_response();
        if cookie::read(&self.headers, cookie::FLASH).is_some() {
            auth::set(&mut response, &cookie::gone(cookie::FLASH));
        }
        Ok(response)
    }

    /// Leads to another page, which says what just happened.
    pub fn go(&self, address: &str, told: Option<Told>) -> Answer {
        let mut response = auth::see_other(auth::own_address(address));
        if let Some(told) = told {
            auth::tell(&mut response, &told, auth::is_secure(&self.headers));
        }
        Ok(response)
    }

    /// Where a form says to go back to, or `otherwise`.
    pub fn back(&self, otherwise: &str) -> String {
        let asked = self.form.get("volver").filter(|back| !back.is_empty());
        auth::own_address(asked.unwrap_or(otherwise)).to_owned()
    }

    /// A file to be kept under a name.
    pub fn file(&self, name: &str, kind: &str, content: Vec<u8>) -> Answer {
        let plain: String =
            name.chars().map(|c| if c.is_ascii_graphic() && c != '"' { c } else { '_' }).collect();
        let disposition = format!("attachment; filename=\"{plain}\"");
        let headers = [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)];
        Ok((headers, content).into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        let form = Form::read("a=%C3%91u%C3%B1oa+%26&b=&a=2&c=%zz".as_bytes());
        assert_eq!(form.get("a"), Some("Ñuñoa &"));
        assert_eq!(form.get("b"), Some(""));
        assert_eq!(form.text("c"), "%zz");
        assert_eq!(form.get("d"), None);
    }

    #[test]
    fn what_happened_survives_its_cookie() {
        let told = Told::done("Pago de $ 1.190.000; aplicado").undone_at("/pagos/pay_1".to_owned());
        let flash = Told::of_cookie(&told.to_cookie()).unwrap();
        assert_eq!(flash.text, "Pago de $ 1.190.000; aplicado");
        assert_eq!(flash.undo.as_deref(), Some("/pagos/pay_1"));
        assert!(!told.to_cookie().contains([';', ' ', '"']));
        assert!(Told::of_cookie("nonsense").is_none());
    }
}
