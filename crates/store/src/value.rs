//! What is bound to a statement's parameters.

use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use puntual_core::currency::Currency;
use puntual_core::date::{Day, IsoDate};
use rusqlite::types::{ToSqlOutput, ValueRef};
use std::borrow::Cow;
use std::error::Error;

/// A parameter, borrowed where that saves a copy.
#[derive(Clone, Debug, PartialEq)]
pub enum Param<'a> {
    /// No value.
    Null,
    /// A whole number: ids, counts, minor units, milliseconds.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Text made for the occasion.
    Owned(String),
    /// Yes or no.
    Bool(bool),
    /// A civil date, kept as `YYYY-MM-DD`.
    Day(IsoDate),
    /// Bytes as they are.
    Bytes(&'a [u8]),
    /// Bytes read from elsewhere.
    OwnedBytes(Vec<u8>),
}

/// Text as both engines can hold it: PostgreSQL refuses the character NUL, which a damaged file may
/// bring, so it is kept as the replacement character on both.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}").into() } else { text.into() }
}

fn sqlite_text(text: &str) -> ToSqlOutput<'_> {
    match storable(text) {
        Cow::Borrowed(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        Cow::Owned(text) => ToSqlOutput::from(text),
    }
}

macro_rules! from {
    ($($from:ty => $make:expr;)*) => {$(
        impl<'a> From<$from> for Param<'a> {
            fn from(value: $from) -> Param<'a> {
                #[allow(clippy::redundant_closure_call, reason = "the table reads better as closures")]
                ($make)(value)
            }
        }
    )*};
}

from! {
    i64 => Param::Int;
    u64 => |n: u64| Param::Int(n as i64);
    bool => Param::Bool;
    &'a str => Param::Text;
    &'a String => |text: &'a String| Param::Text(text.as_str());
    String => Param::Owned;
    Day => |day: Day| Param::Day(day.to_iso());
    &'a [u8] => Param::Bytes;
    &'a Currency => |currency: &'a Currency| Param::Text(currency.code());
}

macro_rules! from_id {
    ($($id:ident)*) => {$(
        impl<'a> From<puntual_core::id::$id> for Param<'a> {
            fn from(id: puntual_core::id::$id) -> Param<'a> {
                Param::Int(id.0)
            }
        }
    )*};
}

from_id! {
    WorkspaceId CreditorId CustomerId ContactPointId DocumentId ReceivableId PaymentId TxId
    ImportId PromiseId DisputeId HoldId ActionId AssignmentId MessageId EventId UserId
    BankAccountId BankStatementId BankEntryId DebitResultId InterestRateId AgreementId MergeId
    MandateId RemittanceId
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Param<'a> {
        value.map_or(Param::Null, Into::into)
    }
}

/// Parameters from a list of mixed values: `params![ctx.workspace, "text", 3]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        [$($crate::value::Param::from($value)),*]
    };
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Param::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Param::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Param::Text(text) => sqlite_text(text),
            Param::Owned(text) => sqlite_text(text),
            Param::Bool(yes) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*yes))),
            Param::Day(day) => ToSqlOutput::Borrowed(ValueRef::Text(day.as_str().as_bytes())),
            Param::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Param::OwnedBytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            // SQLite keeps yes and no as numbers; a copy from there arrives as such.
            Param::Int(number) if *kind == Type::BOOL => (*number != 0).to_sql(kind, out),
            Param::Int(number) => number.to_sql(kind, out),
            Param::Text(text) => storable(text).to_sql(kind, out),
            Param::Owned(text) => storable(text).to_sql(kind, out),
            Param::Bool(yes) => yes.to_sql(kind, out),
            Param::Day(day) => day.as_str().to_sql(kind, out),
            Param::Bytes(bytes) => bytes.to_sql(kind, out),
            Param::OwnedBytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
