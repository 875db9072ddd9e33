//! What can be wrong with a table or a row, in words for the person who sent it.

use super::mapping::{DateOrder, DecimalStyle};
use crate::problem::quoted;
use crate::record::{Problem, Status};

fn table(status: Status, code: &'static str, es: String, en: String) -> Problem {
    Problem::new(status, code, "", es, en)
}

/// No row was understood as a header.
pub fn unrecognised_table() -> Problem {
    table(
        Status::Quarantine,
        "unrecognised_table",
        "No se reconocen los encabezados de la tabla. Indique qué es cada columna en la asignación \
         de columnas y vuelva a importar."
            .into(),
        "The headers of the table are not recognised. Say what each column is in the column \
         mapping and import again."
            .into(),
    )
}

/// Another sheet of the workbook also holds a table.
pub fn other_sheet_not_read(sheet: &str) -> Problem {
    let sheet = quoted(sheet);
    table(
        Status::Warn,
        "other_sheet_not_read",
        format!(
            "La hoja {sheet} también contiene una tabla y no se leyó, porque se eligió otra. \
             Impórtela por separado eligiendo la hoja en la asignación de columnas."
        ),
        format!(
            "Sheet {sheet} also holds a table and was not read, because another was chosen. Import \
             it separately, choosing the sheet in the column mapping."
        ),
    )
}

/// A further sheet has a header whose words are known, and rows that are nothing known.
pub fn other_sheet_not_understood(sheet: &str) -> Problem {
    let sheet = quoted(sheet);
    table(
        Status::Warn,
        "other_sheet_not_understood",
        format!(
            "La hoja {sheet} parece contener una tabla, pero no se entiende qué son sus filas y no \
             se leyó. Si hace falta, guárdela en un archivo propio y asigne sus columnas."
        ),
        format!(
            "Sheet {sheet} seems to hold a table, but what its rows are is not understood and it \
             was not read. If it is needed, save it as a file of its own and map its columns."
        ),
    )
}

/// Only a header.
pub fn header_only() -> Problem {
    table(
        Status::Warn,
        "no_rows",
        "La tabla sólo tiene encabezados: no hay filas que importar. Compruebe los filtros de la \
         exportación."
            .into(),
        "The table has a header and no rows. Check the filters of the export.".into(),
    )
}

/// Two readings of the dates fit.
pub fn ambiguous_date_order(column: &str) -> Problem {
    let column = quoted(column);
    table(
        Status::Quarantine,
        "ambiguous_date_order",
        format!(
            "Las fechas de la columna {column} pueden leerse día/mes o mes/día y ninguna lo \
             prueba. Elija el orden de la fecha en la asignación de columnas."
        ),
        format!(
            "The dates of column {column} can be read day/month or month/day and none proves \
             which. Choose the date order in the column mapping."
        ),
    )
}

/// The usual order of the country, or the only one in which nothing falls due before it is issued,
/// was taken.
pub fn assumed_date_order(column: &str, order: DateOrder) -> Problem {
    let column = quoted(column);
    let (es, en) = match order {
        DateOrder::Mdy => ("mes/día/año", "month/day/year"),
        DateOrder::Dmy | DateOrder::Ymd => ("día/mes/año", "day/month/year"),
    };
    table(
        Status::Warn,
        "assumed_date_order",
        format!(
            "Ninguna fecha de {column} prueba su orden; se leyó {es}. Si no es así, elija el orden \
             en la asignación de columnas."
        ),
        format!(
            "No date of {column} proves its order; it was read {en}. If that is wrong, choose the \
             order in the column mapping."
        ),
    )
}

/// Some dates fit one order and some the other.
pub fn mixed_date_order(column: &str, kept: Option<DateOrder>) -> Problem {
    let column = quoted(column);
    let (status, es, en) = match kept {
        Some(_) => (
            Status::Warn,
            "las pocas filas que no corresponden quedan en espera",
            "the few rows that do not fit wait",
        ),
        None => (
            Status::Quarantine,
            "exporte de nuevo con un solo formato de fecha",
            "export again with one date format",
        ),
    };
    table(
        status,
        "mixed_date_order",
        format!("La columna {column} mezcla fechas día/mes y mes/día: {es}."),
        format!("Column {column} mixes day/month and month/day dates: {en}."),
    )
}

