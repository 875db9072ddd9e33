//! Headers of bank statements to fields, by their words in Spanish, English, Portuguese, French,
//! German and Italian, and whether a row of headers is that of a statement at all. Refuses a row
//! that speaks of customers, due dates or invoices: lists of receivables have dates, amounts and
//! balances too. Knows nothing of number styles or signs.

use crate::table::headers::{self as table_headers, Header};
use crate::table::mapping::Field;
use crate::table::plan::TopRow;
use crate::table::{civil, number};
use Field::*;

use super::amounts::side_named;
use super::dates;

/// Rows of the top in which a header is looked for.
const ROWS_LOOKED_AT: usize = 80;
/// Rows below the header whose values help to tell columns apart.
const VALUES_LOOKED_AT: usize = 60;

/// The columns of a row that was taken for the header of a statement.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// Field of each column, with how sure it is.
    pub fields: Vec<(Field, u8)>,
    /// Whether a column names somebody by a bare name or tax id, which lists of receivables do
    /// more often than banks.
    pub names_a_party: bool,
}

const DATE: &str = "fecha|fec|fch|f|date|data|datum|dia|day|jour|buchungstag|buchungsdatum|buchung";
const VALUE_DATE: &str = "valor|valuta|value|valeur|wertstellung|wert|valutadatum|val";
const WHOLE_VALUE_DATE: &str =
    "valuta|wertstellung|wertstellungstag|wertstellungsdatum|valutadatum|valutatag|valeur";
const BOOKING: &str = "contable|contabilizacion|contabilidad|booking|posting|posted|completed|buchungstag|buchungsdatum|\
     operacion|proceso|transaction|transaccion|movimiento|mov|movimento|lancamento|comptable|contabile";
const BALANCE: &str = "saldo|saldos|balance|solde|kontostand|disponible|saldi";
const DEBIT: &str = "cargo|cargos|retiro|retiros|giro|giros|debito|debitos|debe|egreso|egresos|salida|salidas|debit|\
     debits|withdrawal|withdrawals|soll|belastung|lastschrift|addebito|addebiti|uscita|uscite|dare|saida|saidas|\
     sortie|sorties|disposiciones|carrec|carrecs";
const CREDIT: &str = "abono|abonos|deposito|depositos|credito|creditos|haber|ingreso|ingresos|entrada|entradas|credit|\
     credits|deposit|deposits|haben|gutschrift|accredito|accrediti|entrata|entrate|avere|entree|entrees|\
     abonament|abonaments";
const AMOUNT: &str = "importe|importes|monto|montos|amount|valor|value|betrag|umsatz|montant|quantia|importo|import|\
     cantidad|umsatze";
const CURRENCY: &str = "moneda|divisa|currency|ccy|wahrung|waehrung|moeda|devise|curr|mda";
const ACCOUNT: &str =
    "cuenta|cta|account|konto|kontonummer|conta|compte|conto|ccc|clabe|iban|tarjeta|auftragskonto";
const OTHER_SIDE: &str = "destino|origen|contraparte|contrapartida|ordenante|beneficiario|tercero|terceros|payer|payee|\
     counterparty|sender|recipient|remitente|emisor|receptor|destinatario|gegenkonto|empfanger|auftraggeber|\
     zahlungspflichtiger|begunstigter|beguenstigter|zahlungsempfanger|zahlungspflichtige|beneficiary|librador|\
     merchant|comercio|pagador|origem|deudora|abonada|cargada";
const TAX_ID: &str = "rut|rfc|nif|cif|nit|ruc|cuit|cuil|dni|cnpj|cpf|curp";
const DESCRIPTION: &str = "descripcion|description|concepto|conceptos|detalle|detalles|glosa|texto|text|leyendas|details|detail|\
     verwendungszweck|buchungstext|umsatztext|descricao|historico|libelle|motif|causale|descrizione|movimiento|\
     movimientos|datos|observaciones|observacion|comentario|comentarios|memo|narrative|particulars|leyenda|\
     informacion|nota|notas|notes|motivo|transaccion|transaction|operacion|asunto|mensaje|omschrijving|lancamento|\
     designacao|descritivo|detalhe|detalhes|concepte|descripcio|information|vorgang|remesa|desc|descrip|message|\
     operazione|movimento|operation";
