//! A look at a table before it is imported: what each column was taken for, what the first rows
//! would become, and what only a person can answer. The answers become a mapping that can be saved
//! for the next file with the same headers.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::imports::{self, Options};
use puntual_core::access::Deed;
use puntual_formats::record::{Record, Status};
use puntual_formats::table::{self, DateOrder, DecimalStyle, Field, Mapping, Preview, Topic};
use puntual_store::import;
use std::collections::BTreeMap;

/// Rows shown.
const ROWS_SHOWN: usize = 12;

/// Below this confidence a column's guess is worth a look, 0–100.
const SURE: u8 = 70;

/// A column as understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its header as written.
    pub header: String,
    /// The code of what it is taken for; empty when it is left out.
    pub field: String,
    /// Its first values.
    pub examples: Vec<String>,
    /// Whether the guess is worth a look.
    pub is_doubtful: bool,
}

/// Something only a person can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What it is about: `date_order`, `decimal`, `columns`, `currency`, `due_date`, `customer`.
    pub topic: &'static str,
    /// Whether importing must wait for the answer.
    pub must_be_answered: bool,
    /// The question in Spanish.
    pub es: String,
    /// The question in English.
    pub en: String,
}

/// A row as written, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Its cells.
    pub cells: Vec<String>,
    /// Why it would not go in, in Spanish and in English.
    pub problem: Option<(String, String)>,
}

/// A look at a table.
#[derive(Clone, Debug)]
pub struct Look {
    /// How it was opened: `text`, `xlsx`…
    pub container: &'static str,
    /// What its rows are: `documents`, `payments`…; `None` when it could not be told.
    pub rows_are: Option<&'static str>,
    /// Rows with content of their own.
    pub rows: u64,
    /// Its columns.
    pub columns: Vec<Column>,
    /// What should be asked.
    pub questions: Vec<Question>,
    /// The first rows.
    pub sample: Vec<Row>,
    /// Name of the mapping it is read with, when it is a saved one.
    pub mapping_name: String,
    /// The decimal sign and the date order it is read with: `comma`, `dmy`; empty when unknown.
    pub decimal: &'static str,
    /// See `decimal`.
    pub date_order: &'static str,
    mapping: Mapping,
}

/// What a person answered.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Header and code of the field, empty to leave the column out.
    pub columns: Vec<(String, String)>,
    /// `dot` or `comma`.
    pub decimal: Option<String>,
    /// `dmy`, `mdy` or `ymd`.
    pub date_order: Option<String>,
    /// Currency of a file without one.
    pub currency: Option<String>,
}

impl Look {
    /// Whether importing must wait for answers.
    pub fn must_ask(&self) -> bool {
        self.questions.iter().any(|question| question.must_be_answered)
    }

    /// Whether somebody should look before it is imported: something must be answered, or the
    /// order of dates or the decimal sign is only assumed.
    pub fn should_ask(&self) -> bool {
        let assumed = |topic| matches!(topic, "date_order" | "decimal");
        self.questions.iter().any(|q| q.must_be_answered || assumed(q.topic))
    }

    /// How the file is to be read.
    pub fn mapping(&self) -> Mapping {
        self.mapping.clone()
    }

    fn header_key(&self) -> String {
        let headers: Vec<String> =
            self.columns.iter().map(|column| crate::words::plain(&column.header)).collect();
        headers.join("|")
    }
}

/// Every field a column may be taken for, by its code.
pub fn fields() -> Vec<String> {
    let columns = [
        Field::CustomerCode,
        Field::CustomerName,
        Field::TaxId,
        Field::Country,
        Field::Email,
        Field::Phone,
        Field::Contact,
        Field::Address,
        Field::City,
        Field::Segment,
        Field::Collector,
        Field::TermsDays,
        Field::CreditLimit,
        Field::OnHold,
        Field::DocumentNumber,
        Field::Series,
        Field::DocumentType,
        Field::Uuid,
        Field::IssueDate,
        Field::DueDate,
        Field::Currency,
        Field::ExchangeRate,
        Field::Net,
        Field::Tax,
        Field::Exempt,
        Field::Total,
        Field::Open,
        Field::Paid,
        Field::Debit,
        Field::Credit,
        Field::ClearedDate,
        Field::Terms,
        Field::Disputed,
        Field::State,
        Field::Reference,
        Field::PurchaseOrder,
        Field::AppliesTo,
        Field::AppliesToType,
        Field::Instalment,
        Field::Collected,
        Field::UnitPrice,
        Field::Quantity,
        Field::PaymentNumber,
        Field::Method,
        Field::Operation,
        Field::Date,
        Field::Amount,
        Field::MovementKind,
        Field::Source,
        Field::Rate,
        Field::PromisedDate,
        Field::OpenedDate,
        Field::Reason,
        Field::RowNumber,
        Field::ValueDate,
        Field::Balance,
        Field::DebitOrCredit,
        Field::Fee,
        Field::OwnAccount,
        Field::Description,
        Field::CounterpartyAccount,
        Field::EntryCode,
    ];
    columns.iter().map(code).collect()
}