/// A spreadsheet turned some texts into dates with the wrong order.
pub fn half_converted_dates(column: &str) -> Problem {
    let column = quoted(column);
    table(
        Status::Quarantine,
        "half_converted_dates",
        format!(
            "En la columna {column} sólo las fechas con día hasta 12 son fechas y las demás son \
             texto: la hoja de cálculo invirtió día y mes al abrir el archivo. Importe el archivo \
             original sin abrirlo antes."
        ),
        format!(
            "In column {column} only the dates with days up to 12 are dates and the others are \
             text: the spreadsheet swapped day and month when it opened the file. Import the \
             original file without opening it first."
        ),
    )
}

/// `833.000` could be 833 or 833 thousand.
pub fn ambiguous_decimal_style(column: &str) -> Problem {
    let column = quoted(column);
    table(
        Status::Quarantine,
        "ambiguous_decimal_style",
        format!(
            "Los importes de {column} pueden leerse con miles o con decimales (833.000) y ninguno \
             lo prueba. Elija el signo decimal o la moneda en la asignación de columnas."
        ),
        format!(
            "The amounts of {column} can be read with thousands or with decimals (833.000) and \
             none proves which. Choose the decimal sign or the currency in the column mapping."
        ),
    )
}

/// The currency's decimals made the style likely.
pub fn assumed_decimal_style(column: &str, style: DecimalStyle) -> Problem {
    let column = quoted(column);
    let sign = if style == DecimalStyle::Comma { "," } else { "." };
    table(
        Status::Warn,
        "assumed_decimal_style",
        format!(
            "Todos los importes de {column} llevan tres cifras tras su único signo; como la moneda \
             no tiene tres decimales, se leyó «{sign}» como signo decimal. Revise los totales."
        ),
        format!(
            "Every amount of {column} has three digits after its only sign; the currency does not \
             have three decimals, so \"{sign}\" was read as the decimal sign. Check the totals."
        ),
    )
}

/// Values of both styles in one column.
pub fn mixed_decimal_style(column: &str) -> Problem {
    let column = quoted(column);
    table(
        Status::Warn,
        "mixed_decimal_style",
        format!(
            "La columna {column} mezcla importes con coma y con punto decimal; cada uno se leyó \
             por sí mismo y los dudosos quedan en espera. Revise los totales."
        ),
        format!(
            "Column {column} mixes decimal commas and dots; each amount was read by itself and \
             doubtful ones wait. Check the totals."
        ),
    )
}

/// Nothing says when documents fall due.
pub fn no_due_date_column() -> Problem {
    table(
        Status::Warn,
        "no_due_date_column",
        "La tabla no trae vencimientos: se usarán los plazos de cada cliente.".into(),
        "The table has no due dates: each customer's terms will be used.".into(),
    )
}

/// Nothing says when documents were issued.
pub fn no_issue_date_column() -> Problem {
    table(
        Status::Warn,
        "no_issue_date_column",
        "La tabla no trae fechas de emisión; los plazos de cobro no podrán calcularse.".into(),
        "The table has no issue dates; collection periods cannot be computed.".into(),
    )
}

/// The source cannot be read; `detail` is what it said.
pub fn source_unreadable(detail: &str) -> Problem {
    table(
        Status::Reject,
        "unreadable_table",
        format!("La tabla no se puede leer ({detail}). Expórtela de nuevo."),
        format!("The table cannot be read ({detail}). Export it again."),
    )
}

/// A row without end, as a quote makes that nothing closes.
pub fn endless_row() -> Problem {
    table(
        Status::Reject,
        "endless_row",
        "Una fila ocupa más de 16 MB: falta un salto de línea o unas comillas no se cierran. \
         Expórtela de nuevo."
            .into(),
        "A row is longer than 16 MB: a line end is missing, or a quote is never closed. Export it \
         again."
            .into(),
    )
}

