//! Ajustes: creditors, people and what they may do, outgoing mail, ageing buckets.

use crate::web::layout::{Frame, Heading, Role, page};
use crate::web::part::badge::Bucket;
use crate::web::part::figure;
use crate::web::part::form::{Choice, Kind, Typed, csrf, field, hidden, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, fact, facts, remark, tabs};
use maud::{Markup, html};
use puntual_core::date::Day;
use puntual_core::id::UserId;

/// The parts of Ajustes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum SettingsTab {
    Creditors,
    Card,
    Users,
    Mail,
    Mailbox,
    Api,
    Buckets,
}

/// A part of Ajustes within its tabs.
pub fn frame(f: &Frame, current: SettingsTab, body: Markup) -> Markup {
    let choices = [
        (SettingsTab::Creditors, "/ajustes", "settings.creditors"),
        (SettingsTab::Card, "/ajustes/datos", "settings.card"),
        (SettingsTab::Users, "/ajustes/usuarios", "settings.users"),
        (SettingsTab::Mail, "/ajustes/correo", "settings.mail"),
        (SettingsTab::Mailbox, "/ajustes/buzon", "settings.mailbox"),
        (SettingsTab::Api, "/ajustes/programas", "settings.api"),
        (SettingsTab::Buckets, "/ajustes/tramos", "settings.buckets"),
    ]
    .map(|(tab, path, key)| (path.to_owned(), f.locale.t(key), tab == current));
    let body = html! {
        (tabs(f.t("nav.settings"), &choices))
        (body)
    };
    page(f, Heading::plain(f.t("nav.settings")), body)
}

/// What the page of creditors shows.
#[derive(Clone, Debug)]
pub struct CreditorsView {
    /// The creditors.
    pub rows: Vec<CreditorRow>,
    /// The form for a new one.
    pub form: CreditorForm,
    /// Countries to choose from.
    pub countries: Vec<Choice>,
    /// Currencies to choose from.
    pub currencies: Vec<Choice>,
}

/// A creditor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditorRow {
    /// Its code.
    pub code: String,
    /// Its legal name.
    pub name: String,
    /// Its tax id as printed.
    pub tax_id: String,
    /// Country, ISO 3166 alpha-2.
    pub country: String,
    /// The currency of its books.
    pub currency: String,
    /// Its time zone, an IANA name.
    pub zone: String,
    /// Customers it has.
    pub customers: i64,
    /// Whether it is the one shown first.
    pub is_default: bool,
}

/// A new creditor. Posts to `/ajustes/acreedores`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CreditorForm {
    /// The id the command will have.
    pub command_id: String,
    /// Its legal name.
    pub name: Typed,
    /// Its tax id.
    pub tax_id: Typed,
    /// Its code.
    pub code: Typed,
    /// Country chosen.
    pub country: String,
    /// Currency chosen.
    pub currency: String,
}

/// The creditors.
pub fn creditors(f: &Frame, view: &CreditorsView) -> Markup {
    let form = &view.form;
    let body = html! {
        div.columns {
            section {
                h2 { (f.t("settings.creditors")) }
                (creditor_table(f, &view.rows))
            }
            aside.side {
                section {
                    h2 { (f.t("settings.new_creditor")) }
                    form.stack method="post" action="/ajustes/acreedores" {
                        (csrf(f))
                        (hidden("id", &form.command_id))
                        (field("creditor", "name", f.t("settings.name"), Kind::Text, &form.name))
                        (field(
                            "creditor", "tax_id", f.t("settings.tax_id"), Kind::Text, &form.tax_id,
                        ))
                        (field("creditor", "code", f.t("settings.code"), Kind::Text, &form.code))
                        ({
                            select(
                                "creditor",
                                "country",
                                f.t("settings.country"),
                                None,
                                &view.countries,
                                &form.country,
                            )
                        })
                        ({
                            select(
                                "creditor",
                                "currency",
                                f.t("filter.currency"),
                                None,
                                &view.currencies,
                                &form.currency,
                            )
                        })
                        button.button.main type="submit" { (f.t("settings.add_creditor")) }
                    }
                }
            }
        }
    };
    frame(f, SettingsTab::Creditors, body)
}

