//! What every page knows about its reader and its moment: language, theme, role, creditor, day.
//!
//! Decides which parts of the program a role sees. It refuses to know how a page looks.

use super::format::Numbers;
use super::locale::Locale;
use super::part::notice::Flash;
use super::url::Url;
use puntual_core::date::Day;

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The cookie's value, and the class of the page.
    pub fn code(self) -> &'static str {
        match self {
            Theme::System => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// Reads the cookie's value; anything else is the system's choice.
    pub fn of(code: &str) -> Theme {
        match code {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }
}

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything, settings and users included.
    Admin,
    /// Everything about the portfolio.
    Supervisor,
    /// Their own customers and contacts.
    Agent,
    /// Looks, changes nothing.
    Viewer,
}

impl Role {
    /// All roles, the most powerful first.
    pub const ALL: [Role; 4] = [Role::Admin, Role::Supervisor, Role::Agent, Role::Viewer];

    /// How forms and the store write it.
    pub fn code(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Supervisor => "supervisor",
            Role::Agent => "agent",
            Role::Viewer => "viewer",
        }
    }

    /// The key of its word.
    pub fn key(self) -> &'static str {
        match self {
            Role::Admin => "role.admin",
            Role::Supervisor => "role.supervisor",
            Role::Agent => "role.agent",
            Role::Viewer => "role.viewer",
        }
    }
}

/// The parts of the program in the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Who to contact today.
    Day,
    /// Customers.
    Customers,
    /// Documents.
    Documents,
    /// What is on the bank's accounts.
    Bank,
    /// Promises and agreements.
    Agreements,
    /// Messages and the plan of the day.
    Messages,
    /// Strategies, and what waits for approval.
    Strategies,
    /// Indicators as of any day.
    Indicators,
    /// Expected cash.
    Forecast,
    /// Files in.
    Import,
    /// Settings.
    Settings,
}

impl Section {
    /// All, in the rail's order.
    pub const ALL: [Section; 11] = [
        Section::Day,
        Section::Customers,
        Section::Documents,
        Section::Bank,
        Section::Agreements,
        Section::Messages,
        Section::Strategies,
        Section::Indicators,
        Section::Forecast,
        Section::Import,
        Section::Settings,
    ];

    /// Its address.
    pub fn path(self) -> &'static str {
        match self {
            Section::Day => "/",
            Section::Customers => "/clientes",
            Section::Documents => "/documentos",
            Section::Bank => "/banco",
            Section::Agreements => "/convenios",
            Section::Messages => "/mensajes",
            Section::Strategies => "/estrategias",
            Section::Indicators => "/indicadores",
            Section::Forecast => "/proyeccion",
            Section::Import => "/importar",
            Section::Settings => "/ajustes",
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Section::Day => "nav.day",
            Section::Customers => "nav.customers",
            Section::Documents => "nav.documents",
            Section::Bank => "nav.bank",
            Section::Agreements => "nav.agreements",
            Section::Messages => "nav.messages",
            Section::Strategies => "nav.strategies",
            Section::Indicators => "nav.indicators",
            Section::Forecast => "nav.forecast",
            Section::Import => "nav.import",
            Section::Settings => "nav.settings",
        }
    }

    pub(super) fn icon(self) -> &'static str {
        match self {
            Section::Day => "sun",
            Section::Customers => "people",
            Section::Documents => "file",
            Section::Bank => "coin",
            Section::Agreements => "promise",
            Section::Messages => "mail",
            Section::Strategies => "flag",
            Section::Indicators => "chart",
            Section::Forecast => "calendar",
            Section::Import => "upload",
            Section::Settings => "gear",
        }
    }

    /// The second key after `g` that goes there.
    pub(super) fn chord(self) -> Option<&'static str> {
        match self {
            Section::Day => Some("d"),
            Section::Customers => Some("c"),
            Section::Documents => Some("o"),
            Section::Bank => Some("b"),
            Section::Agreements => Some("v"),
            Section::Messages => Some("m"),
            Section::Strategies => Some("e"),
            Section::Indicators => Some("i"),
            Section::Forecast => Some("p"),
            Section::Import => Some("s"),
            Section::Settings => None,
        }
    }

    /// What a role sees in the rail: agents and viewers have no imports nor settings.
    pub fn visible_to(role: Role) -> Vec<Section> {
        let hidden: &[Section] = match role {
            Role::Admin => &[],
            Role::Supervisor => &[Section::Settings],
            Role::Agent | Role::Viewer => &[Section::Import, Section::Settings],
        };
        Section::ALL.into_iter().filter(|section| !hidden.contains(section)).collect()
    }
}

/// A creditor the person may switch to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditorChoice {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Country, ISO 3166 alpha-2.
    pub country: String,
    /// Whether the page shows this one.
    pub current: bool,
}

/// How fresh what came from one source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The source: documents, payments, bank …, in the reader's language.
    pub source: String,
    /// The newest day it has brought facts for; `None` when it never has.
    pub last_on: Option<Day>,
    /// Whether it is later than the creditor expects.
    pub is_late: bool,
}

/// What every page knows about its reader and its moment.
#[derive(Clone)]
pub struct Frame {
    /// Language of the screens.
    pub locale: Locale,
    /// Light or dark.
    pub theme: Theme,
    /// How the creditor's country writes numbers.
    pub numbers: Numbers,
    /// Today in the creditor's zone.
    pub today: Day,
    /// The day the figures are of.
    pub as_of: Day,
    /// The day as of which facts are taken as known; `None` for all that is known now.
    pub known_at: Option<Day>,
    /// Where in the program this page is.
    pub section: Section,
    /// This page's address with its parameters.
    pub url: Url,
    /// The creditors the person may see.
    pub creditors: Vec<CreditorChoice>,
    /// Name of the person.
    pub user_name: String,
    /// What the person may do.
    pub role: Role,
    /// How fresh each source is.
    pub sources: Vec<Freshness>,
    /// What just happened.
    pub flash: Option<Flash>,
    /// The token forms carry.
    pub csrf: String,
}

impl Frame {
    /// The text of a key.
    pub fn t(&self, key: &'static str) -> &'static str {
        self.locale.t(key)
    }

    /// The text of a key with arguments.
    pub fn fill(&self, key: &'static str, arguments: &[(&str, &str)]) -> String {
        self.locale.fill(key, arguments)
    }

    /// The text of a key for a number of things, the number grouped as the country does.
    pub fn count(&self, key: &'static str, n: i64) -> String {
        self.locale.count(key, n, &self.numbers.integer(n.into()))
    }

    /// An address that keeps this page's as-of and known-at days.
    pub fn to(&self, path: &str) -> Url {
        self.url.same_day(path)
    }

    /// Whether the person may decide what the machine leaves open.
    pub fn may_decide(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Supervisor)
    }

    /// Whether the person may change things.
    pub fn may_write(&self) -> bool {
        self.role != Role::Viewer
    }
}