fn code(field: &Field) -> String {
    let json = serde_json::to_value(field).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

fn field(code: &str) -> Field {
    serde_json::from_value(code.into()).unwrap_or(Field::Ignore)
}

/// Whether a file's beginning is a table, which can be looked at.
pub fn is_table(name: &str, head: &[u8]) -> bool {
    let is_workbook = ["xlsx", "xls", "ods"].iter().any(|end| name.to_lowercase().ends_with(end));
    is_workbook || table::is_table(name, head)
}

/// Looks at a table: with a person's answers, else with the mapping saved for its headers.
///
/// # Errors
/// `Invalid` when the bytes cannot be opened as a table.
pub fn look(
    app: &App,
    ctx: &Ctx,
    name: &str,
    content: &[u8],
    answers: Option<&Answers>,
) -> Result<Look, ServiceError> {
    ctx.require(Deed::Import)?;
    let guessed = read(ctx, name, content, None)?;
    let mapping = match answers {
        Some(answers) => Some(answered(guessed.mapping.clone(), answers)?),
        None => app
            .store
            .read(|tx| import::mapping_for(tx, ctx.scope(), &guessed.header_key()))?
            .and_then(|saved| imports::mapping_from_text(&saved).ok()),
    };
    match mapping {
        Some(mapping) => read(ctx, name, content, Some(mapping)),
        None => Ok(guessed),
    }
}

/// Saves how a table is read under a name, for the next file with the same headers.
pub fn save(app: &App, ctx: &Ctx, look: &Look, name: &str) -> Result<(), ServiceError> {
    ctx.require(Deed::Import)?;
    let mapping = Mapping { name: name.to_owned(), ..look.mapping.clone() };
    let text = serde_json::to_string(&mapping)
        .map_err(|error| ServiceError::Bug(format!("a mapping is no JSON: {error}")))?;
    let key = look.header_key();
    app.store.write(|tx| Ok(import::save_mapping(tx, ctx.scope(), name, &key, &text, ctx.now_ms)?))
}

fn answered(guessed: Mapping, answers: &Answers) -> Result<Mapping, ServiceError> {
    let chosen = answers.columns.iter().map(|(header, code)| (header.clone(), field(code)));
    let mut columns: BTreeMap<String, Field> = guessed.columns.clone();
    columns.extend(chosen);
    let mut constants = guessed.constants.clone();
    if let Some(currency) = answers.currency.as_deref().filter(|code| !code.is_empty()) {
        let known: Result<puntual_core::currency::Currency, _> = currency.parse();
        let known = known.map_err(|_| ServiceError::invalid("currency", "unknown_currency"))?;
        constants.insert(Field::Currency, known.code().to_owned());
    }
    let decimal = match answers.decimal.as_deref() {
        Some("dot") => Some(DecimalStyle::Dot),
        Some("comma") => Some(DecimalStyle::Comma),
        _ => guessed.decimal,
    };
    let date_order = match answers.date_order.as_deref() {
        Some("dmy") => Some(DateOrder::Dmy),
        Some("mdy") => Some(DateOrder::Mdy),
        Some("ymd") => Some(DateOrder::Ymd),
        _ => guessed.date_order,
    };
    Ok(Mapping { columns, constants, decimal, date_order, ..guessed })
}

fn read(
    ctx: &Ctx,
    name: &str,
    content: &[u8],
    mapping: Option<Mapping>,
) -> Result<Look, ServiceError> {
    let options = imports::read_options(ctx, &Options { mapping, ..Options::default() });
    let preview = table::preview(name, content, &options, ROWS_SHOWN)
        .map_err(|problem| ServiceError::invalid("file", problem.es))?;
    let Preview { summary, mapping, columns, rows, questions } = preview;
    let column = |column: table::PreviewColumn| Column {
        field: match column.field {
            Field::Ignore => String::new(),
            field => code(&field),
        },
        is_doubtful: column.field != Field::Ignore && column.confidence < SURE,
        header: column.header,
        examples: column.samples,
    };
    Ok(Look {
        container: summary.container,
        rows_are: summary.row_kind.map(table::RowKind::as_str),
        rows: summary.rows,
        columns: columns.into_iter().map(column).collect(),
        questions: questions.into_iter().map(question).collect(),
        sample: rows.into_iter().map(row).collect(),
        mapping_name: mapping.name.clone(),
        decimal: match summary.decimal {
            Some(DecimalStyle::Dot) => "dot",
            Some(DecimalStyle::Comma) => "comma",
            None => "",
        },
        date_order: match summary.date_order {
            Some(DateOrder::Dmy) => "dmy",
            Some(DateOrder::Mdy) => "mdy",
            Some(DateOrder::Ymd) => "ymd",
            None => "",
        },
        mapping,
    })
}

fn question(question: table::Question) -> Question {
    Question {
        topic: match question.topic {
            Topic::DateOrder => "date_order",
            Topic::DecimalStyle => "decimal",
            Topic::Columns => "columns",
            Topic::Currency => "currency",
            Topic::DueDate => "due_date",
            Topic::Customer => "customer",
        },
        must_be_answered: question.must_be_answered,
        es: question.es,
        en: question.en,
    }
}

fn row(row: table::PreviewRow) -> Row {
    let problem = row.records.iter().find_map(|record| match record {
        Record::Document(document) => document
            .problems
            .iter()
            .find(|problem| problem.status >= Status::Quarantine)
            .map(|problem| (problem.es.clone(), problem.en.clone())),
        _ => None,
    });
    Row { number: row.number, cells: row.raw, problem }
}
