//! Sign-in: one form, nothing else to decide.

use crate::web::layout::{Theme, bare_page, preferences};
use crate::web::locale::Locale;
use crate::web::part::form::{Kind, Typed, field, hidden};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, remark};
use crate::web::url::Url;
use maud::{Markup, html};

/// What sign-in shows. Posts to `/entrar`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginView {
    /// The token the form carries.
    pub csrf: String,
    /// E-mail as typed.
    pub email: Typed,
    /// Why it was refused: wrong pair, or too many attempts; the same words for either half.
    pub error: Option<String>,
    /// Where to go afterwards.
    pub back: String,
    /// Whether nobody can sign in yet: the first user has to be made.
    pub is_nobody_there: bool,
    /// In a demonstration: what each user may do, their e-mail and password.
    pub demo_users: Vec<(String, String, String)>,
}

/// Sign-in.
pub fn login(locale: Locale, theme: Theme, view: &LoginView) -> Markup {
    let body = html! {
        div.sign-in {
            div.brand { (icon("mark")) "Puntual" }
            h1 { (locale.t("login.title")) }
            @if let Some(error) = &view.error { ({
                remark(
                    Tone::Problem,
                    html! {
                        (error)
                    },
                )
            }) }
            @if view.is_nobody_there {
                ({
                    remark(
                        Tone::Warning,
                        html! {
                            (locale.t("login.nobody"))
                        },
                    )
                })
            }
            form.stack method="post" action="/entrar" {
                (hidden("csrf", &view.csrf))
                (hidden("volver", &view.back))
                (field("login", "email", locale.t("channel.email"), Kind::Email, &view.email))
                ({
                    field(
                        "login",
                        "password",
                        locale.t("login.password"),
                        Kind::Password,
                        &Typed::default(),
                    )
                })
                button.button.main type="submit" { (locale.t("login.enter")) }
            }
            @if !view.demo_users.is_empty() { (demo(locale, view)) }
            (preferences(locale, theme, &view.csrf, &Url::new("/entrar")))
        }
    };
    bare_page(locale, theme, locale.t("login.title"), body)
}

fn demo(locale: Locale, view: &LoginView) -> Markup {
    html! {
        section.demo {
            h2 { (locale.t("login.demo")) }
            table.compact {
                thead {
                    tr {
                        th scope="col" { (locale.t("settings.role")) }
                        th scope="col" { (locale.t("channel.email")) }
                        th scope="col" { (locale.t("login.password")) }
                    }
                }
                tbody {
                    @for (role, email, password) in &view.demo_users {
                        tr {
                            th scope="row" { (role) }
                            td.mono { (email) }
                            td.mono { (password) }
                        }
                    }
                }
            }
        }
    }
}