const OPERATION: &str = "operacion|transaccion|transaction|folio|rastreo|movimiento|mov|id|secuencia|autorizacion|trace|\
     operazione|transaktion|operation|movimento|secuencial";
const REFERENCE: &str = "referencia|referencias|reference|ref|refs|documento|doc|docto|dcto|comprobante|cheque|serial|\
     serie|numero|nro|no|n|num|nr|referenz|kundenreferenz|document|number|documentos|doc.|justificante|recibo|\
     referencia2|referencia1|ref1|ref2|nudoc";
const CODE: &str = "codigo|cod|code|cve|clave";
const KIND: &str = "tipo|type|clase|kind|typ|umsatzart|buchungsart";
const STATE: &str = "estado|status|state|estatus|situacion";
const FEE: &str = "fee|fees|comision|comisiones|gebuhr|gebuhren";
const NOT_NEEDED: &str = "sucursal|oficina|canal|agencia|branch|hora|time|usuario|utc|categoria|subcategoria|category|\
     imagen|plaza|pais|ciudad|caja|cajero|etiquetas|tags|office|user|filiale|terminal|bic|swift|product|producto|\
     subcategory|labels|retenciones|inicial|anterior";

/// Whole names of columns that say debit or credit.
const SIDES: &str = "d c|c d|d h|h d|dc|cd|dh|s h|cr dr|dr cr|debe haber|cargo abono|cargo o abono|abono cargo|\
     debito credito|credito debito|debit credit|credit debit|soll haben|signo|sign|sentido|naturaleza|\
     debit credit indicator|credit debit indicator|debit or credit|credit or debit|indicador|cargo abonos|\
     tipo cargo abono|debe o haber|debito o credito|ingreso egreso|egreso ingreso|sens|dare avere";

/// Words of receivables, purchases and payments taken: with one of them a row is no statement's.
const NOT_A_BANKS: &str = "pendiente|vencimiento|vencimientos|vto|vcto|venc|vence|cliente|clientes|client|clients|customer|deudor|debtor|\
     factura|facturas|invoice|proveedor|vendor|supplier|cuota|neto|promesa|promised|disputa|dispute|cobrador|\
     collector|mora|atraso|uuid|emision|due|auxiliar|instalment|dte|parcialidad|iva|vat";

fn is_one_of(words: &str, wanted: &str) -> bool {
    words.split('|').any(|word| word == wanted)
}

fn any_of(words: &str, header: &[&str]) -> bool {
    header.iter().any(|word| is_one_of(words, word))
}

/// What the values of a column look like.
#[derive(Clone, Copy, Debug, Default)]
struct Values {
    values: u32,
    numbers: u32,
    dates: u32,
    letters: u32,
    sides: u32,
    distinct: bool,
}

impl Values {
    fn of(below: &[TopRow], column: usize) -> Values {
        let mut seen = Values::default();
        let mut first: Option<&str> = None;
        for cell in below.iter().filter_map(|row| row.cells.get(column)) {
            let text = cell.trim();
            if text.is_empty() {
                continue;
            }
            seen.values += 1;
            let is_amount = !matches!(number::evidence(text), number::Evidence::NotANumber);
            let is_blank_amount = !text.chars().any(char::is_alphanumeric);
            seen.numbers += u32::from(is_amount || is_blank_amount);
            seen.dates += u32::from(civil::read(text).is_some() || dates::short(text).is_some());
            seen.letters += u32::from(text.chars().any(char::is_alphabetic));
            seen.sides += u32::from(side_named(text).is_some());
            seen.distinct |= first.is_some_and(|first| first != text);
            first = first.or(Some(text));
        }
        seen
    }

