//! Movements of bank accounts into the books.
//!
//! Decides which entries are new, which repeat, which contradict what is stored, and which tell of
//! money another message told already. Posts nothing: what an entry pays is decided elsewhere.

use super::bank_draft::{self, Draft};
use super::chunk::{Chunk, LOOKUP};
use super::verdict::{self, Verdict};
use super::{amount, bank_pairs, debits, keys};
use crate::error::ServiceError;
use puntual_core::bank_id;
use puntual_core::currency::Currency;
use puntual_core::id::{BankAccountId, BankEntryId, BankStatementId};
use puntual_core::same_money::MOVEMENT_DAYS;
use puntual_formats::record::{AccountRecord, BankEntryRecord, Record, StatementRecord};
use puntual_store::bank::{self, Account, Statement};
use puntual_store::bank_entry::{self, BankEntry};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a run remembers of banks from one chunk to the next.
#[derive(Debug, Default)]
pub struct Seen {
    /// Known accounts by number and currency, once somebody asked.
    accounts: Option<HashMap<(String, Currency), BankAccountId>>,
    /// File, statement and ordinal of the last entry.
    last: Option<(usize, usize, usize)>,
    /// How many files, those inside zips counted singly, held entries so far.
    leaf: u64,
    /// Entries from this id on are of the current file: they are never the same as one another.
    leaf_begins: BankEntryId,
    /// Entries of the current file known by the bank's reference already.
    claimed: HashSet<BankEntryId>,
    /// Entries of the statement being read: ordinal, and which.
    told: Vec<(i64, BankEntryId)>,
    /// The account of the last of them.
    account: Option<(BankAccountId, Currency)>,
}

/// Takes in entries and the statements after them; answers one verdict for each, in order.
pub fn take(
    chunk: &mut Chunk<'_, '_>,
    records: &[(usize, &Record)],
) -> Result<Vec<Verdict>, ServiceError> {
    let mut verdicts = Vec::with_capacity(records.len());
    let mut entries: Vec<&BankEntryRecord> = Vec::new();
    for (position, (file, record)) in records.iter().enumerate() {
        match record {
            Record::BankEntry(entry) => {
                begin(chunk, *file, entry);
                entries.push(entry);
            }
            Record::Statement(statement) => {
                verdicts.push(take_statement(chunk, *file, statement)?);
            }
            _ => {}
        }
        let goes_on = records.get(position + 1).is_some_and(|next| continues((file, record), next));
        if !entries.is_empty() && !goes_on {
            let taken = std::mem::take(&mut entries);
            verdicts.extend(take_entries(chunk, *file, &taken)?);
        }
    }
    Ok(verdicts)
}

/// Whether two records in a row are entries of one statement.
fn continues((file, record): (&usize, &&Record), next: &(usize, &Record)) -> bool {
    match (record, next) {
        (Record::BankEntry(one), (next_file, Record::BankEntry(other))) => {
            file == next_file && one.statement == other.statement && one.ordinal < other.ordinal
        }
        _ => false,
    }
}

/// Notes where a file begins: the members of a zip come one after the other under one position, and
/// each counts its statements and entries anew.
fn begin(chunk: &mut Chunk<'_, '_>, file: usize, entry: &BankEntryRecord) {
    let at = (file, entry.statement, entry.ordinal);
    let goes_on = chunk.bank.last.is_some_and(|last| last.0 == file && last < at);
    if !goes_on {
        chunk.bank.leaf += 1;
        chunk.bank.leaf_begins = BankEntryId(chunk.app.next_id());
        chunk.bank.claimed.clear();
    }
    let is_another = chunk.bank.last.is_some_and(|last| (last.0, last.1) != (file, at.1));
    if !goes_on || is_another {
        chunk.bank.told.clear();
    }
    chunk.bank.last = Some(at);
}

