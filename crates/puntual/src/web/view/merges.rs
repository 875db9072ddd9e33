//! Unir clientes: both sides beside each other, what they come to together, and the reason that
//! whoever decides has to give; and taking it back.

use super::{CustomerRef, customer_link, customer_url};
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{Kind, Typed, csrf, field, hidden, search_field};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, remark};
use crate::web::url::Url;
use maud::{Markup, html};

/// What choosing the other customer shows.
#[derive(Clone, Debug)]
pub struct ChooseView {
    /// Who is merged or belongs.
    pub customer: CustomerRef,
    /// The customers found for what was typed, and what tells each apart.
    pub found: Vec<(CustomerRef, String)>,
    /// Whether something was looked for.
    pub has_text: bool,
}

/// What a preview of a merge, or of taking it back, shows.
#[derive(Clone, Debug)]
pub struct MergeView {
    /// Who is merged.
    pub customer: CustomerRef,
    /// Who stands for both.
    pub into: CustomerRef,
    /// What is kept of each: its name, and what each has.
    pub rows: Vec<SideRow>,
    /// What both come to together: currency by currency, open, past due, not applied.
    pub together: Vec<[Amount; 3]>,
    /// Why it cannot be done, in the reader's language.
    pub refusal: Option<String>,
    /// Whether it is taken back.
    pub parts: bool,
    /// Where the form posts.
    pub action: String,
    /// The id the command will have.
    pub command_id: String,
    /// Where the same is shown the other way round.
    pub other_way: Option<Url>,
    /// What was said when it was merged: who, when, why.
    pub said: Option<String>,
    /// Why.
    pub why: Typed,
}

/// One line of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideRow {
    /// What it is about.
    pub name: String,
    /// Of the one that is merged.
    pub one: Vec<String>,
    /// Of the one that stands for both.
    pub other: Vec<String>,
}

impl SideRow {
    fn differs(&self) -> bool {
        self.one != self.other
    }
}

/// The page where the other customer is chosen.
pub fn choose(f: &Frame, view: &ChooseView) -> Markup {
    let title = f.fill("merge.title_of", &[("name", &view.customer.name)]);
    let with = |id| f.url.without("q").with("con", id);
    let body = html! {
        p.lede { (f.t("merge.choose")) }
        form.filters method="get" action=(f.url.path()) {
            (search_field(f, "filter.search_customers"))
            button.button type="submit" { (icon("search")) (f.t("filter.search")) }
        }
        (found(f, view, |customer| html! {
            a.button href=(with(customer.id)) { (f.t("merge.compare")) }
        }))
    };
    page(f, Heading::plain(&title), body)
}

/// The customers found, each with what can be done with it.
pub(super) fn found(f: &Frame, view: &ChooseView, deed: impl Fn(&CustomerRef) -> Markup) -> Markup {
    html! {
        @if view.found.is_empty() {
            @if view.has_text {
                (empty(f.t("list.empty"), f.t("list.empty_advice"), None))
            }
        } @else {
            table.rows.stacks data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("col.customer")) }
                        th scope="col" {
                            span.hidden { (f.t("merge.compare")) }
                        }
                    }
                }
                tbody {
                    @for (customer, tells) in &view.found {
                        tr {
                            th.lead scope="row" {
                                (customer_link(f, customer))
                                " "
                                small { (tells) }
                            }
                            td.row-actions { (deed(customer)) }
                        }
                    }
                }
            }
        }
    }
}

/// The page that shows what a merge joins, or what taking it back parts.
pub fn merge(f: &Frame, view: &MergeView) -> Markup {
    let title = f.t(if view.parts { "merge.part_title" } else { "merge.title" });
    let body = html! {
        p.lede {
            a href=(customer_url(f, view.customer.id)) { (view.customer.name) }
            " → "
            a href=(customer_url(f, view.into.id)) { (view.into.name) }
        }
        @if let Some(said) = &view.said {
            p.muted { (said) }
        }
        @if let Some(refusal) = &view.refusal {
            (remark(Tone::Problem, html! { (refusal) }))
        } @else {
            (consequences(f, view))
        }
        (beside(f, view))
        (together(f, view))
        @if view.refusal.is_none() && f.may_decide() { (decide(f, view)) }
        @if let Some(other_way) = &view.other_way {
            p {
                a.button.quiet href=(other_way) { (icon("right")) (f.t("merge.other_way")) }
            }
        }
    };
    page(f, Heading::plain(title), body)
}

fn consequences(f: &Frame, view: &MergeView) -> Markup {
    let names = [("one", view.customer.name.as_str()), ("other", view.into.name.as_str())];
    let keys = match view.parts {
        true => ["merge.part_all", "merge.part_import", "merge.part_stays"],
        false => ["merge.all", "merge.import", "merge.stays"],
    };
    html! {
        ul.evidence {
            @for key in keys {
                li { (f.fill(key, &names)) }
            }
        }
    }
}

fn beside(f: &Frame, view: &MergeView) -> Markup {
    let lines = |texts: &[String]| {
        html! {
            @if texts.is_empty() {
                "—"
            }
            @for text in texts {
                div { (text) }
            }
        }
    };
    html! {
        section {
            h2 { (f.t("merge.beside")) }
            div.table-scroll {
                table.compact.beside {
                    thead {
                        tr {
                            th scope="col" { (f.t("merge.what")) }
                            th scope="col" { (view.customer.name) }
                            th scope="col" { (view.into.name) }
                            th scope="col" {
                                span.hidden { (f.t("col.state")) }
                            }
                        }
                    }
                    tbody {
                        @for row in &view.rows {
                            tr.differs[row.differs()] {
                                th scope="row" { (row.name) }
                                td { (lines(&row.one)) }
                                td { (lines(&row.other)) }
                                td {
                                    @if row.differs() {
                                        span.badge.h-d2 { (icon("flag")) (f.t("quarantine.differs")) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn together(f: &Frame, view: &MergeView) -> Markup {
    html! {
        section {
            h2 { (f.t("merge.together")) }
            @if view.together.is_empty() {
                p.muted { (f.t("merge.nothing")) }
            } @else {
                table.compact {
                    thead {
                        tr {
                            th.num scope="col" { (f.t("col.open")) }
                            th.num scope="col" { (f.t("col.overdue")) }
                            th.num scope="col" { (f.t("col.unapplied")) }
                        }
                    }
                    tbody {
                        @for amounts in &view.together {
                            tr {
                                @for amount in amounts {
                                    td.num { (figure::amount(f, *amount)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn decide(f: &Frame, view: &MergeView) -> Markup {
    let word = f.t(if view.parts { "merge.part" } else { "merge.do" });
    html! {
        form.card method="post" action=(view.action) {
            (csrf(f))
            (hidden("id", &view.command_id))
            @if !view.parts {
                (hidden("con", view.into.id))
            }
            (field("merge", "why", f.t("merge.why"), Kind::Text, &view.why))
            button.button.main type="submit" { (word) }
        }
    }
}
