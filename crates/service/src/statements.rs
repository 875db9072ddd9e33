//! Statements of account from the books: everything a customer owes on a day, or the part of it a
//! message asks for. It decides which lines a statement has and what the reader sees beside them;
//! how it looks is for [`crate::render`] and [`crate::statement_pdf`].

use crate::App;
use crate::beyond::Beyond;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::facts::{self, Basis, Case, Outlook, PastBook};
use crate::render::statement::CUSTOMARY_EDGES_DAYS;
use crate::render::{Language, Line, LineNote, Party, Section, Statement};
use crate::statement_pdf;
use puntual_core::access::Deed;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, ReceivableId};
use puntual_core::money::Money;
use puntual_core::strategy::facts::ReceivableFacts;
use puntual_core::tax_id;
use puntual_store::receivable::{self, Collectable};
use puntual_store::{Tx, setting};
use std::collections::{BTreeMap, HashMap};

/// Name of the setting with the notice on personal data, a text or an address.
pub const PRIVACY_NOTICE: &str = "privacy_notice";

/// The language a tag asks for: the country's Spanish where we have it, else neutral Spanish.
pub fn language(tag: &str) -> Language {
    let known = tag.parse().ok();
    let english = tag.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("en"));
    known.unwrap_or(if english { Language::En } else { Language::Es })
}

/// The statement of account of a customer at the end of a day, as a PDF file.
pub fn statement(
    app: &App,
    ctx: &Ctx,
    customer: CustomerId,
    as_of: Day,
) -> Result<Vec<u8>, ServiceError> {
    let statement = describe(app, ctx, customer, as_of)?;
    statement_pdf::statement_pdf(&statement).map_err(|error| ServiceError::Bug(error.to_string()))
}

/// The same as a value.
pub fn describe(
    app: &App,
    ctx: &Ctx,
    customer: CustomerId,
    as_of: Day,
) -> Result<Statement, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    let past = (as_of < ctx.today).then(|| PastBook::load(app, ctx, as_of, Some(customer)));
    let past = past.transpose()?;
    app.store.read(|tx| {
        let basis = past.as_ref().map_or(Basis::Now, Basis::Past);
        let beyond = Beyond::default();
        let outlook = Outlook::new(as_of, basis, &beyond);
        let case = facts::one(tx, ctx, outlook, customer, None)?;
        Ok(Drafter::new(tx, ctx, &case, as_of)?.whole())
    })
}

/// Makes statements of one customer's case.
pub(crate) struct Drafter<'a> {
    ctx: &'a Ctx,
    case: &'a Case,
    as_of: Day,
    language: Language,
    /// How many due dates each document has.
    instalments: HashMap<DocumentId, usize>,
    privacy_notice: Option<String>,
}