/// The entries of one statement, or as many of them as the chunk holds.
fn take_entries(
    chunk: &mut Chunk<'_, '_>,
    file: usize,
    records: &[&BankEntryRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let mut drafts = Vec::with_capacity(records.len());
    for record in records {
        drafts.push(match bank_draft::prepare(chunk, file, record) {
            Ok(mut draft) => {
                let currency = draft.entry.currency;
                draft.entry.account = account(chunk, &record.account, currency)?;
                let base = (chunk.bank.leaf, draft.entry.account.0);
                let met = keys::hash64(&[&format!("{base:?}"), &draft.likeness]);
                draft.occurrence = chunk.repeats(met);
                Ok(draft)
            }
            Err(refused) => Err(refused),
        });
    }
    let mut known = Known::load(chunk, drafts.iter().flatten())?;
    let mut verdicts = Vec::with_capacity(records.len());
    let mut added: Vec<(usize, Draft)> = Vec::new();
    for (position, draft) in drafts.into_iter().enumerate() {
        let judged = draft.and_then(|draft| {
            let taken = known.judge(chunk, draft)?;
            let (ordinal, id) = (records[position].ordinal as i64, taken.id());
            chunk.bank.told.push((ordinal, id));
            Ok(taken)
        });
        verdicts.push(match judged {
            Err(refused) => refused,
            Ok(Taken::Known(entry)) if entry.state == "announced" => Verdict::Ignored,
            Ok(Taken::Known(_)) => Verdict::Duplicate,
            Ok(Taken::New(draft)) => {
                let announced = draft.entry.state == "announced";
                added.push((position, *draft));
                if announced { Verdict::Ignored } else { Verdict::accepted() }
            }
        });
    }
    for position in write(chunk, added)? {
        if verdicts[position] != Verdict::Ignored {
            verdicts[position] = Verdict::Duplicate;
        }
    }
    Ok(verdicts)
}

/// The account a record names, made where it is new.
fn account(
    chunk: &mut Chunk<'_, '_>,
    record: &AccountRecord,
    currency: Currency,
) -> Result<BankAccountId, ServiceError> {
    let number = bank_id::account(
        record.number.as_deref().unwrap_or_default(),
        record.bank.as_deref(),
        record.office.as_deref(),
    );
    let scope = chunk.scope();
    if chunk.bank.accounts.is_none() {
        let stored = bank::accounts(chunk.tx, scope)?;
        let known = stored.into_iter().map(|a| ((a.number, a.currency), a.id)).collect();
        chunk.bank.accounts = Some(known);
    }
    let accounts = chunk.bank.accounts.get_or_insert_default();
    let id = match accounts.get(&(number.clone(), currency)) {
        Some(id) => *id,
        None => {
            let id = BankAccountId(chunk.app.next_id());
            let made = Account {
                id,
                number: number.clone(),
                currency,
                bank: record.bank.clone(),
                name: record.holder.clone().or_else(|| record.kind.clone()),
            };
            bank::insert_account(chunk.tx, scope, &made, chunk.ctx.now_ms)?;
            accounts.insert((number, currency), id);
            id
        }
    };
    chunk.bank.account = Some((id, currency));
    Ok(id)
}

/// What became of an entry that could be read.
enum Taken {
    /// It is stored already.
    Known(Box<BankEntry>),
    /// It is to be stored.
    New(Box<Draft>),
}

impl Taken {
    fn id(&self) -> BankEntryId {
        match self {
            Taken::Known(entry) => entry.id,
            Taken::New(draft) => draft.entry.id,
        }
    }
}

/// What is stored under the keys the drafts may have.
struct Known(HashMap<(BankAccountId, String), BankEntry>);

impl Known {
    fn load<'d>(
        chunk: &mut Chunk<'_, '_>,
        drafts: impl Iterator<Item = &'d Draft>,
    ) -> Result<Known, ServiceError> {
        let mut wanted: BTreeMap<BankAccountId, Vec<String>> = BTreeMap::new();
        for draft in drafts {
            let keys = wanted.entry(draft.entry.account).or_default();
            keys.extend(draft.reference_key.clone());
            keys.push(draft.likeness_key());
        }
        let mut known = HashMap::new();
        for (account, keys) in wanted {
            for part in keys.chunks(LOOKUP) {
                let part = part.iter().map(String::as_str);
                let found = bank_entry::by_keys(chunk.tx, chunk.scope(), account, part)?;
                known.extend(found.into_iter().map(|e| ((account, e.entry_key.clone()), e)));
            }
        }
        Ok(Known(known))
    }

    fn get(&self, draft: &Draft, key: &str) -> Option<&BankEntry> {
        self.0.get(&(draft.entry.account, key.to_owned()))
    }

    /// The bank's reference names an entry as long as it is met once in a file. Where it is met
    /// again, or was, entries are told apart by what they say and how often.
    fn judge(&mut self, chunk: &mut Chunk<'_, '_>, mut draft: Draft) -> Result<Taken, Verdict> {
        let likeness_key = draft.likeness_key();
        let by_reference = draft.reference_key.as_deref().and_then(|key| self.get(&draft, key));
        draft.entry.entry_key = match (draft.reference_key.clone(), by_reference) {
            (None, _) => likeness_key.clone(),
            (Some(key), None) => {
                chunk.bank.claimed.insert(draft.entry.id);
                key
            }
            (Some(_), Some(there)) => {
                let is_claimed = chunk.bank.claimed.contains(&there.id);
                if !is_claimed && bank_draft::says_the_same(there, &draft.entry) {
                    chunk.bank.claimed.insert(there.id);
                    return Ok(Taken::Known(Box::new(there.clone())));
                }
                if !is_claimed && self.get(&draft, &likeness_key).is_none() {
                    return Err(conflict(&draft, there));
                }
                likeness_key.clone()
            }
        };
        if draft.entry.entry_key == likeness_key
            && let Some(there) = self.get(&draft, &likeness_key)
        {
            return Ok(Taken::Known(Box::new(there.clone())));
        }
        let key = (draft.entry.account, draft.entry.entry_key.clone());
        self.0.insert(key, draft.entry.clone());
        Ok(Taken::New(Box::new(draft)))
    }
}

