//! Movements of bank accounts, the single transactions inside them, and what is known of their
//! money elsewhere.

use crate::customer::like;
use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{Scope, Tx, params, placeholders};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{BankAccountId, BankEntryId, ImportId, PaymentId};

/// A movement of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankEntry {
    /// Its id.
    pub id: BankEntryId,
    /// The account it moved.
    pub account: BankAccountId,
    /// What tells a repeat: unique per account.
    pub entry_key: String,
    /// Hash of what a repeat must not change.
    pub content_hash: i64,
    /// The kind of message it came in: `statement`, `report`, `notification`.
    pub message: String,
    /// Whether the bank calls it booked.
    pub is_booked: bool,
    /// What it is where nothing else tells of its money: `open`, `announced`, `returned`.
    pub state: String,
    /// Day it was booked.
    pub booked_on: Day,
    /// Value date.
    pub value_on: Option<Day>,
    /// Its currency.
    pub currency: Currency,
    /// Smallest units; positive is money that came in.
    pub amount_minor: i64,
    /// Balance after it, where the source lists it.
    pub balance_minor: Option<i64>,
    /// Amount and currency of the instruction, where those are others.
    pub original_amount: Option<String>,
    /// Whether the bank takes back an earlier entry.
    pub is_reversal: bool,
    /// The bank's code of what kind of movement it is.
    pub bank_code: Option<String>,
    /// The bank's own reference.
    pub bank_reference: Option<String>,
    /// The customer's reference or end-to-end id.
    pub reference: Option<String>,
    /// Structured creditor reference.
    pub creditor_reference: Option<String>,
    /// Mandate of a direct debit.
    pub mandate: Option<String>,
    /// Id of the batch it books as one.
    pub batch: Option<String>,
    /// Name of the other side.
    pub counterparty_name: Option<String>,
    /// Its tax id, as written.
    pub counterparty_tax_id: Option<String>,
    /// Its account.
    pub counterparty_account: Option<String>,
    /// Text for people.
    pub text: Option<String>,
    /// Why an earlier debit or transfer came back, where it did.
    pub return_reason: Option<String>,
    /// What it is found by.
    pub search_text: String,
    /// The entry that tells of the same money with more authority.
    pub linked_to: Option<BankEntryId>,
    /// The recorded payment it is the money of.
    pub payment: Option<PaymentId>,
    /// What either was decided by, in words parted by blanks.
    pub link_why: Option<String>,
    /// File and place it was read from.
    pub place: String,
    /// The batch it came with.
    pub import: ImportId,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

/// One transaction inside an entry that books several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The entry.
    pub entry: BankEntryId,
    /// Position in it, from 1.
    pub line: i64,
    /// Smallest units, signed like the entry; absent where the file states none.
    pub amount_minor: Option<i64>,
    /// Its currency.
    pub currency: Currency,
    /// End-to-end id.
    pub end_to_end: Option<String>,
    /// The bank's reference.
    pub bank_reference: Option<String>,
    /// Structured creditor reference.
    pub creditor_reference: Option<String>,
    /// Mandate.
    pub mandate: Option<String>,
    /// Name of the other side.
    pub counterparty_name: Option<String>,
    /// Its tax id, as written.
    pub counterparty_tax_id: Option<String>,
    /// Its account.
    pub counterparty_account: Option<String>,
    /// Text for people.
    pub text: Option<String>,
    /// Why it came back, as a code.
    pub return_reason: Option<String>,
    /// The same in words.
    pub return_text: Option<String>,
}

/// Which entries are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Standing {
    /// Whatever they are.
    #[default]
    Any,
    /// Nothing else tells of their money.
    Open,
    /// Another entry or a recorded payment is the same money.
    Linked,
    /// Told before it is final, and nothing final is known of it yet.
    Announced,
    /// Takes back an earlier payment.
    Returned,
}

impl Standing {
    /// Texts and not parameters: they are the conditions of the indexes.
    fn condition(self) -> &'static str {
        match self {
            Standing::Any => "1 = 1",
            Standing::Open => "state = 'open' AND linked_to IS NULL AND payment_id IS NULL",
            Standing::Linked => "(linked_to IS NOT NULL OR payment_id IS NOT NULL)",
            Standing::Announced => "state = 'announced' AND linked_to IS NULL",
            Standing::Returned => "state = 'returned' AND linked_to IS NULL",
        }
    }
}

/// Which part of the entries is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only this account's.
    pub account: Option<BankAccountId>,
    /// How they stand.
    pub standing: Standing,
    /// Words every one of which must be found (lower case, no accents).
    pub words: Vec<String>,
}

