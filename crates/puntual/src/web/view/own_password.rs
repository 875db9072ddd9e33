//! One's own password, for everybody.

use crate::web::layout::{Frame, Heading, page};
use crate::web::part::form::{Kind, Typed, csrf, field};
use maud::{Markup, html};

/// The form. Posts to `/contrasena`; passwords are never shown again.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct OwnPasswordView {
    /// The present one.
    pub present: Typed,
    /// The one wanted.
    pub wanted: Typed,
}

/// One's own password.
pub fn own_password(f: &Frame, view: &OwnPasswordView) -> Markup {
    let (present, wanted) = (f.t("password.present"), f.t("password.wanted"));
    let body = html! {
        section.narrow {
            p.lede { (f.t("password.lede")) }
            form.stack method="post" action="/contrasena" {
                (csrf(f))
                (field("own", "present", present, Kind::Password, &view.present))
                (field("own", "wanted", wanted, Kind::NewPassword, &view.wanted))
                div.form-end {
                    button.button.main type="submit" { (f.t("password.change")) }
                }
            }
        }
    };
    page(f, Heading::plain(f.t("password.title")), body)
}
