//! Reading the columns of a result row, by position.

use crate::error::StoreError;
use crate::value::Param;
use postgres::types::Type;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use rusqlite::types::ValueRef;

/// A row of a result, borrowed from its engine while it is current.
pub enum Row<'r> {
    /// From SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// From PostgreSQL.
    Postgres(&'r postgres::Row),
}

impl Row<'_> {
    /// A whole number.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.opt_int(column)?.ok_or_else(|| empty(column))
    }

    /// A whole number that may be absent.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Row::Sqlite(row) => {
                Ok(row.get_ref(column)?.as_i64_or_null().map_err(|_| wrong(column))?)
            }
            Row::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    /// Yes or no.
    pub fn bool(&self, column: usize) -> Result<bool, StoreError> {
        match self {
            Row::Sqlite(_) => Ok(self.int(column)? != 0),
            Row::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    /// Text that may be absent, lent for the duration of `read`.
    pub fn with_text<T>(
        &self,
        column: usize,
        read: impl FnOnce(Option<&str>) -> T,
    ) -> Result<T, StoreError> {
        match self {
            Row::Sqlite(row) => {
                let text = row.get_ref(column)?.as_str_or_null().map_err(|_| wrong(column))?;
                Ok(read(text))
            }
            Row::Postgres(row) => Ok(read(row.try_get::<_, Option<&str>>(column)?)),
        }
    }

    /// Text.
    pub fn text(&self, column: usize) -> Result<String, StoreError> {
        self.opt_text(column)?.ok_or_else(|| empty(column))
    }

    /// Text that may be absent.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        self.with_text(column, |text| text.map(str::to_owned))
    }

    /// A civil date.
    pub fn day(&self, column: usize) -> Result<Day, StoreError> {
        self.opt_day(column)?.ok_or_else(|| empty(column))
    }

    /// A civil date that may be absent.
    pub fn opt_day(&self, column: usize) -> Result<Option<Day>, StoreError> {
        self.with_text(column, |text| match text {
            None => Ok(None),
            Some(text) => Day::parse_iso(text.as_bytes()).map(Some).ok_or_else(|| wrong(column)),
        })?
    }

    /// A currency.
    pub fn currency(&self, column: usize) -> Result<Currency, StoreError> {
        self.with_text(column, |text| {
            text.and_then(|code| code.parse().ok()).ok_or_else(|| wrong(column))
        })?
    }

    /// A word that `known` recognises, as the enums of the core do.
    pub fn word<T>(
        &self,
        column: usize,
        known: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        self.with_text(column, |text| text.and_then(known).ok_or_else(|| wrong(column)))?
    }

    /// Whatever the column holds, as a parameter that writes the same.
    pub(crate) fn value(&self, column: usize) -> Result<Param<'static>, StoreError> {
        match self {
            Row::Sqlite(row) => Ok(match row.get_ref(column)? {
                ValueRef::Null => Param::Null,
                ValueRef::Integer(number) => Param::Int(number),
                ValueRef::Blob(bytes) => Param::OwnedBytes(bytes.to_vec()),
                ValueRef::Text(text) => {
                    Param::Owned(std::str::from_utf8(text).map_err(|_| wrong(column))?.to_owned())
                }
                ValueRef::Real(_) => return Err(wrong(column)),
            }),
            Row::Postgres(row) => {
                let kind = row.columns()[column].type_();
                Ok(if *kind == Type::INT8 {
                    row.try_get::<_, Option<i64>>(column)?.into()
                } else if *kind == Type::BOOL {
                    row.try_get::<_, Option<bool>>(column)?.into()
                } else if *kind == Type::BYTEA {
                    row.try_get::<_, Option<Vec<u8>>>(column)?
                        .map_or(Param::Null, Param::OwnedBytes)
                } else {
                    row.try_get::<_, Option<String>>(column)?.into()
                })
            }
        }
    }

    /// Bytes that may be absent.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Row::Sqlite(row) => {
                let bytes = row.get_ref(column)?.as_blob_or_null().map_err(|_| wrong(column))?;
                Ok(bytes.map(<[u8]>::to_vec))
            }
            Row::Postgres(row) => Ok(row.try_get(column)?),
        }
    }
}

fn empty(column: usize) -> StoreError {
    StoreError::Corrupt(format!("column {column} is empty where a value is required"))
}

fn wrong(column: usize) -> StoreError {
    StoreError::Corrupt(format!("column {column} holds a value that is not understood"))
}
