//! How one table will be read: where its header is, what each column is, what the rows are. Made
//! from the top of the table, a saved mapping and what the caller knows; the styles of numbers and
//! dates are proved later over whole columns (see [`super::proof`]).

use super::bank::BankPlan;
use super::headers::{self, Header, Looks};
use super::layouts::{self, Layout};
use super::mapping::{DateOrder, Field, Mapping, RowKind, SignRule};
use super::proof::NumberReading;
use crate::read::ReadOptions;
use puntual_core::tax_id;
use std::collections::BTreeMap;

/// Number of fields, for arrays indexed by field.
pub const FIELD_COUNT: usize = Field::Ignore as usize + 1;

/// A row of the top of a table as text.
#[derive(Clone, Debug)]
pub struct TopRow {
    /// Its number, counted from 1.
    pub number: usize,
    /// Its cells.
    pub cells: Vec<String>,
}

/// How one table is read.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Number of the header row.
    pub header_row: usize,
    /// The header cells.
    pub headers: Vec<Header>,
    /// Field of each column.
    pub fields: Vec<Field>,
    /// How sure each field is, 0–100.
    pub confidence: Vec<u8>,
    /// Column of each field.
    pub columns: [Option<usize>; FIELD_COUNT],
    /// Columns that say a state of the document; more than one in some programs.
    pub state_columns: Vec<usize>,
    /// Values for fields without a column.
    pub constants: Vec<Option<String>>,
    /// The known layout.
    pub layout: Option<&'static Layout>,
    /// What the rows are.
    pub rows: Option<RowKind>,
    /// Country of ids, dates and "pesos", when it can be told.
    pub country: Option<String>,
    /// Country that the header of the tax id names (`RUT` → CL), which makes a bad id serious.
    pub id_country: Option<&'static str>,
    /// Currency of rows that state none.
    pub currency: Option<String>,
    /// How signs are read.
    pub sign: SignRule,
    /// How numbers of each column are read.
    pub numbers: Vec<NumberReading>,
    /// Date order of each column.
    pub orders: Vec<DateOrder>,
    /// Whether most headers are Spanish.
    pub is_spanish: bool,
    /// How the rows are read when they are entries of a bank statement.
    pub bank: Option<Box<BankPlan>>,
}

impl Plan {
    /// Column of a field.
    pub fn column(&self, field: Field) -> Option<usize> {
        self.columns[field as usize]
    }

    /// Whether a field has a column or a constant.
    pub fn has(&self, field: Field) -> bool {
        self.column(field).is_some() || self.constants[field as usize].is_some()
    }

    /// The header of a field's column as written.
    pub fn header_of(&self, field: Field) -> &str {
        self.column(field).and_then(|c| self.headers.get(c)).map_or("", |h| h.written.as_str())
    }

    /// Whether the layout is of this name.
    pub fn is_layout(&self, name: &str) -> bool {
        self.layout.is_some_and(|layout| layout.name == name)
    }

    /// This plan as a mapping that a person can change and save.
    pub fn to_mapping(&self) -> Mapping {
        let mut columns: BTreeMap<String, Field> = BTreeMap::new();
        let named = self.headers.iter().zip(&self.fields).filter(|(h, _)| !h.written.is_empty());
        for (header, field) in named {
            // Of two columns of one name the one that is read.
            let known = columns.entry(header.written.clone()).or_insert(*field);
            if *known == Field::Ignore {
                *known = *field;
            }
        }
        Mapping { rows: self.rows, columns, sign: self.sign, ..Mapping::default() }
    }
}

/// The row of the top that is the header: of the rows with at least two known words, the one with
/// most of them, the first among equals. A mapping may say which instead.
pub fn find_header(top: &[TopRow], mapping: Option<&Mapping>) -> Option<usize> {
    if let Some(wanted) = mapping.and_then(|mapping| mapping.header_row) {
        return top.iter().position(|row| row.number == wanted);
    }
    let known = mapping.map(|mapping| mapping.columns.keys().map(|k| headers::normal(k)).collect());
    let known: Vec<String> = known.unwrap_or_default();
    let mut best: Option<(usize, u32, u32)> = None;
    for (index, row) in top.iter().enumerate() {
        let cells: Vec<&str> = row.cells.iter().map(String::as_str).collect();
        let (mut score, mut useful) = headers::header_score(&cells);
        let named = cells.iter().filter(|c| known.contains(&headers::normal(c))).count() as u32;
        (score, useful) = (score + named * 100, useful + named);
        // Known layouts of other languages have headers that are words of none of ours.
        if useful < 2 && cells.len() >= 3 && is_layout(&cells) {
            return Some(index);
        }
        if useful >= 2 && best.is_none_or(|(_, best_score, _)| score > best_score) {
            best = Some((index, score, useful));
        }
        // A header this rich is not beaten by a row of records.
        if best.is_some_and(|(_, _, useful)| useful >= 4) {
            break;
        }
    }
    best.map(|(index, ..)| index)
}