/// A workbook that unpacks to too much.
pub fn workbook_too_large() -> Problem {
    table(
        Status::Reject,
        "too_large",
        "La planilla ocupa más de 200 MB al abrirse. Guárdela como CSV, que no tiene ese límite."
            .into(),
        "The workbook unpacks to more than 200 MB. Save it as CSV, which has no such limit.".into(),
    )
}

/// A workbook with a password.
pub fn workbook_protected() -> Problem {
    table(
        Status::Reject,
        "protected_workbook",
        "La planilla pide contraseña. Guárdela sin contraseña y vuelva a enviarla.".into(),
        "The workbook needs a password. Save it without one and send it again.".into(),
    )
}

/// Purchases: recognised and of no use.
pub fn purchases() -> Problem {
    table(
        Status::Ignore,
        "purchases",
        "Es un registro de compras: documentos por pagar, no por cobrar. No hay nada que hacer."
            .into(),
        "A purchase book: payables, not receivables. Nothing to do.".into(),
    )
}

/// Recognised and of no use.
pub fn not_needed() -> Problem {
    table(
        Status::Ignore,
        "not_needed",
        "Se reconoce la tabla, pero no contiene nada que importar.".into(),
        "The table is recognised, but holds nothing to import.".into(),
    )
}

// ---- Rows ----

/// A value that is not what its column needs.
pub fn bad_value(place: &str, column: &str, text: &str, what: BadValue) -> Problem {
    let (code, es, en) = match what {
        BadValue::Date => ("bad_date", "no es una fecha", "is no date"),
        BadValue::Amount => ("bad_amount", "no es un importe", "is no amount"),
        BadValue::Currency => ("unknown_currency", "no es una moneda", "is no currency"),
        BadValue::Year => (
            "absurd_date",
            "no puede ser la fecha de un documento",
            "cannot be the date of a document",
        ),
    };
    let text = quoted(text);
    Problem::new(
        Status::Quarantine,
        code,
        format!("{place}, {column}"),
        format!("{text} {es}. Corríjalo en el archivo o complete el dato a mano."),
        format!("{text} {en}. Correct the file or complete it by hand."),
    )
}

/// What a bad value should have been.
#[derive(Clone, Copy, Debug)]
pub enum BadValue {
    /// A date.
    Date,
    /// An amount.
    Amount,
    /// A currency.
    Currency,
    /// A year that can be.
    Year,
}

/// A word in the column of the type that is no known type.
pub fn unknown_type(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Warn,
        "unknown_type",
        place,
        format!(
            "No se conoce el tipo de documento {text}; se tomó como factura, o como nota de crédito \
             si es negativo. Revíselo."
        ),
        format!(
            "The type of document {text} is not known; it was taken as an invoice, or as a credit \
             note when negative. Check it."
        ),
    )
}

/// A value of a customer that is not understood, and left out.
pub fn not_understood(place: &str, column: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Warn,
        "not_understood",
        format!("{place}, {column}"),
        format!("No se entiende {text}: el dato quedó vacío. Corríjalo en el archivo o a mano."),
        format!(
            "{text} is not understood: the value was left empty. Correct the file or complete it."
        ),
    )
}

/// A row that ends before the columns that make it a record.
pub fn short_row(place: &str, cells: usize, columns: usize) -> Problem {
    Problem::new(
        Status::Reject,
        "short_row",
        place,
        format!(
            "La fila trae {cells} de {columns} columnas y le falta lo que la identifica. Puede estar \
             cortada: complétela y vuelva a importar."
        ),
        format!(
            "The row has {cells} of {columns} columns and lacks what identifies it. It may be cut \
             short: complete it and import again."
        ),
    )
}

/// Something a document cannot be without.
pub fn missing(place: &str, code: &'static str) -> Problem {
    let (es, en) = match code {
        "missing_number" => ("Falta el número del documento", "The document number is missing"),
        "missing_amount" => ("Falta el importe", "The amount is missing"),
        "missing_customer" => ("Falta el cliente", "The customer is missing"),
        "missing_date" => ("Falta la fecha", "The date is missing"),
        _ => ("Falta un dato necesario", "A needed value is missing"),
    };
    Problem::new(
        Status::Quarantine,
        code,
        place,
        format!("{es}. Complételo en el archivo o a mano."),
        format!("{en}. Complete it in the file or by hand."),
    )
}