const COLUMNS: [&str; 34] = [
    "workspace_id",
    "creditor_id",
    "bank_entry_id",
    "bank_account_id",
    "entry_key",
    "content_hash",
    "message",
    "is_booked",
    "state",
    "booked_on",
    "value_on",
    "currency",
    "amount_minor",
    "balance_minor",
    "original_amount",
    "is_reversal",
    "bank_code",
    "bank_reference",
    "reference",
    "creditor_reference",
    "mandate",
    "batch",
    "counterparty_name",
    "counterparty_tax_id",
    "counterparty_account",
    "text",
    "return_reason",
    "search_text",
    "linked_to",
    "payment_id",
    "link_why",
    "place",
    "import_id",
    "recorded_at",
];

fn select(condition: &str) -> String {
    format!(
        "SELECT {} FROM bank_entry WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}",
        COLUMNS[2..].join(", ")
    )
}

fn read(row: &Row<'_>) -> Result<BankEntry, StoreError> {
    Ok(BankEntry {
        id: BankEntryId(row.int(0)?),
        account: BankAccountId(row.int(1)?),
        entry_key: row.text(2)?,
        content_hash: row.int(3)?,
        message: row.text(4)?,
        is_booked: row.bool(5)?,
        state: row.text(6)?,
        booked_on: row.day(7)?,
        value_on: row.opt_day(8)?,
        currency: row.currency(9)?,
        amount_minor: row.int(10)?,
        balance_minor: row.opt_int(11)?,
        original_amount: row.opt_text(12)?,
        is_reversal: row.bool(13)?,
        bank_code: row.opt_text(14)?,
        bank_reference: row.opt_text(15)?,
        reference: row.opt_text(16)?,
        creditor_reference: row.opt_text(17)?,
        mandate: row.opt_text(18)?,
        batch: row.opt_text(19)?,
        counterparty_name: row.opt_text(20)?,
        counterparty_tax_id: row.opt_text(21)?,
        counterparty_account: row.opt_text(22)?,
        text: row.opt_text(23)?,
        return_reason: row.opt_text(24)?,
        search_text: row.text(25)?,
        linked_to: row.opt_int(26)?.map(BankEntryId),
        payment: row.opt_int(27)?.map(PaymentId),
        link_why: row.opt_text(28)?,
        place: row.text(29)?,
        import: ImportId(row.int(30)?),
        recorded_at: row.int(31)?,
    })
}

/// Inserts entries.
pub fn insert_many(tx: &mut Tx<'_>, scope: Scope, entries: &[BankEntry]) -> Result<(), StoreError> {
    let rows = entries.iter().map(|e| {
        params![
            scope.workspace,
            scope.creditor,
            e.id,
            e.account,
            &e.entry_key,
            e.content_hash,
            &e.message,
            e.is_booked,
            &e.state,
            e.booked_on,
            e.value_on,
            &e.currency,
            e.amount_minor,
            e.balance_minor,
            e.original_amount.as_deref(),
            e.is_reversal,
            e.bank_code.as_deref(),
            e.bank_reference.as_deref(),
            e.reference.as_deref(),
            e.creditor_reference.as_deref(),
            e.mandate.as_deref(),
            e.batch.as_deref(),
            e.counterparty_name.as_deref(),
            e.counterparty_tax_id.as_deref(),
            e.counterparty_account.as_deref(),
            e.text.as_deref(),
            e.return_reason.as_deref(),
            &e.search_text,
            e.linked_to,
            e.payment,
            e.link_why.as_deref(),
            &e.place,
            e.import,
            e.recorded_at,
        ]
        .to_vec()
    });
    tx.insert_many("bank_entry", &COLUMNS, rows)?;
    Ok(())
}

const DETAIL_COLUMNS: [&str; 16] = [
    "workspace_id",
    "creditor_id",
    "bank_entry_id",
    "line",
    "amount_minor",
    "currency",
    "end_to_end",
    "bank_reference",
    "creditor_reference",
    "mandate",
    "counterparty_name",
    "counterparty_tax_id",
    "counterparty_account",
    "text",
    "return_reason",
    "return_text",
];