    fn mostly(self, count: u32) -> bool {
        count * 10 >= self.values * 6
    }

    fn some(self, count: u32) -> bool {
        self.values == 0 || count * 3 >= self.values
    }
}

/// What one header means, helped by the values below it.
fn meaning(header: &Header, values: Values) -> (Field, u8) {
    let text = header.normal.as_str();
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let has = |list: &str| any_of(list, &words);
    if words.is_empty() || has("hora|time|hour|uhrzeit") && !has(DATE) {
        return (Ignore, 0);
    }
    let is_side = values.values > 0 && values.mostly(values.sides);
    if is_one_of(SIDES, text) || (has(DEBIT) && has(CREDIT)) {
        return match is_side || values.values == 0 || !values.some(values.numbers) {
            true => (DebitOrCredit, 95),
            false => (Amount, 92),
        };
    }
    if is_side && (has(KIND) || has(OPERATION) || has(CODE)) {
        return (DebitOrCredit, 90);
    }
    figure(&words, values).or_else(|| dated(text, &words, values)).unwrap_or_else(|| {
        match said_of_the_entry(&words, values) {
            Some(found) => found,
            None => (Ignore, 0),
        }
    })
}

/// Balances, debits, credits and amounts.
fn figure(words: &[&str], values: Values) -> Option<(Field, u8)> {
    let has = |list: &str| any_of(list, words);
    if !values.some(values.numbers) || has("inicial|anterior|linea|limite|retenciones") {
        return None;
    }
    let is_dated = has(DATE) || has(BOOKING) && has("fecha|date");
    if has(BALANCE) && !has("fecha|date") {
        let weight = if has("disponible|available") { 80 } else { 95 };
        return Some((Balance, weight));
    }
    if is_dated || has(ACCOUNT) || has(CODE) || has(OTHER_SIDE) {
        return None;
    }
    let pair = |first: &str, second: &str| has(first) && has(second);
    if has(DEBIT) || pair("money|paid|amount", "out") {
        return Some((Debit, 95));
    }
    if has(CREDIT) || pair("money|paid|amount", "in") {
        return Some((Credit, 95));
    }
    if has(FEE) {
        return Some((Fee, 80));
    }
    has(AMOUNT).then_some((Amount, if has("original|origen|extranjera|foreign") { 60 } else { 90 }))
}

fn dated(text: &str, words: &[&str], values: Values) -> Option<(Field, u8)> {
    let has = |list: &str| any_of(list, words);
    if !(has(DATE) || is_one_of(WHOLE_VALUE_DATE, text)) || !values.some(values.dates) {
        return None;
    }
    if is_one_of(WHOLE_VALUE_DATE, text) || has(VALUE_DATE) {
        return Some((ValueDate, 95));
    }
    let weight = match () {
        () if has("contable|contabilizacion|booking|posting|posted|completed") => 97,
        () if has(BOOKING) => 96,
        () if words.len() == 1 => 94,
        () => 75,
    };
    Some((Date, weight))
}

