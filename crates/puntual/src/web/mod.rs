//! The web: what people see and click.
//!
//! Views are functions from plain values to markup ([`view`]), made of parts ([`part`]), inside a
//! frame ([`layout`]), in the words of a catalogue ([`locale`]) and the figures of a country
//! ([`format`]). Handlers read a request, call one use case, and fill a view.
pub mod assets;
pub mod chart;
pub mod format;
pub mod frame;
pub mod layout;
pub mod locale;
pub mod part;
pub mod url;
pub mod view;

#[cfg(test)]
mod tests;
