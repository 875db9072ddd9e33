//! A whole storage into another, table by table, whatever the engines: what backups and moves
//! from a file to a server are made of.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{MIGRATIONS, Store, Tx};

/// A table as the migrations make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<String>,
}

/// Every table, in the order in which the migrations make them.
pub fn tables() -> Vec<Table> {
    let text: String = MIGRATIONS.iter().map(|(_, text)| *text).collect();
    let mut tables = created(&text);
    for (name, column) in added(&text) {
        let grown = tables.iter_mut().filter(|table| table.name == name);
        grown.for_each(|table| table.columns.push(column.to_owned()));
    }
    tables
}

fn created(text: &str) -> Vec<Table> {
    text.split("CREATE TABLE ")
        .skip(1)
        .filter_map(|rest| {
            let (name, body) = rest.split_once(" (")?;
            let (body, _) = body.split_once("\n);")?;
            let columns = body
                .lines()
                .map(str::trim)
                .filter(|line| {
                    !line.is_empty()
                        && !line.starts_with("PRIMARY KEY")
                        && !line.starts_with("CHECK")
                })
                .filter_map(|line| line.split(' ').next())
                .map(str::to_owned)
                .collect();
            Some(Table { name: name.to_owned(), columns })
        })
        .collect()
}

/// Rows held in memory between reading and writing.
const PART: usize = 5_000;

/// Copies every row of `from` into `to`, which must hold no workspace yet. A consistent copy: the
/// source is read in one transaction, the copy is written in one. Returns the number of rows.
pub fn copy(from: &Store, to: &Store) -> Result<u64, StoreError> {
    from.read(|source| {
        to.write(|target| {
            let taken =
                target.query("SELECT workspace_id FROM workspace LIMIT 1", &[], |_| Ok(()))?;
            if !taken.is_empty() {
                return Err(StoreError::Duplicate("the target storage is not empty".to_owned()));
            }
            let mut count = 0;
            for table in tables() {
                count += copy_table(source, target, &table)?;
            }
            Ok(count)
        })
    })
}

fn copy_table(source: &mut Tx<'_>, target: &mut Tx<'_>, table: &Table) -> Result<u64, StoreError> {
    let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let sql = format!("SELECT {} FROM {}", columns.join(", "), table.name);
    let (mut part, mut count) = (Vec::with_capacity(PART), 0);
    source.for_each::<StoreError>(&sql, &[], |row| {
        part.push(values(row, columns.len())?);
        if part.len() == PART {
            count += target.insert_many(&table.name, &columns, part.drain(..))?;
        }
        Ok(())
    })?;
    Ok(count + target.insert_many(&table.name, &columns, part)?)
}

fn values(row: &Row<'_>, count: usize) -> Result<Vec<Param<'static>>, StoreError> {
    (0..count).map(|column| row.value(column)).collect()
}

/// Columns that came later: table and name of each, in order.
fn added(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("ALTER TABLE ").skip(1).filter_map(|rest| {
        let (table, rest) = rest.split_once(" ADD COLUMN ")?;
        Some((table, rest.split(' ').next()?))
    })
}
