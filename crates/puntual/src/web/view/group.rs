//! Grupo: the companies that belong together, what each owes and what they owe in all; and to whom a
//! customer belongs.

use super::merges::{ChooseView, found};
use super::{CustomerRef, customer_link};
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{csrf, hidden, post_button, search_field};
use crate::web::part::icon::icon;
use crate::web::part::table::label;
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// Whose group it is, and the customers found to belong to.
    pub choose: ChooseView,
    /// To whom it belongs.
    pub parent: Option<CustomerRef>,
    /// The head first, everybody after its parent.
    pub members: Vec<MemberRow>,
    /// What all owe together, one line per currency.
    pub totals: Vec<[Amount; 3]>,
    /// The id the command will have.
    pub command_id: String,
}

/// One company in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// Which.
    pub customer: CustomerRef,
    /// How far below the head.
    pub depth: usize,
    /// Open, past due, not applied.
    pub amounts: [Amount; 3],
}

/// Grupo.
pub fn group(f: &Frame, view: &GroupView) -> Markup {
    let title = f.fill("group.title_of", &[("name", &view.choose.customer.name)]);
    let body = html! {
        p.lede { (f.t("group.lede")) }
        (members(f, view))
        @if f.may_write() { (belongs(f, view)) }
    };
    page(f, Heading::dated(&title), body)
}

fn members(f: &Frame, view: &GroupView) -> Markup {
    let words = [f.t("col.open"), f.t("col.overdue"), f.t("col.unapplied")];
    html! {
        div.table-scroll {
            table.rows.stacks data-rows {
                caption.hidden { (f.t("group.title")) }
                thead {
                    tr {
                        th scope="col" { (f.t("col.customer")) }
                        @for word in words {
                            th.num scope="col" { (word) }
                        }
                    }
                }
                tbody {
                    @for row in &view.members {
                        tr {
                            th.lead scope="row" {
                                @for _ in 0..row.depth {
                                    span.muted aria-hidden="true" { "└ " }
                                }
                                (customer_link(f, &row.customer))
                                @if row.depth == 0 && view.members.len() > 1 {
                                    " "
                                    small { (f.t("group.head")) }
                                }
                            }
                            @for (word, amount) in words.iter().zip(row.amounts) {
                                td.num data-label=(label(word, None)) { (figure::amount(f, amount)) }
                            }
                        }
                    }
                }
                tfoot {
                    @for amounts in &view.totals {
                        tr {
                            th scope="row" { (f.t("group.total")) " " (amounts[0].currency) }
                            @for (word, amount) in words.iter().zip(amounts) {
                                td.num data-label=(label(word, None)) { (figure::amount(f, *amount)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// To whom it belongs now, and the search for another.
fn belongs(f: &Frame, view: &GroupView) -> Markup {
    let action = format!("/clientes/{}/matriz", view.choose.customer.id);
    let set = |parent: &CustomerRef| {
        html! {
            form.inline method="post" action=(action) {
                (csrf(f))
                (hidden("id", &view.command_id))
                (hidden("parent", parent.id))
                button.button type="submit" { (f.t("group.set")) }
            }
        }
    };
    html! {
        section {
            h2 { (f.t("group.belongs")) }
            @if let Some(parent) = &view.parent {
                p {
                    (f.t("group.parent"))
                    ": "
                    (customer_link(f, parent))
                    " "
                    (post_button(f, &format!("{action}/quitar"), "quiet", html! { (f.t("group.leave")) }))
                }
            } @else {
                p.muted { (f.t("group.none")) }
            }
            form.filters method="get" action=(f.url.path()) {
                (search_field(f, "filter.search_customers"))
                button.button type="submit" { (icon("search")) (f.t("filter.search")) }
            }
            (found(f, &view.choose, set))
        }
    }
}
