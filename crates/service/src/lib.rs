//! Use cases and their effects. Each reads top to bottom: who may, load, decide (in the core),
//! write, commit, and only then talk to the world. No SQL text, no HTML, no network inside a
//! transaction.

mod acceptances;
pub mod agreement_pdf;
pub mod agreements;
pub mod api_tokens;
pub mod applications;
pub mod backtest;
pub mod balances;
pub mod bank;
pub mod bank_links;
pub mod behaviour;
pub mod bench;
pub mod beyond;
pub mod book;
pub mod bounces;
pub mod buckets;
pub mod channels;
pub mod charge_notes;
pub mod check;
pub mod clock;
pub mod conduct;
pub mod contact_law;
pub mod contact_time;
pub mod contact_windows;
pub mod contacts;
pub mod creditors;
pub mod ctx;
pub mod customer_money;
pub mod customers;
pub mod day;
pub mod demo;
pub mod demo_load;
pub mod dispatch;
pub mod disputes;
pub mod document_detail;
mod document_order;
pub mod document_status;
pub mod documents;
pub mod error;
pub mod exports;
pub mod facts;
pub mod forecast;
pub mod freshness;
pub mod groups;
pub mod guard_blocks;
pub mod holds;
pub mod import_preview;
pub mod imports;
pub mod inbox;
pub mod interest;
pub mod interest_rates;
mod kin;
pub mod likely_duplicates;
pub mod listing;
pub mod mandates;
pub mod matching;
pub mod merges;
pub mod messages;
mod moments;
pub mod overview;
pub mod password;
pub mod payments;
pub mod portfolios;
pub mod probe;
pub mod promises;
pub mod provision;
pub mod random;
pub mod reading;
pub mod remittance_file;
pub mod remittance_results;
pub mod remittances;
pub mod render;
pub mod reports;
pub mod search;
pub mod sessions;
pub mod sheets;
pub mod smtp_settings;
pub mod standings;
pub mod statement_pdf;
pub mod statements;
pub mod strategies;
pub mod timelines;
pub mod traits;
pub mod upkeep;
pub mod users;
pub mod verdicts;
pub mod words;
pub mod worker;
pub mod worklist;
pub mod write_offs;

use clock::Clock;
use error::ServiceError;
use portfolios::{Portfolios, View};
use puntual_core::id::IdMaker;
use puntual_store::Store;
use std::sync::{Mutex, PoisonError};

/// The program's parts that use cases share.
pub struct App {
    /// Where rows are.
    pub store: Store,
    /// Where the time comes from.
    pub clock: Clock,
    /// The portfolios in memory.
    pub portfolios: Portfolios,
    /// Verdicts on how customers pay, kept beside them.
    pub verdicts: verdicts::Verdicts,
    /// How wrong forecasts would have been, kept beside them.
    pub tested: forecast::Tested,
    /// What happens between the steps, in the simulator.
    #[cfg(feature = "testing")]
    pub probe: Option<probe::Probe>,
    ids: Mutex<IdMaker>,
}

impl App {
    /// Opens the storage and brings it to the current shape. `node` tells apart the programs that
    /// share one server.
    pub fn open(url: &str, clock: Clock, node: u8) -> Result<App, ServiceError> {
        let store = Store::open(url)?;
        let ids = Mutex::new(IdMaker::new(node));
        let portfolios = Portfolios::of(store.clone());
        Ok(App {
            store,
            clock,
            portfolios,
            verdicts: verdicts::Verdicts::default(),
            tested: forecast::Tested::default(),
            #[cfg(feature = "testing")]
            probe: None,
            ids,
        })
    }

    /// A new id.
    pub fn next_id(&self) -> i64 {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.next(self.clock.now_ms())
    }

    /// The creditor's portfolio with everything the ledger holds now.
    pub fn portfolio(&self, ctx: &ctx::Ctx) -> Result<View, ServiceError> {
        self.portfolios.view(self, ctx)
    }
}