/// Texts, references and who is on the other side.
fn said_of_the_entry(words: &[&str], values: Values) -> Option<(Field, u8)> {
    let has = |list: &str| any_of(list, words);
    let is_text = values.values == 0 || values.some(values.letters);
    // Where both sides have columns, who pays is the one that a creditor does not know yet.
    let pays = u8::from(has("ordenante|origen|remitente|payer|sender|pagador|origem|emisor")) * 3;
    Some(match () {
        () if has("bic|swift|card") => (Ignore, 50),
        () if has(CURRENCY) => (Currency, 95),
        () if has("rastreo") => (Operation, 92),
        () if has(TAX_ID) => (TaxId, 90 + pays),
        () if has(ACCOUNT) && has(OTHER_SIDE) => (CounterpartyAccount, 92 + pays),
        () if has("iban|kontonummer") && values.distinct => (CounterpartyAccount, 85),
        () if has(ACCOUNT) && !has("nombre|name|titular") => (OwnAccount, 90),
        () if has(OTHER_SIDE) && is_text => (CustomerName, 85 + pays),
        () if has("nombre|name") && is_text => (CustomerName, 70),
        () if has(CODE) => (EntryCode, 85),
        () if has("titular|holder") => (Ignore, 50),
        () if has(STATE) => (State, 85),
        () if has(KIND) && is_text => (EntryCode, 80),
        () if has(DESCRIPTION) && is_text && !has("n|no|nro|num|numero|number|id") => {
            (Description, 95)
        }
        () if has(NOT_NEEDED) && !has(REFERENCE) && !has(OPERATION) => (Ignore, 50),
        // Numbers the rows of one download, and differently in the next.
        () if words.len() == 1 && has("movimiento|mov|secuencia|secuencial|n|no|nro|num") => {
            (RowNumber, 60)
        }
        () if has(OPERATION) => (Operation, 85),
        () if has(REFERENCE) => (Reference, 85),
        () if has(NOT_NEEDED) => (Ignore, 50),
        () => return None,
    })
}

/// Keeps the surest column of each field. References left over are texts of the entry: that is
/// where banks put the number of the invoice paid.
fn without_repeats(mut fields: Vec<(Field, u8)>) -> Vec<(Field, u8)> {
    let mut order: Vec<usize> = (0..fields.len()).collect();
    order.sort_by_key(|column| (std::cmp::Reverse(fields[*column].1), *column));
    let mut taken: Vec<Field> = Vec::new();
    for column in order {
        let (field, weight) = fields[column];
        if field.is_repeatable() {
            continue;
        }
        if !taken.contains(&field) {
            taken.push(field);
            continue;
        }
        fields[column] = match field {
            Reference if !taken.contains(&Operation) => {
                taken.push(Operation);
                (Operation, weight)
            }
            Operation if !taken.contains(&Reference) => {
                taken.push(Reference);
                (Reference, weight)
            }
            Reference | Operation => (Description, weight.min(60)),
            _ => (Ignore, 0),
        };
    }
    fields
}

/// The fields of the columns under `headers`, whatever they are.
pub fn assign(headers: &[Header], below: &[TopRow]) -> Vec<(Field, u8)> {
    let below = &below[..below.len().min(VALUES_LOOKED_AT)];
    let found = headers.iter().enumerate();
    let found = found.map(|(column, header)| meaning(header, Values::of(below, column)));
    let mut fields = without_repeats(found.collect());
    // Where nothing else of a statement says what an entry is, its kind does.
    let has = |wanted: Field| fields.iter().any(|(field, _)| *field == wanted);
    if has(Balance)
        && !has(Description)
        && let Some(kind) = fields.iter_mut().find(|(field, _)| *field == EntryCode)
    {
        kind.0 = Description;
    }
    fields
}

/// The header of a statement: the row of the top that names most of what statements have. Looks
/// only at the rows up to `last`.
pub fn find(top: &[TopRow], last: usize) -> Option<(usize, Recognised)> {
    let mut best: Option<(u32, usize, Recognised)> = None;
    for (index, row) in top.iter().enumerate().take(ROWS_LOOKED_AT.min(last + 1)) {
        if let Some((score, recognised)) = recognise(row, &top[index + 1..])
            && best.as_ref().is_none_or(|(best, ..)| score > *best)
        {
            best = Some((score, index, recognised));
        }
    }
    best.map(|(_, index, recognised)| (index, recognised))
}