fn is_layout(cells: &[&str]) -> bool {
    let headers: Vec<Header> = cells.iter().map(|cell| Header::new(cell)).collect();
    layouts::recognise(&headers).is_some()
}

/// Rows below the header whose values help to tell columns apart.
const ROWS_LOOKED_AT: usize = 100;

/// Makes the plan from the top of a table whose header is at `index`.
pub fn make(top: &[TopRow], index: usize, options: &ReadOptions) -> Plan {
    let headers: Vec<Header> = top[index].cells.iter().map(|cell| Header::new(cell)).collect();
    let below = &top[index + 1..top.len().min(index + 1 + ROWS_LOOKED_AT)];
    let looks: Vec<Looks> = (0..headers.len())
        .map(|column| {
            let mut looks = Looks::default();
            below.iter().filter_map(|row| row.cells.get(column)).for_each(|cell| looks.add(cell));
            looks
        })
        .collect();
    let mapping = options.mapping.as_ref();
    let layout = layouts::recognise(&headers);
    let assigned = match layout.filter(|layout| !layout.columns.is_empty()) {
        Some(layout) => by_layout(&headers, layout),
        None => headers::assign(&headers, &looks),
    };
    let mut plan = unsettled(top[index].number, headers, assigned, mapping);
    plan.layout = layout;
    plan.rows = mapping.and_then(|mapping| mapping.rows).or_else(|| match layout {
        Some(layout) => layout.rows,
        None => kind_of_rows(&plan),
    });
    forget_the_bank_account(&mut plan);
    set_country(&mut plan, below, options);
    set_currency(&mut plan, options);
    plan
}

/// Makes the plan of a bank statement, whose columns are told by other words.
pub fn of_statement(
    top: &[TopRow],
    index: usize,
    options: &ReadOptions,
    assigned: Vec<(Field, u8)>,
) -> Plan {
    let headers: Vec<Header> = top[index].cells.iter().map(|cell| Header::new(cell)).collect();
    let mut plan = unsettled(top[index].number, headers, assigned, options.mapping.as_ref());
    plan.rows = Some(RowKind::BankEntries);
    set_country(&mut plan, &top[index + 1..], options);
    plan
}

/// A plan whose kind, country and currency are still to be found.
fn unsettled(
    header_row: usize,
    headers: Vec<Header>,
    assigned: Vec<(Field, u8)>,
    mapping: Option<&Mapping>,
) -> Plan {
    let (fields, confidence) = overridden(&headers, assigned, mapping);
    Plan {
        header_row,
        columns: columns_of(&fields),
        state_columns: state_columns(&headers, &fields),
        constants: constants_of(mapping),
        layout: None,
        rows: None,
        country: None,
        id_country: None,
        currency: None,
        sign: mapping.map(|mapping| mapping.sign).unwrap_or_default(),
        numbers: vec![NumberReading::default(); headers.len()],
        orders: vec![DateOrder::Dmy; headers.len()],
        is_spanish: is_spanish(&headers),
        bank: None,
        headers,
        fields,
        confidence,
    }
}

fn by_layout(headers: &[Header], layout: &Layout) -> Vec<(Field, u8)> {
    let mut taken: Vec<Field> = Vec::new();
    headers
        .iter()
        .map(|header| {
            let field = layout
                .columns
                .iter()
                .find(|(name, field)| *name == header.normal && !taken.contains(field))
                .map_or(Field::Ignore, |(_, field)| *field);
            taken.push(field);
            (field, if field == Field::Ignore { 0 } else { 100 })
        })
        .collect()
}

/// Puts a person's choices over the guesses; a field chosen is taken from the column that had it.
fn overridden(
    headers: &[Header],
    mut assigned: Vec<(Field, u8)>,
    mapping: Option<&Mapping>,
) -> (Vec<Field>, Vec<u8>) {
    if let Some(mapping) = mapping {
        for (name, field) in &mapping.columns {
            let normal = headers::normal(name);
            let column = headers
                .iter()
                .position(|header| header.written == *name)
                .or_else(|| headers.iter().position(|h| headers::normal(&h.written) == normal));
            let Some(column) = column else { continue };
            for other in assigned.iter_mut().filter(|_| !field.is_repeatable()) {
                if other.0 == *field {
                    *other = (Field::Ignore, 0);
                }
            }
            assigned[column] = (*field, 100);
        }
    }
    assigned.into_iter().unzip()
}