fn conflict(draft: &Draft, there: &BankEntry) -> Verdict {
    let reference = draft.entry.bank_reference.as_deref().unwrap_or_default();
    let shown = |entry: &BankEntry| {
        let money = puntual_core::money::Money::new(entry.amount_minor, entry.currency);
        (entry.booked_on, money.to_plain(), entry.currency)
    };
    let ((on, amount, of), (old_on, old_amount, old_of)) = (shown(&draft.entry), shown(there));
    verdict::quarantine(
        &draft.place,
        "conflict",
        format!(
            "El movimiento {reference} ya está registrado con otro contenido: {old_amount} {old_of} \
             del {old_on}; este trae {amount} {of} del {on}. Compare ambos y decida cuál vale."
        ),
        format!(
            "Entry {reference} is already recorded with other content: {old_amount} {old_of} of \
             {old_on}; this one has {amount} {of} of {on}. Compare both and decide which one holds."
        ),
    )
}

/// Writes new entries with what else tells of their money. Answers the positions of those whose
/// money was there already.
fn write(
    chunk: &mut Chunk<'_, '_>,
    added: Vec<(usize, Draft)>,
) -> Result<Vec<usize>, ServiceError> {
    let scope = chunk.scope();
    let mut by_account: BTreeMap<BankAccountId, Vec<(usize, Draft)>> = BTreeMap::new();
    for (position, draft) in added {
        by_account.entry(draft.entry.account).or_default().push((position, draft));
    }
    let mut there_already = Vec::new();
    for (account, drafts) in by_account {
        let days = || drafts.iter().map(|(_, draft)| draft.entry.booked_on);
        let (Some(first), Some(last)) = (days().min(), days().max()) else { continue };
        let (from, to) = (first - 2 * MOVEMENT_DAYS, last + 2 * MOVEMENT_DAYS);
        let stored = bank_entry::booked_between(chunk.tx, scope, account, from, to)?;
        let (positions, drafts): (Vec<usize>, Vec<Draft>) = drafts.into_iter().unzip();
        let links = bank_pairs::links(chunk.bank.leaf_begins, &stored, &drafts);
        let entries: Vec<BankEntry> = drafts.iter().map(|draft| draft.entry.clone()).collect();
        bank_entry::insert_many(chunk.tx, scope, &entries)?;
        let details = drafts.iter().flat_map(|draft| draft.details.clone());
        bank_entry::insert_details(chunk.tx, scope, &details.collect::<Vec<_>>())?;
        bank_entry::link(chunk.tx, scope, &links)?;
        let announced: HashSet<BankEntryId> =
            stored.iter().filter(|e| e.state == "announced").map(|e| e.id).collect();
        let told: HashSet<BankEntryId> = links
            .iter()
            .filter(|(one, _, _)| !announced.contains(one))
            .flat_map(|(one, other, _)| [*one, *other])
            .collect();
        let known = positions.iter().zip(&drafts).filter(|(_, d)| told.contains(&d.entry.id));
        there_already.extend(known.map(|(at, _)| *at));
        debits::take_returns(chunk, &drafts)?;
    }
    Ok(there_already)
}