/// A row that lacks something not indispensable.
pub fn lacking(place: &str, code: &'static str) -> Problem {
    let (es, en) = match code {
        "missing_issue_date" => ("Falta la fecha de emisión", "The issue date is missing"),
        "missing_type" => (
            "Falta el tipo de documento; se tomó como factura",
            "The document type is missing; it was taken as an invoice",
        ),
        "due_before_issue" => {
            ("El vencimiento es anterior a la emisión", "The due date is before the issue date")
        }
        "paid_more_than_total" => (
            "Lo pagado supera el total del documento",
            "More was paid than the total of the document",
        ),
        _ => ("Dato dudoso", "Doubtful value"),
    };
    Problem::new(Status::Warn, code, place, format!("{es}. Revíselo."), format!("{en}. Check it."))
}

/// A number that a spreadsheet shortened.
pub fn shortened_number(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Quarantine,
        "shortened_number",
        place,
        format!(
            "El número {text} perdió cifras en una hoja de cálculo. Exporte de nuevo con la columna \
             como texto."
        ),
        format!(
            "The number {text} lost digits in a spreadsheet. Export again with the column as text."
        ),
    )
}

/// An id that fails its check.
pub fn bad_tax_id(place: &str, status: Status, text: &str, kind: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        status,
        "bad_tax_id",
        place,
        format!("{text} no es un {kind} válido. Corríjalo antes de crear el cliente."),
        format!("{text} is no valid {kind}. Correct it before the customer is made."),
    )
}

/// UTF-8 read as something else.
pub fn mojibake(place: &str, text: &str, repaired: &str) -> Problem {
    let (text, repaired) = (quoted(text), quoted(repaired));
    Problem::new(
        Status::Warn,
        "garbled_text",
        place,
        format!("El texto {text} venía con los acentos dañados; se propone {repaired}."),
        format!("The text {text} came with garbled accents; {repaired} is proposed."),
    )
}

/// Characters lost for good.
pub fn lost_characters(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Warn,
        "lost_characters",
        place,
        format!("El texto {text} perdió caracteres. Corrija el nombre o exporte en UTF-8."),
        format!("The text {text} lost characters. Correct the name or export as UTF-8."),
    )
}

/// Text a spreadsheet would run.
pub fn formula_text(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Warn,
        "formula_text",
        place,
        format!(
            "El texto {text} se ejecutaría como fórmula en una hoja de cálculo. Se guarda como \
             texto; revise de dónde viene."
        ),
        format!(
            "The text {text} would run as a formula in a spreadsheet. It is kept as text; check \
             where it comes from."
        ),
    )
}

/// More decimals than the currency has.
pub fn too_many_decimals(place: &str, amount: &str, currency: &str) -> Problem {
    Problem::new(
        Status::Quarantine,
        "too_many_decimals",
        place,
        format!("El importe {amount} tiene más decimales que {currency}. Revise el signo decimal."),
        format!("The amount {amount} has more decimals than {currency}. Check the decimal sign."),
    )
}

/// The source says the document does not count.
pub fn void_in_source(place: &str, state: &str) -> Problem {
    let state = quoted(state);
    Problem::new(
        Status::Ignore,
        "void_in_source",
        place,
        format!("El documento figura como {state} en el origen: no es una deuda."),
        format!("The document stands as {state} in its source: it is no debt."),
    )
}

/// A movement of an unknown kind.
pub fn unknown_movement(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Reject,
        "unknown_movement",
        place,
        format!("No se conoce la clase de movimiento {text}. Use CN, PAY, REV o WO."),
        format!("The kind of movement {text} is not known. Use CN, PAY, REV or WO."),
    )
}

/// A row that is not a record of its kind.
pub fn refused_row(place: &str, what_es: &str, what_en: &str) -> Problem {
    Problem::new(
        Status::Reject,
        "refused_row",
        place,
        format!("La fila no se pudo leer: {what_es}. Corríjala y vuelva a importar."),
        format!("The row could not be read: {what_en}. Correct it and import again."),
    )
}