fn columns_of(fields: &[Field]) -> [Option<usize>; FIELD_COUNT] {
    let mut columns = [None; FIELD_COUNT];
    for (column, field) in fields.iter().enumerate() {
        if *field != Field::Ignore && columns[*field as usize].is_none() {
            columns[*field as usize] = Some(column);
        }
    }
    columns
}

fn constants_of(mapping: Option<&Mapping>) -> Vec<Option<String>> {
    let mut constants = vec![None; FIELD_COUNT];
    for (field, value) in mapping.iter().flat_map(|mapping| &mapping.constants) {
        constants[*field as usize] = Some(value.clone());
    }
    constants
}

/// The column of the state, and those left over whose headers say a state too.
fn state_columns(headers: &[Header], fields: &[Field]) -> Vec<usize> {
    let says_state = |header: &Header| {
        headers::candidates(header)
            .first()
            .is_some_and(|(field, weight)| *field == Field::State && *weight >= 85)
    };
    if !fields.contains(&Field::State) {
        return Vec::new();
    }
    let is_state = |column: &usize| match fields[*column] {
        Field::State => true,
        Field::Ignore => says_state(&headers[*column]),
        _ => false,
    };
    (0..headers.len()).filter(is_state).collect()
}

/// In a list of collections, "Cuenta" beside the tax id is the account the money went to.
fn forget_the_bank_account(plan: &mut Plan) {
    let Some(column) = plan.column(Field::CustomerCode) else { return };
    let name = plan.headers[column].normal.as_str();
    let by_id = plan.column(Field::TaxId).is_some();
    if plan.rows == Some(RowKind::Payments) && by_id && matches!(name, "cuenta" | "account") {
        plan.fields[column] = Field::Ignore;
        plan.columns[Field::CustomerCode as usize] = None;
    }
}

fn is_spanish(headers: &[Header]) -> bool {
    const WORDS: [&str; 32] = [
        "cargo",
        "cargos",
        "abono",
        "abonos",
        "concepto",
        "descripcion",
        "glosa",
        "detalle",
        "fecha",
        "cliente",
        "vencimiento",
        "importe",
        "monto",
        "saldo",
        "folio",
        "numero",
        "moneda",
        "factura",
        "nombre",
        "rut",
        "rfc",
        "nif",
        "cif",
        "nit",
        "emision",
        "tipo",
        "documento",
        "razon",
        "pais",
        "correo",
        "pendiente",
        "divisa",
    ];
    let spanish = |header: &&Header| header.normal.split(' ').any(|word| WORDS.contains(&word));
    let named = headers.iter().filter(|header| !header.normal.is_empty()).count();
    headers.iter().filter(spanish).count() * 3 >= named && named > 0
}

/// What the rows are, by which fields there are.
fn kind_of_rows(plan: &Plan) -> Option<RowKind> {
    use Field::*;
    let has = |field: Field| plan.has(field);
    let customer = has(CustomerCode) || has(CustomerName) || has(TaxId);
    let date = has(Date) || has(IssueDate) || has(ClearedDate);
    let amount = has(Amount) || has(Total) || has(Open) || has(Debit) || has(Net);
    if has(Supplier) && !customer {
        return Some(RowKind::Purchases);
    }
    if has(DocumentNumber) {
        if has(PromisedDate) && amount {
            return Some(RowKind::Promises);
        }
        if has(OpenedDate) && !amount {
            return Some(RowKind::Disputes);
        }
        if has(MovementKind) && amount && date {
            return Some(RowKind::Allocations);
        }
        if has(UnitPrice) && has(Quantity) {
            return Some(RowKind::DocumentLines);
        }
    }
    let rate = has(Rate) || (has(ExchangeRate) && !amount);
    if rate && date && has(Currency) && !has(DocumentNumber) && !customer {
        return Some(RowKind::Rates);
    }
    let money_received = has(PaymentNumber) || has(Operation) || names_a_means(plan);
    if money_received && amount && date && customer && !has(DueDate) && !has(Open) {
        return Some(RowKind::Payments);
    }
    if has(DocumentNumber) && amount && (customer || has(DueDate)) {
        let instalments = has(Instalment) && has(DueDate);
        return Some(if instalments { RowKind::Instalments } else { RowKind::Documents });
    }
    // What was paid and when, and nothing of what is owed.
    if has(Paid) && date && customer && !amount && !has(DueDate) {
        return Some(RowKind::Payments);
    }
    if has(Method) && amount && date && customer && !has(DueDate) {
        return Some(RowKind::Payments);
    }
    let described = has(Email)
        || has(TermsDays)
        || has(Terms)
        || has(CreditLimit)
        || has(Segment)
        || has(Phone)
        || has(Address)
        || has(Contact)
        || has(TaxId)
        || has(Collector);
    (customer && described && !amount && !date).then_some(RowKind::Customers)
}

