//! Pieces every page is made of. Each is a function from plain values to markup; none knows a page.
pub mod badge;
pub mod figure;
pub mod form;
pub mod icon;
pub mod notice;
pub mod table;