/// The columns of a row when it is the header of a statement, with how much it says.
fn recognise(row: &TopRow, below: &[TopRow]) -> Option<(u32, Recognised)> {
    if !could_be_a_header(row.cells.iter().map(String::as_str)) {
        return None;
    }
    let headers: Vec<Header> = row.cells.iter().map(|cell| Header::new(cell)).collect();
    if headers.iter().any(|header| is_not_a_banks(&header.normal)) {
        return None;
    }
    let fields = assign(&headers, below);
    let has = |field: Field| fields.iter().any(|(found, _)| *found == field);
    let is_dated = has(Date) || has(ValueDate);
    let has_amount = has(Amount) || has(Debit) || has(Credit);
    let is_other_side =
        |header: &Header| any_of(OTHER_SIDE, &header.normal.split(' ').collect::<Vec<_>>());
    let names_the_other = headers
        .iter()
        .zip(&fields)
        .any(|(header, (field, _))| *field == CustomerName && is_other_side(header));
    // A date, an amount and what is left of it are also a list of documents.
    let is_ledger = has(Balance) && (has(Debit) || has(Credit));
    let is_told = has(Description) || is_ledger || names_the_other;
    let known = fields.iter().filter(|(_, weight)| *weight > 0).count();
    let named = headers.iter().filter(|header| !header.normal.is_empty()).count();
    if !is_dated || !has_amount || !is_told || known < 3 || known * 2 < named {
        return None;
    }
    let names_a_party = headers.iter().zip(&fields).any(|(header, (field, weight))| match field {
        TaxId | CustomerName => !is_other_side(header),
        Ignore if *weight == 0 => is_of_customers(header),
        _ => false,
    });
    let score = known as u32 + 2 * u32::from(has(Description));
    Some((score, Recognised { fields, names_a_party }))
}

/// Whether a column that no bank has would name a customer in another list.
fn is_of_customers(header: &Header) -> bool {
    let general = table_headers::candidates(header);
    general.first().is_some_and(|(field, weight)| {
        *weight >= 80 && matches!(field, CustomerName | CustomerCode | TaxId | DueDate | Collector)
    })
}

/// Short words and no numbers.
fn could_be_a_header<'c>(cells: impl Iterator<Item = &'c str>) -> bool {
    let mut named = 0;
    for cell in cells {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        let is_figure = cell.len() > 1 && !cell.chars().any(char::is_alphabetic);
        let is_marked = cell.starts_with(['+', '-', '(', '#']) && cell.chars().count() <= 4;
        if cell.chars().count() > 60 || (is_figure && !is_marked) || civil::read(cell).is_some() {
            return false;
        }
        named += 1;
    }
    named >= 3
}

fn is_not_a_banks(normal: &str) -> bool {
    let words: Vec<&str> = normal.split(' ').collect();
    let is_reference = any_of(
        "referencia|reference|ref|kundenreferenz|observaciones|observacion|nota|notas|concepto|\
         descripcion|detalle|mensaje|comentario|comentarios|leyenda",
        &words,
    );
    let names_a_means =
        any_of("medio|forma|metodo|method|means", &words) && any_of("pago|payment|cobro", &words);
    let is_company = normal.starts_with("razon social");
    (any_of(NOT_A_BANKS, &words) && !is_reference) || names_a_means || is_company
}

