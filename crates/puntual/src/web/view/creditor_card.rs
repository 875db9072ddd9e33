//! Ajustes, what a creditor's letters print and its days go by.

use super::settings::{SettingsTab, frame};
use crate::web::layout::Frame;
use crate::web::part::form::{Kind, Typed, area, csrf, field};
use maud::{Markup, html};

/// The creditor the reader has chosen. Posts to `/ajustes/datos`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CreditorCardView {
    /// Its legal name, not changed here.
    pub creditor: String,
    /// Address that letters answer to.
    pub email: Typed,
    /// Telephone printed on letters.
    pub phone: Typed,
    /// Postal address printed on letters.
    pub address: Typed,
    /// How customers pay, in words.
    pub how_to_pay: Typed,
    /// Days of credit when nothing else is known.
    pub terms_days: Typed,
    /// IANA time zone.
    pub time_zone: Typed,
    /// The hour from which its day is run, 0–23.
    pub morning_hour: Typed,
}

/// The creditor's card.
pub fn creditor_card(f: &Frame, view: &CreditorCardView) -> Markup {
    let label = |key| f.t(key);
    let body = html! {
        section.narrow {
            h2 { (view.creditor) }
            p.lede { (f.t("settings.card_lede")) }
            form.stack method="post" action="/ajustes/datos" {
                (csrf(f))
                div.pair {
                    (field("card", "email", label("settings.answers_to"), Kind::Email, &view.email))
                    (field("card", "phone", label("field.phone"), Kind::Text, &view.phone))
                }
                (field("card", "address", label("field.address"), Kind::Text, &view.address))
                (area("card", "how_to_pay", label("settings.how_to_pay"), &view.how_to_pay))
                p.hint { (f.t("settings.how_to_pay_hint")) }
                div.pair {
                    (field(
                        "card",
                        "terms_days",
                        label("settings.terms_days"),
                        Kind::Integer,
                        &view.terms_days,
                    ))
                    (field(
                        "card",
                        "morning_hour",
                        label("settings.morning_hour"),
                        Kind::Integer,
                        &view.morning_hour,
                    ))
                }
                (field("card", "time_zone", label("settings.zone"), Kind::Text, &view.time_zone))
                div.form-end {
                    button.button.main type="submit" { (f.t("save")) }
                }
            }
        }
    };
    frame(f, SettingsTab::Card, body)
}
