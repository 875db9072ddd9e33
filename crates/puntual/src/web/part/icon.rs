//! Icons, drawn by us, from one sprite that browsers keep.

use crate::web::assets;
use maud::{Markup, html};

/// An icon that only repeats what the words beside it say, hidden from screen readers.
pub fn icon(name: &'static str) -> Markup {
    let href = format!("{}#{name}", assets::url("icons.svg"));
    html! {
        svg.icon width="16" height="16" aria-hidden="true" focusable="false" {
            use href=(href) {}
        }
    }
}
