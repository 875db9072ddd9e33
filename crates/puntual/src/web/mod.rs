//! The web: what people see and click.
//!
//! Views are functions from plain values to markup ([`view`]), made of parts ([`part`]), inside a
//! frame ([`layout`]), in the words of a catalogue ([`locale`]) and the figures of a country
//! ([`format`]). Handlers read a request, call one use case, and fill a view.
pub mod assets;
pub mod auth;
pub mod chart;
pub mod cookie;
pub mod csrf;
pub mod error_page;
pub mod format;
pub mod frame;
pub mod handlers;
pub mod layout;
pub mod locale;
pub mod part;
pub mod server;
pub mod state;
pub mod uploads;
pub mod url;
pub mod view;
pub mod visit;

#[cfg(test)]
mod tests;
