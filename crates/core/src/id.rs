//! Typed ids. An id is a 64-bit number made by the caller, ordered by time: milliseconds since
//! 2020-01-01 (41 bits), node (8 bits), counter (14 bits). Typed, so that a payment's id cannot be
//! passed where a customer's is meant; shown to people as a prefix and base-32 text.

use std::fmt;
use std::str::FromStr;

/// The text is not an id of the kind expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the expected kind: {0:?}")]
pub struct BadId(pub String);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), base32(self.0))
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<$name, BadId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(from_base32)
                    .map($name)
                    .ok_or_else(|| BadId(text.to_owned()))
            }
        }
    )*};
}

ids! {
    /// A company, or an agency with its creditors: the outermost key of every row.
    WorkspaceId = "wsp";
    /// On whose behalf money is collected.
    CreditorId = "cre";
    /// Who owes.
    CustomerId = "cus";
    /// A way to reach a customer.
    ContactPointId = "ctp";
    /// An invoice, note, receipt or instrument as issued.
    DocumentId = "doc";
    /// One amount due on one date.
    ReceivableId = "rec";
    /// Money received.
    PaymentId = "pay";
    /// A balanced ledger transaction.
    TxId = "ltx";
    /// A batch of imported files.
    ImportId = "imp";
    /// A promise to pay.
    PromiseId = "prm";
    /// A dispute of a document.
    DisputeId = "dis";
    /// A hold on a customer.
    HoldId = "hld";
    /// A merge of two customers.
    MergeId = "mrg";
    /// A planned action.
    ActionId = "act";
    /// A strategy given to customers.
    AssignmentId = "asg";
    /// A message to a person.
    MessageId = "msg";
    /// An event on a customer's timeline.
    EventId = "evt";
    /// A person who uses the program.
    UserId = "usr";
    /// An account at a bank.
    BankAccountId = "bka";
    /// A statement of a bank account.
    BankStatementId = "bks";
    /// A movement of a bank account.
    BankEntryId = "bke";
    /// What became of a direct debit or transfer.
    DebitResultId = "dbr";
    /// What a customer signed so that its account may be debited.
    MandateId = "mdt";
    /// A batch of direct debits.
    RemittanceId = "rem";
    /// A rate of late interest somebody loaded.
    InterestRateId = "irt";
    /// A convenio: new due dates for old debts.
    AgreementId = "agr";
}

/// Crockford's base 32: no I, L, O, U, so that an id can be read aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

fn base32(id: i64) -> String {
    let mut rest = id as u64;
    let mut text = Vec::with_capacity(13);
    loop {
        text.push(ALPHABET[(rest % 32) as usize]);
        rest /= 32;
        if rest == 0 {
            break;
        }
    }
    text.iter().rev().map(|b| char::from(*b)).collect()
}

fn from_base32(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 13 {
        return None;
    }
    let mut id: u64 = 0;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        id = id.checked_mul(32)?.checked_add(digit as u64)?;
    }
    Some(id as i64)
}

/// Milliseconds from the Unix epoch to the ids' own epoch, 2020-01-01T00:00:00Z.
const EPOCH_MS: i64 = 1_577_836_800_000;
const COUNTER_BITS: u32 = 14;
const NODE_BITS: u32 = 8;

/// Makes ids that grow with time. The clock reading comes in as an argument, so the maker is as
/// deterministic as its caller.
#[derive(Clone, Debug)]
pub struct IdMaker {
    node: u8,
    last: i64,
}

impl IdMaker {
    /// A maker for one node of a cluster; two nodes never make the same id.
    pub fn new(node: u8) -> IdMaker {
        IdMaker { node, last: 0 }
    }

    /// The next id, given the time in milliseconds since the Unix epoch. Always larger than the
    /// one before: when the clock stands still or steps back, ids go on from the last.
    pub fn next(&mut self, now_ms: i64) -> i64 {
        let stamp = (now_ms - EPOCH_MS).max(0);
        let first = (stamp << (COUNTER_BITS + NODE_BITS)) | (i64::from(self.node) << COUNTER_BITS);
        let counter_mask = (1 << COUNTER_BITS) - 1;
        self.last = if first > self.last {
            first
        } else if self.last & counter_mask < counter_mask {
            self.last + 1
        } else {
            // The counter of this millisecond is spent: borrow the next millisecond.
            let next_ms = (self.last >> (COUNTER_BITS + NODE_BITS)) + 1;
            (next_ms << (COUNTER_BITS + NODE_BITS)) | (i64::from(self.node) << COUNTER_BITS)
        };
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_and_is_typed() {
        for number in [0, 1, 31, 32, 1 << 40, i64::MAX] {
            let text = PaymentId(number).to_string();
            assert_eq!(text.parse::<PaymentId>().unwrap(), PaymentId(number));
            assert!(text.parse::<CustomerId>().is_err());
        }
        assert!("pay_".parse::<PaymentId>().is_err());
        assert!("pay_zzzzzzzzzzzzzzzz".parse::<PaymentId>().is_err());
    }

    #[test]
    fn ids_grow_even_when_the_clock_does_not() {
        let mut maker = IdMaker::new(3);
        let mut last = 0;
        for step in 0..100_000 {
            let id = maker.next(1_790_000_000_000 - step / 50_000);
            assert!(id > last);
            assert_eq!((id >> COUNTER_BITS) & 0xff, 3);
            last = id;
        }
    }
}