/// Inserts the single transactions of entries.
pub fn insert_details(tx: &mut Tx<'_>, scope: Scope, details: &[Detail]) -> Result<(), StoreError> {
    let rows = details.iter().map(|d| {
        params![
            scope.workspace,
            scope.creditor,
            d.entry,
            d.line,
            d.amount_minor,
            &d.currency,
            d.end_to_end.as_deref(),
            d.bank_reference.as_deref(),
            d.creditor_reference.as_deref(),
            d.mandate.as_deref(),
            d.counterparty_name.as_deref(),
            d.counterparty_tax_id.as_deref(),
            d.counterparty_account.as_deref(),
            d.text.as_deref(),
            d.return_reason.as_deref(),
            d.return_text.as_deref(),
        ]
        .to_vec()
    });
    tx.insert_many("bank_entry_detail", &DETAIL_COLUMNS, rows)?;
    Ok(())
}

/// The single transactions of some entries, in order.
pub fn details(
    tx: &mut Tx<'_>,
    scope: Scope,
    entries: &[BankEntryId],
) -> Result<Vec<Detail>, StoreError> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {} FROM bank_entry_detail WHERE workspace_id = $1 AND creditor_id = $2 \
         AND bank_entry_id IN ({}) ORDER BY bank_entry_id, line",
        DETAIL_COLUMNS[2..].join(", "),
        placeholders(3, entries.len())
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(entries.iter().map(|id| Param::from(*id)));
    tx.query(&sql, &values, |row| {
        Ok(Detail {
            entry: BankEntryId(row.int(0)?),
            line: row.int(1)?,
            amount_minor: row.opt_int(2)?,
            currency: row.currency(3)?,
            end_to_end: row.opt_text(4)?,
            bank_reference: row.opt_text(5)?,
            creditor_reference: row.opt_text(6)?,
            mandate: row.opt_text(7)?,
            counterparty_name: row.opt_text(8)?,
            counterparty_tax_id: row.opt_text(9)?,
            counterparty_account: row.opt_text(10)?,
            text: row.opt_text(11)?,
            return_reason: row.opt_text(12)?,
            return_text: row.opt_text(13)?,
        })
    })
}

/// What of an account is stored under these keys.
pub fn by_keys<'k>(
    tx: &mut Tx<'_>,
    scope: Scope,
    account: BankAccountId,
    keys: impl ExactSizeIterator<Item = &'k str>,
) -> Result<Vec<BankEntry>, StoreError> {
    if keys.len() == 0 {
        return Ok(Vec::new());
    }
    let sql =
        select(&format!("bank_account_id = $3 AND entry_key IN ({})", placeholders(4, keys.len())));
    let mut values = params![scope.workspace, scope.creditor, account].to_vec();
    values.extend(keys.map(Param::from));
    tx.query(&sql, &values, read)
}

/// The entries with these ids, in no particular order.
pub fn by_ids(
    tx: &mut Tx<'_>,
    scope: Scope,
    ids: &[BankEntryId],
) -> Result<Vec<BankEntry>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select(&format!("bank_entry_id IN ({})", placeholders(3, ids.len())));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(ids.iter().map(|id| Param::from(*id)));
    tx.query(&sql, &values, read)
}

/// Entries of an account booked between two days, both included, in the order they came.
pub fn booked_between(
    tx: &mut Tx<'_>,
    scope: Scope,
    account: BankAccountId,
    from: Day,
    to: Day,
) -> Result<Vec<BankEntry>, StoreError> {
    let sql = select(
        "bank_account_id = $3 AND booked_on >= $4 AND booked_on <= $5 ORDER BY bank_entry_id",
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, account, from, to], read)
}

/// Credits nothing else tells the money of, in the order they came; only those of one amount when
/// it is given.
pub fn open_credits(
    tx: &mut Tx<'_>,
    scope: Scope,
    amount_minor: Option<i64>,
) -> Result<Vec<BankEntry>, StoreError> {
    let which = if amount_minor.is_some() { "amount_minor = $3" } else { "amount_minor > 0" };
    let open = Standing::Open.condition();
    let sql = select(&format!("{which} AND {open} ORDER BY bank_entry_id"));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(amount_minor.map(Param::from));
    tx.query(&sql, &values, read)
}