/// `Medio de pago` stands in lists of collections; `Forma de pago` also in lists of invoices.
fn names_a_means(plan: &Plan) -> bool {
    let header = plan.column(Field::Method).and_then(|column| plan.headers.get(column));
    header.is_some_and(|header| header.normal.starts_with("medio"))
}

/// The country: of the mapping, the layout, the name of the tax id, the ids themselves, the
/// creditor.
fn set_country(plan: &mut Plan, below: &[TopRow], options: &ReadOptions) {
    plan.id_country = plan
        .column(Field::TaxId)
        .and_then(|column| country_named(&plan.headers[column].normal, options.country.as_deref()));
    let by_ids = || {
        let column = plan.column(Field::TaxId)?;
        let mut found = below
            .iter()
            .filter_map(|row| row.cells.get(column))
            .filter(|cell| !cell.trim().is_empty())
            .map(|cell| tax_id::guess_country(cell));
        let first = found.next()??;
        found.all(|country| country == Some(first)).then(|| first.to_owned())
    };
    plan.country = plan.constants[Field::Country as usize]
        .clone()
        .or_else(|| plan.layout.and_then(|layout| layout.country).map(str::to_owned))
        .or_else(|| plan.id_country.map(str::to_owned))
        .or_else(by_ids)
        .or_else(|| options.country.clone())
        .map(|country| country.trim().to_uppercase());
}

/// The country whose tax id bears the name. `RUT` is Chilean unless the creditor is elsewhere
/// (Uruguay, and Colombia's registration, use the word), `RUC` Peruvian in the same way.
fn country_named(header: &str, creditor: Option<&str>) -> Option<&'static str> {
    let creditor = creditor.map(str::to_ascii_uppercase);
    let elsewhere = |others: &[&str]| creditor.as_deref().is_some_and(|c| others.contains(&c));
    header.split(' ').find_map(|word| match word {
        "rut" if !elsewhere(&["UY", "CO"]) => Some("CL"),
        "rfc" => Some("MX"),
        "nif" | "cif" | "dni" if !elsewhere(&["PT", "PE", "AR"]) => Some("ES"),
        "nit" if !elsewhere(&["GT", "SV", "BO"]) => Some("CO"),
        "ruc" if !elsewhere(&["EC", "PY", "PA", "NI"]) => Some("PE"),
        "cuit" => Some("AR"),
        _ => None,
    })
}

fn set_currency(plan: &mut Plan, options: &ReadOptions) {
    let in_header = || {
        [Field::Total, Field::Open, Field::Amount, Field::Debit]
            .iter()
            .filter_map(|field| plan.column(*field))
            .find_map(|column| plan.headers[column].currency.clone())
    };
    plan.currency = plan.constants[Field::Currency as usize]
        .clone()
        .or_else(in_header)
        .or_else(|| plan.layout.and_then(|layout| layout.currency).map(str::to_owned))
        .or_else(|| options.currency.clone())
        .map(|currency| currency.trim().to_uppercase());
}

/// Currency of a country's everyday money, for "pesos" and for decimals.
pub fn currency_of(country: &str) -> Option<&'static str> {
    Some(match country {
        "CL" => "CLP",
        "MX" => "MXN",
        "ES" | "PT" | "FR" | "DE" | "IT" => "EUR",
        "CO" => "COP",
        "PE" => "PEN",
        "AR" => "ARS",
        "UY" => "UYU",
        "DO" => "DOP",
        "US" | "EC" | "PA" | "SV" => "USD",
        _ => return None,
    })
}

/// Words for currencies that are not their codes.
pub fn currency_word(normal: &str, country: Option<&str>) -> Option<&'static str> {
    let local = || country.and_then(currency_of);
    Some(match normal {
        "peso" | "pesos" | "mn" | "m n" | "moneda nacional" | "nacional" | "local" | "ml" => {
            return local();
        }
        // CONTPAQi numbers its currencies.
        "1" if country == Some("MX") => "MXN",
        "2" if country == Some("MX") => "USD",
        "peso chileno" | "pesos chilenos" => "CLP",
        "peso mexicano" | "pesos mexicanos" | "mxp" => "MXN",
        "peso colombiano" | "pesos colombianos" => "COP",
        "peso argentino" | "pesos argentinos" => "ARS",
        "sol" | "soles" | "nuevo sol" | "nuevos soles" | "s" => "PEN",
        "dolar"
        | "dolares"
        | "dollar"
        | "dollars"
        | "us"
        | "usdollar"
        | "dolar americano"
        | "dolares americanos"
        | "dolar estadounidense"
        | "dls"
        | "dlls"
        | "us dollar" => "USD",
        "euro" | "euros" => "EUR",
        "uf" | "unidad de fomento" => "CLF",
        "udi" | "udis" => "MXV",
        _ => return None,
    })
}