/// How many cells of a row are words of statements, when it could be the header of one: what
/// tells the delimiter of a text, and a statement from other text.
pub fn words_of(cells: &[&str]) -> u32 {
    if !could_be_a_header(cells.iter().copied()) {
        return 0;
    }
    let row = TopRow { number: 1, cells: cells.iter().map(|c| (*c).to_owned()).collect() };
    recognise(&row, &[]).map_or(0, |(_, found)| {
        found.fields.iter().filter(|(field, _)| *field != Ignore).count() as u32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(headers: &str, values: &[&str]) -> Option<Vec<Field>> {
        let row = |number: usize, line: &str| TopRow {
            number,
            cells: line.split(';').map(str::to_owned).collect(),
        };
        let below: Vec<TopRow> = values.iter().map(|line| row(2, line)).collect();
        recognise(&row(1, headers), &below)
            .map(|(_, found)| found.fields.into_iter().map(|(field, _)| field).collect())
    }

    #[test]
    fn statements_of_many_banks_are_recognised() {
        for (headers, expected) in [
            (
                "Fecha;Concepto;Retiro;Depósito;Saldo",
                vec![Date, Description, Debit, Credit, Balance],
            ),
            (
                "F.Valor;Fecha;Concepto;Movimiento;Importe;Divisa;Disponible;Divisa;Observaciones",
                vec![
                    ValueDate,
                    Date,
                    Description,
                    Description,
                    Amount,
                    Currency,
                    Balance,
                    Ignore,
                    Description,
                ],
            ),
            (
                "Fecha;Sucursal;Descripción;N° Documento;Cheques y otros cargos;Depósitos y Abono;\
                 Saldo diario",
                vec![Date, Ignore, Description, Reference, Debit, Credit, Balance],
            ),
            (
                "Buchungstag;Wertstellung;Verwendungszweck;Betrag;Währung;Kontostand",
                vec![Date, ValueDate, Description, Amount, Currency, Balance],
            ),
            ("Data;Histórico;Valor;Saldo", vec![Date, Description, Amount, Balance]),
            ("Date;Libellé;Débit;Crédit;Solde", vec![Date, Description, Debit, Credit, Balance]),
            ("Fecha;Descripción;Monto;D/C", vec![Date, Description, Amount, DebitOrCredit]),
            (
                "Date;Description;Money Out;Money In;Balance",
                vec![Date, Description, Debit, Credit, Balance],
            ),
            (
                "Fecha;Fecha valuta;Descripción operación;Monto;Saldo;Operación - Número;Referencia2",
                vec![Date, ValueDate, Description, Amount, Balance, Operation, Reference],
            ),
        ] {
            assert_eq!(fields(headers, &[]), Some(expected), "{headers}");
        }
    }

    #[test]
    fn values_tell_what_headers_leave_open() {
        let flagged =
            fields("Fecha;Detalle;Tipo;Monto", &["01/02/2026;x;C;10", "02/02/2026;y;D;5"]);
        assert_eq!(flagged, Some(vec![Date, Description, DebitOrCredit, Amount]));
        let kinds =
            fields("Fecha;Detalle;Tipo;Monto", &["01/02/2026;x;TEF;10", "02/02/2026;y;POS;5"]);
        assert_eq!(kinds, Some(vec![Date, Description, EntryCode, Amount]));
        let numbered = fields(
            "Fecha;Descripción;Movimiento;Abonos",
            &["01/02/2026;SPEI;1;10", "02/02/2026;X;2;5"],
        );
        assert_eq!(numbered, Some(vec![Date, Description, RowNumber, Credit]));
        let combined = fields(
            "Fecha;Glosa;Cargo/Abono;Saldo",
            &["01/02/2026;TEF;-10;90", "02/02/2026;X;5;95"],
        );
        assert_eq!(combined, Some(vec![Date, Description, Amount, Balance]));
    }

    #[test]
    fn lists_of_receivables_are_no_statements() {
        for headers in [
            "Cliente;Fecha;Documento;Cargos;Abonos;Saldo",
            "Fecha;Folio;Monto",
            "Fecha;Factura;Total;Saldo",
            "Fecha;Vencimiento;Importe;Concepto",
            "Fecha;Moneda;Valor",
            "Folio;Fecha;Monto;Saldo",
            "Fecha;RUT Cliente;Monto;Medio de pago;Descripción",
            "Total Cargos;Total Abonos;Línea de Crédito",
            "Saldo Disponible;Saldo Contable;Retenciones",
            "02/01/2026;ABONO;100;SALDO",
        ] {
            assert_eq!(fields(headers, &[]), None, "{headers}");
        }
    }
}
