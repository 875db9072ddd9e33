//! The decisions of collections, as plain functions from values to values.
//!
//! This room never waits, never reads a clock, draws no random number, performs no input or
//! output and uses no floating point. Time, ids and randomness come in as arguments. It can only
//! refuse its input. Modules in reading order:
pub mod acceptance;
pub mod access;
pub mod aging;
pub mod agreement;
pub mod allocation;
pub mod backtest;
pub mod bank_id;
pub mod behaviour;
pub mod calendar;
pub mod currency;
pub mod date;
pub mod debit_return;
pub mod forecast;
pub mod group;
pub mod habits;
pub mod history;
pub mod holidays;
pub mod hours;
pub mod id;
pub mod indicators;
pub mod interest;
pub mod ledger;
pub mod likeness;
pub mod loss;
pub mod matching;
pub mod merge;
pub mod money;
pub mod place;
pub mod portfolio;
pub mod posting;
pub mod priority;
pub mod promise;
pub mod ratio;
pub mod same_money;
pub mod scorecard;
pub mod signals;
pub mod strategy;
pub mod tax_id;
pub mod terms;
pub mod traits;