/// Notes that an entry's money is told with more authority by another: pairs of the one and the
/// other with what was decided by. A payment already known of the one becomes the other's.
pub fn link(
    tx: &mut Tx<'_>,
    scope: Scope,
    links: &[(BankEntryId, BankEntryId, String)],
) -> Result<(), StoreError> {
    for (one, other, why) in links {
        tx.execute(
            "UPDATE bank_entry SET payment_id = (SELECT o.payment_id FROM bank_entry o \
             WHERE o.workspace_id = $1 AND o.creditor_id = $2 AND o.bank_entry_id = $3), \
             link_why = (SELECT o.link_why FROM bank_entry o \
             WHERE o.workspace_id = $1 AND o.creditor_id = $2 AND o.bank_entry_id = $3) \
             WHERE workspace_id = $1 AND creditor_id = $2 AND bank_entry_id = $4 \
             AND payment_id IS NULL AND linked_to IS NULL",
            &params![scope.workspace, scope.creditor, *one, *other],
        )?;
        tx.execute(
            "UPDATE bank_entry SET linked_to = $4, payment_id = NULL, link_why = $5 \
             WHERE workspace_id = $1 AND creditor_id = $2 AND bank_entry_id = $3",
            &params![scope.workspace, scope.creditor, *one, *other, why],
        )?;
    }
    Ok(())
}

/// Notes that an entry is the money of a recorded payment, with what was decided by.
pub fn link_payment(
    tx: &mut Tx<'_>,
    scope: Scope,
    entry: BankEntryId,
    payment: PaymentId,
    why: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE bank_entry SET payment_id = $4, link_why = $5 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND bank_entry_id = $3",
        &params![scope.workspace, scope.creditor, entry, payment, why],
    )?;
    Ok(())
}

/// Lets go of payments that were taken back because they never should have been recorded; one that
/// bounced was real money and stays linked.
pub fn forget_undone_payments(tx: &mut Tx<'_>, scope: Scope) -> Result<u64, StoreError> {
    // A key given back begins so: see `payment::set_reversed`.
    let undone = "SELECT p.payment_id FROM payment p WHERE p.workspace_id = $1 \
         AND p.creditor_id = $2 AND p.pay_key >= 'undone:' AND p.pay_key < 'undone;'";
    tx.execute(
        &format!(
            "UPDATE bank_entry SET payment_id = NULL, link_why = NULL WHERE workspace_id = $1 \
             AND creditor_id = $2 AND payment_id IS NOT NULL AND payment_id IN ({undone})"
        ),
        &params![scope.workspace, scope.creditor],
    )
}

/// The payments known to be the money of an entry.
pub fn payments_linked(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<PaymentId>, StoreError> {
    tx.query(
        "SELECT payment_id FROM bank_entry WHERE workspace_id = $1 AND creditor_id = $2 \
         AND payment_id IS NOT NULL",
        &params![scope.workspace, scope.creditor],
        |row| Ok(PaymentId(row.int(0)?)),
    )
}

/// The condition of what is wanted, its parameters numbered from `from`, and their values.
fn condition(from: usize, wanted: &Wanted) -> (String, Vec<Param<'static>>) {
    let mut conditions = vec![wanted.standing.condition().to_owned()];
    let mut values: Vec<Param<'static>> = Vec::new();
    let mut with = |condition: &dyn Fn(usize) -> String, value: Param<'static>| {
        conditions.push(condition(from + values.len()));
        values.push(value);
    };
    if let Some(account) = wanted.account {
        with(&|n| format!("bank_account_id = ${n}"), account.into());
    }
    for word in &wanted.words {
        let pattern = Param::Owned(format!("%{}%", like(word)));
        with(&|n| format!("search_text LIKE ${n} ESCAPE '!'"), pattern);
    }
    (conditions.join(" AND "), values)
}

/// A page of the entries wanted, newest first.
pub fn list(
    tx: &mut Tx<'_>,
    scope: Scope,
    which: &Wanted,
    limit: i64,
    offset: i64,
) -> Result<Vec<BankEntry>, StoreError> {
    let (condition, more) = condition(5, which);
    let sql = select(&format!(
        "{condition} ORDER BY booked_on DESC, bank_entry_id DESC LIMIT $3 OFFSET $4"
    ));
    let mut values = params![scope.workspace, scope.creditor, limit, offset].to_vec();
    values.extend(more);
    tx.query(&sql, &values, read)
}

/// How many entries are wanted.
pub fn count(tx: &mut Tx<'_>, scope: Scope, which: &Wanted) -> Result<i64, StoreError> {
    let (condition, more) = condition(3, which);
    let sql = format!(
        "SELECT COUNT(*) FROM bank_entry \
         WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}"
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(more);
    Ok(tx.query_one(&sql, &values, |row| row.int(0))?.unwrap_or(0))
}

/// Hands every entry to `each`, in the order they came.
pub fn for_each<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    mut each: impl FnMut(BankEntry) -> Result<(), E>,
) -> Result<(), E> {
    let sql = select("bank_entry_id > 0 ORDER BY bank_entry_id");
    tx.for_each(&sql, &params![scope.workspace, scope.creditor], |row| each(read(row)?))
}
