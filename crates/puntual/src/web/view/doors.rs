//! Ajustes, the doors: the mailbox files are mailed to, and the keys of programs.

use super::settings::{SettingsTab, frame};
use crate::web::layout::Frame;
use crate::web::part::figure;
use crate::web::part::form::{Choice, Kind, Typed, csrf, field, post_button, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, remark};
use maud::{Markup, html};
use puntual_core::date::Day;

/// The mailbox. Posts to `/ajustes/buzon`.
#[derive(Clone, Debug, Default)]
pub struct MailboxView {
    /// Host name.
    pub host: Typed,
    /// Port.
    pub port: Typed,
    /// `tls`, `starttls` or `none`.
    pub security: String,
    /// Name to sign in with.
    pub user: Typed,
    /// Whether a password is kept; it is never shown.
    pub has_password: bool,
    /// The folder that is read.
    pub folder: Typed,
    /// Where read messages go.
    pub done_folder: Typed,
    /// A company's own authority.
    pub authority_file: Typed,
    /// Whether there is a mailbox already.
    pub is_set: bool,
    /// How the last reading or trial went, in the reader's language.
    pub last: Option<(bool, String)>,
}

/// The mailbox files are mailed to.
pub fn mailbox(f: &Frame, view: &MailboxView) -> Markup {
    let securities = [
        Choice::new("tls", "TLS"),
        Choice::new("starttls", "STARTTLS"),
        Choice::new("none", f.t("settings.no_security")),
    ];
    let kept =
        if view.has_password { f.t("settings.password_kept") } else { f.t("login.password") };
    let text =
        |name: &str, label: &str, typed: &Typed| field("mailbox", name, label, Kind::Text, typed);
    let body = html! {
        section.narrow {
            h2 { (f.t("settings.mailbox")) }
            p.lede { (f.t("settings.mailbox_lede")) }
            @if let Some((worked, what)) = &view.last { ({
                remark(
                    if *worked { Tone::Done } else { Tone::Problem },
                    html! {
                        (what)
                    },
                )
            }) }
            form.stack method="post" action="/ajustes/buzon" {
                (csrf(f))
                div.pair {
                    (text("host", f.t("settings.host"), &view.host))
                    (field("mailbox", "port", f.t("settings.port"), Kind::Integer, &view.port))
                }
                ({
                    let label = f.t("settings.security");
                    select("mailbox", "security", label, None, &securities, &view.security)
                })
                (text("user", f.t("settings.mail_user"), &view.user))
                (field("mailbox", "password", kept, Kind::NewPassword, &Typed::default()))
                p.hint { (f.t("settings.mailbox_password")) }
                div.pair {
                    (text("folder", f.t("settings.mail_folder"), &view.folder))
                    (text("done_folder", f.t("settings.done_folder"), &view.done_folder))
                }
                (text("authority_file", f.t("settings.authority_file"), &view.authority_file))
                div.form-end {
                    button.button.main type="submit" name="do" value="save" { (f.t("save")) }
                    button.button type="submit" name="do" value="try" {
                        (icon("mail"))
                        (f.t("settings.try_mail"))
                    }
                    @if view.is_set {
                        button.button.quiet type="submit" name="do" value="forget" {
                            (f.t("settings.forget_mailbox"))
                        }
                    }
                }
            }
        }
    };
    frame(f, SettingsTab::Mailbox, body)
}

/// The keys of programs. Posts to `/ajustes/programas`.
#[derive(Clone, Debug)]
pub struct ApiView {
    /// The keys, newest first.
    pub rows: Vec<TokenRow>,
    /// People a key can speak for.
    pub users: Vec<Choice>,
    /// What the new key is for, as typed.
    pub name: Typed,
    /// The key just made: shown this once.
    pub made: Option<String>,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// What its taking back posts.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Its beginning.
    pub start: String,
    /// Whom it speaks for.
    pub user: String,
    /// When it was made.
    pub made_on: Day,
    /// When it was last used.
    pub used_on: Option<Day>,
    /// Whether it was taken back.
    pub is_revoked: bool,
}

/// The keys of programs.
pub fn api(f: &Frame, view: &ApiView) -> Markup {
    let body = html! {
        div.columns {
            section {
                h2 { (f.t("settings.api")) }
                p.lede { (f.t("settings.api_lede")) }
                @if let Some(made) = &view.made { ({
                    remark(
                        Tone::Done,
                        html! {
                            (f.t("settings.token_made"))
                            " "
                            code.mono { (made) }
                        },
                    )
                }) }
                @if view.rows.is_empty() {
                    (empty(f.t("settings.no_tokens"), f.t("settings.no_tokens_advice"), None))
                } @else { (tokens(f, view)) }
            }
            aside.side {
                section {
                    h2 { (f.t("settings.new_token")) }
                    form.stack method="post" action="/ajustes/programas" {
                        (csrf(f))
                        (field("token", "name", f.t("settings.token_for"), Kind::Text, &view.name))
                        (select("token", "user", f.t("settings.token_user"), None, &view.users, ""))
                        button.button.main type="submit" { (f.t("settings.add_token")) }
                    }
                }
            }
        }
    };
    frame(f, SettingsTab::Api, body)
}

fn tokens(f: &Frame, view: &ApiView) -> Markup {
    html! {
        div.table-scroll {
            table.stacks {
                thead {
                    tr {
                        th scope="col" { (f.t("settings.token_for")) }
                        th scope="col" { (f.t("settings.token")) }
                        th scope="col" { (f.t("settings.token_user")) }
                        th scope="col" { (f.t("settings.token_made_on")) }
                        th scope="col" { (f.t("settings.token_used_on")) }
                        th scope="col" {
                            span.hidden { (f.t("col.actions")) }
                        }
                    }
                }
                tbody {
                    @for row in &view.rows {
                        tr.off[row.is_revoked] {
                            th.lead scope="row" { (row.name) }
                            td.mono data-label=(f.t("settings.token")) { (row.start) "…" }
                            td data-label=(f.t("settings.token_user")) { (row.user) }
                            td data-label=(f.t("settings.token_made_on")) {
                                (figure::date(f, row.made_on))
                            }
                            td data-label=(f.t("settings.token_used_on")) {
                                @match row.used_on {
                                    Some(day) => (figure::near(f, day)),
                                    None => span.nil { "–" },
                                }
                            }
                            td.row-actions {
                                @if row.is_revoked {
                                    span.badge.h-legal { (icon("close")) (f.t("settings.revoked")) }
                                } @else { (revoke(f, row)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn revoke(f: &Frame, row: &TokenRow) -> Markup {
    let action = format!("/ajustes/programas/{}/revocar", row.id);
    post_button(f, &action, "quiet", html! { (f.t("settings.revoke")) })
}
