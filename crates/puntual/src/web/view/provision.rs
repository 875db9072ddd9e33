//! Provision: what is expected not to be collected, by age, and how amounts moved.

use crate::web::format::{self, Amount};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{Choice, Kind, Typed, field, keep, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{fact, facts};
use crate::web::part::table::{Column, head, label};
use maud::{Markup, html};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::ratio::Ratio;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ProvisionView {
    /// The standard, as addresses write it.
    pub view: String,
    /// Forward-looking factor.
    pub forward: Typed,
    /// First and last day of the sales followed.
    pub cohort: (Day, Day),
    /// The day amounts moved from.
    pub moved_from: Day,
    /// The method's version.
    pub matrix: &'static str,
    /// By currency.
    pub currencies: Vec<CurrencyProvision>,
}

/// One currency.
#[derive(Clone, Debug)]
pub struct CurrencyProvision {
    /// Which.
    pub currency: Currency,
    /// By age.
    pub lines: Vec<ProvisionLine>,
    /// What is disputed.
    pub disputed: Amount,
    /// What is exposed in all.
    pub exposed: Amount,
    /// What is expected to be lost; `None` where no rate is known.
    pub loss: Option<Amount>,
    /// Overdue for more than six months.
    pub over_six_months: Amount,
    /// How many receivables were followed.
    pub followed: i64,
    /// How amounts moved: from, total, and shares by where they went, in the order of
    /// [`DESTINATIONS`] and then of the ages.
    pub moved: Vec<(String, Amount, Vec<Option<Ratio>>)>,
}

/// One age.
#[derive(Clone, Debug)]
pub struct ProvisionLine {
    /// Name of the age.
    pub age: String,
    /// What is open and not disputed.
    pub exposed: Amount,
    /// What the standard provides for.
    pub provided: Amount,
    /// Loss rate.
    pub rate: Option<Ratio>,
    /// Expected loss.
    pub loss: Option<Amount>,
}

/// Where amounts go besides another age: the keys of their words.
pub const DESTINATIONS: [&str; 4] =
    ["provision.paid", "provision.credit_noted", "provision.written_off", "provision.other"];

/// The page.
pub fn provision(f: &Frame, view: &ProvisionView) -> Markup {
    let actions = html! {
        a.button.quiet href=(f.url.at("/indicadores/provision/exportar").with("formato", "xlsx")) {
            (icon("download"))
            "XLSX"
        }
    };
    let date = |day: Day| format::date(day, f.locale);
    let rests = f.fill(
        "provision.rests_on",
        &[("from", &date(view.cohort.0)), ("to", &date(view.cohort.1)), ("matrix", view.matrix)],
    );
    let body = html! {
        (filters(f, view))
        p.muted { (rests) }
        @for one in &view.currencies { (of_currency(f, view, one)) }
        @if view.currencies.is_empty() { p.muted { (f.t("provision.nothing")) } }
    };
    page(f, Heading::dated(f.t("provision.title")).with_actions(actions), body)
}

fn filters(f: &Frame, view: &ProvisionView) -> Markup {
    let standards = [
        Choice::new("ifrs9", "IFRS 9 / NIIF 9"),
        Choice::new("nif-c16", "NIF C-16"),
        Choice::new("pgc", "PGC"),
    ];
    html! {
        form.filters method="get" action=(f.url.path()) data-autosubmit {
            (keep(&f.url, &["norma", "factor"]))
            (select("f", "norma", f.t("provision.standard"), None, &standards, &view.view))
            (field("f", "factor", f.t("provision.forward"), Kind::Amount, &view.forward))
            button.button type="submit" { (icon("filter")) (f.t("filter.apply")) }
        }
    }
}

fn of_currency(f: &Frame, view: &ProvisionView, one: &CurrencyProvision) -> Markup {
    let loss = match one.loss {
        Some(loss) => figure::amount(f, loss),
        None => figure::undefined(f),
    };
    html! {
        section {
            h2 { (one.currency.code()) }
            (facts(&[
                fact(f.t("provision.loss"), loss),
                fact(f.t("provision.exposed"), figure::amount(f, one.exposed)),
                fact(f.t("provision.disputed"), figure::amount(f, one.disputed)),
                fact(f.t("provision.over_six_months"), figure::amount(f, one.over_six_months)),
                fact(f.t("provision.followed"), figure::integer(f, one.followed)),
            ]))
            (ages(f, one))
            h3 {
                ({
                    let day = format::date(view.moved_from, f.locale);
                    f.fill("provision.moved", &[("from", &day)])
                })
            }
            (moved(f, one))
        }
    }
}

fn ages(f: &Frame, one: &CurrencyProvision) -> Markup {
    let currency = Some(one.currency);
    let amounts = |key: &'static str| Column { currency, ..Column::plain_number(f.t(key)) };
    let columns = [
        Column::plain(f.t("provision.age")),
        amounts("provision.exposed"),
        amounts("provision.provided"),
        Column::plain_number(f.t("provision.rate")),
        amounts("provision.loss"),
    ];
    html! {
        div.table-scroll {
            table.rows.stacks {
                caption.hidden { (f.t("provision.title")) }
                (head(f, &columns))
                tbody {
                    @for line in &one.lines {
                        tr {
                            th.lead scope="row" { (line.age) }
                            td.num data-label=(label(f.t("provision.exposed"), currency)) {
                                (figure::bare(f, line.exposed))
                            }
                            td.num data-label=(label(f.t("provision.provided"), currency)) {
                                (figure::bare(f, line.provided))
                            }
                            td.num data-label=(f.t("provision.rate")) {
                                (figure::percent(f, line.rate))
                            }
                            td.num data-label=(label(f.t("provision.loss"), currency)) {
                                @match line.loss {
                                    Some(loss) => (figure::bare(f, loss)),
                                    None => (figure::undefined(f)),
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn moved(f: &Frame, one: &CurrencyProvision) -> Markup {
    html! {
        div.table-scroll {
            table.rows {
                caption.hidden { (f.t("provision.migration")) }
                thead {
                    tr {
                        th scope="col" { (f.t("provision.age")) }
                        th.num scope="col" { (f.t("provision.before")) }
                        @for key in DESTINATIONS { th.num scope="col" { (f.t(key)) } }
                        @for line in &one.lines { th.num scope="col" { (line.age) } }
                    }
                }
                tbody {
                    @for (age, total, shares) in &one.moved {
                        tr {
                            th.lead scope="row" { (age) }
                            td.num { (figure::bare(f, *total)) }
                            @for share in shares { td.num { (figure::percent(f, *share)) } }
                        }
                    }
                }
            }
        }
    }
}