/// The statement whose entries have just passed. It stands for nothing of its own and is not
/// counted.
fn take_statement(
    chunk: &mut Chunk<'_, '_>,
    file: usize,
    record: &StatementRecord,
) -> Result<Verdict, ServiceError> {
    let told = std::mem::take(&mut chunk.bank.told);
    let framing = Verdict::Framing(record.problems.clone());
    let currency = match record.currency.as_deref().map(str::parse) {
        Some(Ok(currency)) => currency,
        // Its entries wait for a person: nothing of them could be believed.
        Some(Err(_)) => return Ok(framing),
        None => match chunk.bank.account.filter(|_| !told.is_empty()) {
            Some((_, currency)) => currency,
            None => chunk.ctx.creditor.currency,
        },
    };
    let account = account(chunk, &record.account, currency)?;
    let minor = |amount| amount::minor_rounded(amount, currency).ok();
    let balance = |balance: &Option<puntual_formats::record::BalanceRecord>| {
        balance.as_ref().and_then(|balance| minor(balance.amount?))
    };
    let mut statement = Statement {
        id: BankStatementId(chunk.app.next_id()),
        account,
        statement_key: String::new(),
        kind: record.kind.as_str().to_owned(),
        source_id: record.id.clone(),
        sequence: record.sequence.clone(),
        from_on: record.from,
        to_on: record.to,
        opening_minor: balance(&record.opening),
        closing_minor: balance(&record.closing),
        entry_count: record.entries as i64,
        credit_minor: minor(record.sum_credit).unwrap_or(0),
        debit_minor: minor(record.sum_debit).unwrap_or(0),
        place: chunk.sources[file].place(&record.place),
        import: chunk.import,
        recorded_at: chunk.ctx.now_ms,
    };
    statement.statement_key = statement_key(&statement);
    bank::insert_statement(chunk.tx, chunk.ctx.scope(), &statement, &told)?;
    Ok(framing)
}

/// All that a statement says of itself: one that says the same is the same.
fn statement_key(s: &Statement) -> String {
    let days = format!("{:?} {:?}", s.from_on, s.to_on);
    let balances = format!("{:?} {:?}", s.opening_minor, s.closing_minor);
    let sums = format!("{} {} {}", s.entry_count, s.credit_minor, s.debit_minor);
    let hash = keys::hash64(&[
        &s.account.0.to_string(),
        &s.kind,
        s.source_id.as_deref().unwrap_or_default(),
        s.sequence.as_deref().unwrap_or_default(),
        &days,
        &balances,
        &sums,
    ]);
    format!("{hash:016x}")
}