fn creditor_table(f: &Frame, rows: &[CreditorRow]) -> Markup {
    html! {
        div.table-scroll {
            table.stacks {
                thead {
                    tr {
                        th scope="col" { (f.t("settings.name")) }
                        th scope="col" { (f.t("settings.code")) }
                        th scope="col" { (f.t("settings.tax_id")) }
                        th scope="col" { (f.t("settings.country")) }
                        th scope="col" { (f.t("filter.currency")) }
                        th scope="col" { (f.t("settings.zone")) }
                        th.num scope="col" { (f.t("nav.customers")) }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th.lead scope="row" {
                                (row.name)
                                @if row.is_default {
                                    " "
                                    span.badge.h-paid {
                                        (icon("check"))
                                        (f.t("settings.default"))
                                    }
                                }
                            }
                            td.mono data-label=(f.t("settings.code")) { (row.code) }
                            td.mono data-label=(f.t("settings.tax_id")) { (row.tax_id) }
                            td data-label=(f.t("settings.country")) { (row.country) }
                            td data-label=(f.t("filter.currency")) { (row.currency) }
                            td data-label=(f.t("settings.zone")) { (row.zone) }
                            td.num data-label=(f.t("nav.customers")) {
                                (figure::integer(f, row.customers))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the page of people shows.
#[derive(Clone, Debug)]
pub struct UsersView {
    /// The people.
    pub rows: Vec<UserRow>,
    /// The form for a new one.
    pub form: UserForm,
}

/// A person who uses the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail, with which they sign in.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// When they last signed in.
    pub last_seen_on: Option<Day>,
    /// Whether they may sign in.
    pub is_active: bool,
    /// Whether it is the reader, who cannot shut themselves out.
    pub is_self: bool,
    /// Every creditor, by the number forms send, with its name and whether they work for it.
    /// Empty when there is nothing to choose: one creditor, or an administrator.
    pub creditors: Vec<(i64, String, bool)>,
}

/// A new person. Posts to `/ajustes/usuarios`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct UserForm {
    /// The id the command will have.
    pub command_id: String,
    /// Their name.
    pub name: Typed,
    /// Their e-mail.
    pub email: Typed,
    /// Their first password.
    pub password: Typed,
    /// Role code chosen.
    pub role: String,
}

/// The people and their roles.
pub fn users(f: &Frame, view: &UsersView) -> Markup {
    let roles = Role::ALL.map(|role| Choice::new(role.code(), f.t(role.key())));
    let body = html! {
        div.columns {
            section {
                h2 { (f.t("settings.users")) }
                div.table-scroll {
                    table.stacks {
                        thead {
                            tr {
                                th scope="col" { (f.t("settings.name")) }
                                th scope="col" { (f.t("channel.email")) }
                                th scope="col" { (f.t("settings.role")) }
                                th scope="col" { (f.t("settings.works_for")) }
                                th scope="col" { (f.t("settings.last_seen")) }
                                th scope="col" {
                                    span.hidden { (f.t("col.actions")) }
                                }
                            }
                        }
                        tbody {
                            @for row in &view.rows { (user_row(f, row, &roles)) }
                        }
                    }
                }
                dl.pairs.roles {
                    @for role in Role::ALL {
                        dt { (f.t(role.key())) }
                        dd { (f.t(meaning(role))) }
                    }
                }
            }
            aside.side {
                section {
                    h2 { (f.t("settings.new_user")) }
                    (user_form(f, &view.form, &roles))
                }
            }
        }
    };
    frame(f, SettingsTab::Users, body)
}

fn user_form(f: &Frame, form: &UserForm, roles: &[Choice]) -> Markup {
    html! {
        form.stack method="post" action="/ajustes/usuarios" {
            (csrf(f))
            (hidden("id", &form.command_id))
            (field("user", "name", f.t("settings.name"), Kind::Text, &form.name))
            (field("user", "email", f.t("channel.email"), Kind::Email, &form.email))
            ({
                field(
                    "user",
                    "password",
                    f.t("settings.first_password"),
                    Kind::NewPassword,
                    &form.password,
                )
            })
            (select("user", "role", f.t("settings.role"), None, roles, &form.role))
            button.button.main type="submit" { (f.t("settings.add_user")) }
        }
    }
}

fn meaning(role: Role) -> &'static str {
    match role {
        Role::Admin => "role.admin_means",
        Role::Supervisor => "role.supervisor_means",
        Role::Agent => "role.agent_means",
        Role::Viewer => "role.viewer_means",
    }
}

fn user_row(f: &Frame, row: &UserRow, roles: &[Choice]) -> Markup {
    html! {
        tr.off[!row.is_active] {
            th.lead scope="row" {
                (row.name)
                @if !row.is_active {
                    " "
                    span.badge.h-legal { (icon("pause")) (f.t("settings.inactive")) }
                }
            }
            td data-label=(f.t("channel.email")) { (row.email) }
            td data-label=(f.t("settings.role")) {
                @if row.is_self {
                    (f.t(row.role.key()))
                    " "
                    small { (f.t("settings.you")) }
                } @else {
                    form
                        .inline
                        .tight
                        method="post"
                        action={ "/ajustes/usuarios/" (row.id) "/rol" }
                        data-autosubmit
                    {
                        (csrf(f))
                        ({
                            select(
                                &row.id.to_string(),
                                "role",
                                f.t("settings.role"),
                                None,
                                roles,
                                row.role.code(),
                            )
                        })
                        button.button.quiet type="submit" { (f.t("save")) }
                    }
                }
            }
            td data-label=(f.t("settings.works_for")) { (works_for(f, row)) }
            td data-label=(f.t("settings.last_seen")) {
                @match row.last_seen_on {
                    Some(on) => (figure::near(f, on)),
                    None => span.nil { (f.t("frame.never")) },
                }
            }
            td.row-actions {
                @if !row.is_self {
                    form.inline method="post" action={ "/ajustes/usuarios/" (row.id) "/activo" } {
                        (csrf(f))
                        (hidden("active", u8::from(!row.is_active)))
                        button.button.quiet type="submit" {
                            @if row.is_active { (f.t("settings.deactivate")) } @else {
                                (f.t("settings.activate"))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The creditors a person works for, and the form to change them. None chosen means all.
fn works_for(f: &Frame, row: &UserRow) -> Markup {
    let own: Vec<&str> =
        row.creditors.iter().filter(|(_, _, own)| *own).map(|(_, name, _)| name.as_str()).collect();
    let shown =
        if own.is_empty() { f.t("settings.all_creditors").to_owned() } else { own.join(", ") };
    html! {
        @if row.creditors.is_empty() { (shown) } @else {
            details {
                summary { (shown) }
                form.stack method="post" action={ "/ajustes/usuarios/" (row.id) "/acreedores" } {
                    (csrf(f))
                    @for (number, name, is_own) in &row.creditors {
                        label {
                            input type="checkbox" name="creditor" value=(number) checked[*is_own];
                            " "
                            (name)
                        }
                    }
                    p.hint { (f.t("settings.none_means_all")) }
                    button.button.quiet type="submit" { (f.t("save")) }
                }
            }
        }
    }
}

/// Outgoing mail. Posts to `/ajustes/correo`; a trial message to `/ajustes/correo/probar`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct MailView {
    /// Host name.
    pub host: Typed,
    /// Port.
    pub port: Typed,
    /// `starttls`, `tls` or `none`.
    pub security: String,
    /// Name to sign in with.
    pub user: Typed,
    /// Whether a password is kept; it is never shown.
    pub has_password: bool,
    /// Who messages come from.
    pub from: Typed,
    /// Where answers go.
    pub reply_to: Typed,
    /// What became of the last trial, in the reader's language.
    pub last_trial: Option<(bool, String)>,
}

/// Outgoing mail.
pub fn mail(f: &Frame, view: &MailView) -> Markup {
    let securities = [
        Choice::new("starttls", "STARTTLS"),
        Choice::new("tls", "TLS"),
        Choice::new("none", f.t("settings.no_security")),
    ];
    let kept =
        if view.has_password { f.t("settings.password_kept") } else { f.t("login.password") };
    let body = html! {
        section.narrow {
            h2 { (f.t("settings.mail")) }
            p.lede { (f.t("settings.mail_lede")) }
            @if let Some((worked, what)) = &view.last_trial {
                ({
                    remark(
                        if *worked { Tone::Done } else { Tone::Problem },
                        html! {
                            (what)
                        },
                    )
                })
            }
            form.stack method="post" action="/ajustes/correo" {
                (csrf(f))
                div.pair {
                    (field("mail", "host", f.t("settings.host"), Kind::Text, &view.host))
                    (field("mail", "port", f.t("settings.port"), Kind::Integer, &view.port))
                }
                (select(
                    "mail", "security", f.t("settings.security"), None, &securities, &view.security,
                ))
                (field("mail", "user", f.t("settings.mail_user"), Kind::Text, &view.user))
                (field("mail", "password", kept, Kind::NewPassword, &Typed::default()))
                (field("mail", "from", f.t("settings.from"), Kind::Email, &view.from))
                (field("mail", "reply_to", f.t("settings.reply_to"), Kind::Email, &view.reply_to))
                div.form-end {
                    button.button.main type="submit" { (f.t("save")) }
                    button.button type="submit" formaction="/ajustes/correo/probar" {
                        (icon("mail"))
                        (f.t("settings.try_mail"))
                    }
                }
            }
        }
    };
    frame(f, SettingsTab::Mail, body)
}

/// Ageing buckets. Posts to `/ajustes/tramos`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketsView {
    /// The buckets in force.
    pub buckets: Vec<Bucket>,
    /// Their upper bounds in days, as typed.
    pub bounds: Typed,
}

/// Ageing buckets.
pub fn buckets(f: &Frame, view: &BucketsView) -> Markup {
    let shown: Vec<Markup> =
        view.buckets.iter().map(|bucket| crate::web::part::badge::bucket(f, *bucket)).collect();
    let body = html! {
        section.narrow {
            h2 { (f.t("settings.buckets")) }
            p.lede { (f.t("settings.buckets_lede")) }
            ({
                facts(
                    &[
                        fact(
                            f.t("settings.in_force"),
                            html! {
                                span.badges {
                                    @for badge in &shown { (badge) }
                                }
                            },
                        ),
                    ],
                )
            })
            form.stack method="post" action="/ajustes/tramos" {
                (csrf(f))
                (field("buckets", "buckets", f.t("settings.bounds"), Kind::Text, &view.bounds))
                p.hint { (f.t("settings.bounds_hint")) }
                div.form-end {
                    button.button.main type="submit" { (f.t("save")) }
                }
            }
        }
    };
    frame(f, SettingsTab::Buckets, body)
}