impl<'a> Drafter<'a> {
    pub(crate) fn new(
        tx: &mut Tx<'_>,
        ctx: &'a Ctx,
        case: &'a Case,
        as_of: Day,
    ) -> Result<Drafter<'a>, ServiceError> {
        let mut documents: Vec<DocumentId> =
            case.open.iter().map(|claim| claim.receivable.document).collect();
        documents.sort_unstable();
        documents.dedup();
        let mut instalments: HashMap<DocumentId, usize> = HashMap::new();
        for part in documents.chunks(4_000) {
            for row in receivable::of_documents(tx, ctx.scope(), part)? {
                *instalments.entry(row.document).or_default() += 1;
            }
        }
        let privacy_notice = setting::get(tx, ctx.scope(), PRIVACY_NOTICE)?;
        let language = language(&case.facts.language);
        Ok(Drafter { ctx, case, as_of, language, instalments, privacy_notice })
    }

    /// Everything open and collectable, disputed documents marked as such, and all money on
    /// account.
    pub(crate) fn whole(&self) -> Statement {
        let mut lines: BTreeMap<Currency, Vec<Line>> = BTreeMap::new();
        for (claim, facts) in self.rows() {
            let open_minor = claim.receivable.open_minor;
            lines.entry(facts.open.currency).or_default().push(self.line(claim, facts, open_minor));
        }
        let mut unapplied: BTreeMap<Currency, i64> = BTreeMap::new();
        for credit in &self.case.facts.unapplied {
            let sum = unapplied.entry(credit.currency).or_default();
            *sum = sum.saturating_add(credit.minor);
            lines.entry(credit.currency).or_default();
        }
        let section = |(currency, lines): (Currency, Vec<Line>)| {
            let unapplied_minor = unapplied.get(&currency).copied().unwrap_or(0).max(0);
            Section::new(currency, lines, unapplied_minor, &CUSTOMARY_EDGES_DAYS)
        };
        self.of(lines.into_iter().map(section).collect())
    }

    /// What a message asks for: of each receivable what is not disputed, and as money on account
    /// only what pays these very lines, so that the balance is the sum of the claims.
    pub(crate) fn claimed(&self, claims: &[(ReceivableId, Money)]) -> Statement {
        let claims: HashMap<ReceivableId, i64> =
            claims.iter().map(|(id, claim)| (*id, claim.minor)).collect();
        let mut parts: BTreeMap<Currency, (Vec<Line>, i64)> = BTreeMap::new();
        for (claim, facts) in self.rows() {
            let Some(claimed_minor) = claims.get(&facts.id) else { continue };
            let open_minor = claim.receivable.open_minor;
            let undisputed = open_minor - facts.disputed_minor.clamp(0, open_minor.max(0));
            let (lines, covered) = parts.entry(facts.open.currency).or_default();
            lines.push(self.line(claim, facts, undisputed));
            *covered = covered.saturating_add((undisputed - claimed_minor).max(0));
        }
        let section = |(currency, (lines, covered)): (Currency, (Vec<Line>, i64))| {
            Section::new(currency, lines, covered, &CUSTOMARY_EDGES_DAYS)
        };
        self.of(parts.into_iter().map(section).collect())
    }

    /// The open rows with what the planner knows of them.
    fn rows(&self) -> impl Iterator<Item = (&'a Collectable, &'a ReceivableFacts)> {
        self.case.open.iter().zip(&self.case.facts.receivables)
    }

    fn line(&self, claim: &Collectable, facts: &ReceivableFacts, open_minor: i64) -> Line {
        let row = &claim.receivable;
        let promised = facts.promised_until.filter(|on| *on >= self.as_of);
        let note = match (facts.disputed_minor > 0, promised) {
            (true, _) => Some(LineNote::Disputed),
            (false, Some(on)) => Some(LineNote::Promised(on)),
            (false, None) => None,
        };
        Line {
            label: self.label(claim),
            issued_on: row.issue_date,
            due_on: row.due_date,
            original_minor: row.amount_minor,
            open_minor,
            overdue_days: self.as_of - row.due_date,
            note,
        }
    }

    /// Kind and number as the customer knows them: `Factura 1042, cuota 2 de 3`.
    fn label(&self, claim: &Collectable) -> String {
        let kind = match claim.kind.as_str() {
            "invoice" => "document.invoice",
            "debit_note" => "document.debit_note",
            "receipt" => "document.receipt",
            _ => "document.other",
        };
        let label = self.language.phrase(kind, &[("number", &claim.number)]);
        let count = self.instalments.get(&claim.receivable.document).copied().unwrap_or(1);
        if count < 2 {
            return label;
        }
        let (place, count) = (claim.receivable.instalment.to_string(), count.to_string());
        let values = [("label", &*label), ("place", &*place), ("count", &*count)];
        self.language.phrase("document.instalment", &values)
    }

    fn of(&self, sections: Vec<Section>) -> Statement {
        let (creditor, customer) = (&self.ctx.creditor, &self.case.customer);
        Statement {
            reference: customer.code.clone(),
            creditor: Party {
                name: creditor.name.clone(),
                tax_id: Some(creditor.tax_id.clone()).filter(|id| !id.is_empty()),
                address: creditor.address.clone(),
                email: creditor.email.clone(),
                phone: creditor.phone.clone(),
            },
            customer: Party {
                name: customer.name.clone(),
                tax_id: customer.tax_id.as_deref().map(|key| {
                    tax_id::printed(customer.country.as_deref().unwrap_or_default(), key)
                }),
                address: customer.address.clone(),
                email: None,
                phone: None,
            },
            sent_by: None,
            as_of: self.as_of,
            sections,
            language: self.language,
            how_to_pay: creditor.how_to_pay.clone().unwrap_or_default(),
            privacy_notice: self.privacy_notice.clone(),
        }
    }
}
