//! Entries of statements in text form: every field of them, on the files of the corpus; and on
//! made-up statements, that what was written is what is counted.

mod common;

use common::corpus;
use proptest::prelude::*;
use puntual_core::date::Day;
use puntual_formats::read::{ReadFile, ReadOptions, read};
use puntual_formats::record::{BankEntryRecord, Record, StatementKind, StatementRecord};
use rust_decimal::Decimal;

fn file(name: &str) -> ReadFile {
    let bytes = std::fs::read(corpus().join(name)).expect("corpus");
    read(name, &bytes, &ReadOptions::default())
}

fn entries(file: &ReadFile) -> Vec<&BankEntryRecord> {
    let records = file.records.iter();
    let found = records.filter_map(|record| match record {
        Record::BankEntry(entry) => Some(entry.as_ref()),
        _ => None,
    });
    found.collect()
}

fn statements(file: &ReadFile) -> Vec<&StatementRecord> {
    let records = file.records.iter();
    let found = records.filter_map(|record| match record {
        Record::Statement(statement) => Some(statement.as_ref()),
        _ => None,
    });
    found.collect()
}

fn amounts(file: &ReadFile) -> Vec<String> {
    entries(file).iter().map(|entry| entry.amount.unwrap_or_default().to_string()).collect()
}

fn day(text: &str) -> Option<Day> {
    Some(Day::parse_iso(text.as_bytes()).expect("day"))
}

#[test]
fn reversals_carry_sign_flag_and_reason() {
    let file = file("mt940/reversos_rc_y_rd.sta");
    assert_eq!(amounts(&file), ["250", "-250", "-80", "80"]);
    let entries = entries(&file);
    assert!(entries.iter().map(|entry| entry.is_reversal).eq([false, true, false, true]));
    assert_eq!(entries[1].return_reason.as_deref(), Some("AC04"));
    assert_eq!(entries[0].reference.as_deref(), Some("E-1"));
    assert_eq!(entries[0].counterparty.name.as_deref(), Some("KUNDE EINS GMBH"));
    assert_eq!(entries[0].counterparty_account.as_deref(), Some("DE89370400440532013000"));
    assert_eq!(entries[0].bank_code.as_deref(), Some("NTRF/166"));
    assert_eq!(entries[0].text.as_deref(), Some("RE 1001"));
    assert_eq!(entries[2].bank_reference.as_deref(), Some("A3"));
}

#[test]
fn entry_dates_may_be_of_the_next_year_and_value_dates_of_no_year() {
    let file = file("mt940/febrero_30_y_cambio_de_ano.sta");
    let entries = entries(&file);
    assert_eq!((entries[0].value_on, entries[0].booked_on), (day("2025-12-31"), day("2026-01-02")));
    assert_eq!((entries[1].value_on, entries[1].booked_on), (day("2026-02-28"), day("2026-03-01")));
}

#[test]
fn reports_are_told_and_not_booked() {
    let file = file("mt940/mt942_por_su_bloque.sta");
    let entries = entries(&file);
    assert!(entries.iter().all(|entry| entry.message == StatementKind::Report));
    assert!(entries.iter().map(|entry| entry.is_booked).eq([true, false]));
    assert_eq!(statements(&file)[0].kind, StatementKind::Report);
}

#[test]
fn what_stands_between_messages_belongs_to_none() {
    let file = file("mt940/encabezado_holandes.sta");
    let entry = entries(&file)[0];
    assert_eq!(entry.counterparty.name.as_deref(), Some("JANSEN BV"));
    assert_eq!(entry.text.as_deref(), Some("FACTUUR 2026-001"));
    assert_eq!(entry.reference, None);
    assert_eq!(entry.account.number.as_deref(), Some("500950253"));
    let blocks = self::file("mt940/bloques_swift.sta");
    let entry = entries(&blocks)[0];
    assert_eq!(entry.text.as_deref(), Some("TEF 77.777.777-7 COMERCIAL UNO SPA FACTURA 1042"));
}

#[test]
fn payers_are_read_out_of_the_text_where_check_digits_prove_them() {
    let blocks = file("mt940/bloques_swift.sta");
    let party = &entries(&blocks)[0].counterparty;
    assert_eq!(
        (party.tax_id.as_deref(), party.country.as_deref()),
        (Some("77777777-7"), Some("CL"))
    );
    let bytes = std::fs::read(corpus().join("mt940/bloques_swift.sta")).expect("corpus");
    let own =
        ReadOptions { creditor_tax_ids: vec!["77.777.777-7".to_owned()], ..Default::default() };
    assert_eq!(entries(&read("x.sta", &bytes, &own))[0].counterparty.tax_id, None);
    let spei = file("mt940/syn__mx_mt940_mxn_spei.sta");
    let entry = entries(&spei)[0];
    assert_eq!(entry.counterparty.tax_id.as_deref(), Some("EKU9003173C9"));
    // Its CLABE fails the check, and might be any number.
    assert_eq!(entry.counterparty_account, None);
}

#[test]
fn letters_survive_every_encoding() {
    for name in ["cp850", "latin1", "utf16", "retornos_de_carro_y_lineas_en_blanco"] {
        let file = file(&format!("mt940/{name}.sta"));
        let text = entries(&file)[0].text.clone();
        assert_eq!(text.as_deref(), Some("TRANSFERENCIA DE NÚÑEZ Y PEÑA, DEVOLUCIÓN"), "{name}");
    }
    for name in ["cp850", "latin1", "utf8_con_marca"] {
        let file = file(&format!("n43/{name}.n43"));
        let entry = entries(&file)[0];
        assert_eq!(entry.text.as_deref(), Some("COBRO DE MUÑOZ COMISIÓN ESPAÑA"), "{name}");
        assert_eq!(entry.account.holder.as_deref(), Some("PEÑA Y NÚÑEZ SL"), "{name}");
    }
    for name in ["latin1_declarado", "utf8_declarado_1252"] {
        let file = file(&format!("ofx/{name}.ofx"));
        let entry = entries(&file)[0];
        assert_eq!(entry.counterparty.name.as_deref(), Some("NÚÑEZ & PEÑA"), "{name}");
    }
}

#[test]
fn sepa_layouts_of_norma_43_give_parties_and_references() {
    let file = file("n43/adeudo_y_transferencia_sepa.n43");
    let entries = entries(&file);
    let returned = entries[0];
    assert!(returned.is_reversal);
    assert_eq!(returned.return_reason.as_deref(), Some("AM04"));
    assert_eq!(returned.mandate.as_deref(), Some("MND-0001"));
    assert_eq!(returned.reference.as_deref(), Some("F2026-0101"));
    assert_eq!(returned.counterparty.name.as_deref(), Some("NÚÑEZ Y PEÑA CB"));
    let transfer = entries[1];
    assert_eq!(transfer.reference.as_deref(), Some("E2E-77"));
    assert_eq!(transfer.text.as_deref(), Some("PAGO F2026-0110"));
    assert_eq!(transfer.bank_code.as_deref(), Some("04"));
}

#[test]
fn accounts_of_norma_43_keep_their_currency_and_sign() {
    let file = file("n43/varias_cuentas.n43");
    let entries = entries(&file);
    let currencies: Vec<_> = entries.iter().map(|entry| entry.currency.as_deref()).collect();
    assert_eq!(currencies, [Some("EUR"), Some("USD")]);
    assert!(entries.iter().map(|entry| (entry.statement, entry.ordinal)).eq([(0, 1), (1, 1)]));
    assert_eq!(amounts(&file), ["100", "-25"]);
    let foreign = self::file("n43/importe_en_divisa_24.n43");
    let original = self::entries(&foreign)[0].original.clone();
    assert_eq!(original, Some((Decimal::new(11_735, 2), "USD".to_owned())));
}

#[test]
fn values_of_ofx_belong_to_their_entry_without_closing_tags() {
    let file = file("ofx/sin_etiquetas_de_cierre.ofx");
    let entries = entries(&file);
    assert_eq!(amounts(&file), ["1190000", "-5000"]);
    assert_eq!(entries[0].booked_on, day("2026-03-20"));
    assert_eq!(entries[0].bank_reference.as_deref(), Some("A"));
    assert_eq!(entries[0].text.as_deref(), Some("TEF 77.777.777-7"));
    assert_eq!(entries[0].account.number.as_deref(), Some("777"));
    let closing = statements(&file)[0].closing.clone().expect("closing");
    assert_eq!((closing.amount, closing.on), (Some(99.into()), day("2026-03-31")));
    let exchanged = self::file("ofx/pendiente_correccion_y_moneda_original.ofx");
    let original = self::entries(&exchanged)[0].original.clone();
    assert_eq!(original, Some((5.into(), "USD".to_owned())));
}

/// Signed amounts in hundredths, as every format can write them.
fn movements() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec(-9_999_999_999_i64..9_999_999_999, 0..30)
}

fn mt940_of(movements: &[i64], end: &str) -> String {
    let mut text =
        String::from(":20:X\n:25:ES9121000418450200051332\n:28C:1/1\n:60F:C260101EUR0,00\n");
    for hundredths in movements {
        let mark = if *hundredths < 0 { 'D' } else { 'C' };
        let (whole, rest) = (hundredths.abs() / 100, hundredths.abs() % 100);
        text += &format!(":61:260102{mark}{whole},{rest:02}NTRFNONREF\n:86:TEXTO\n");
    }
    let total: i64 = movements.iter().sum();
    let mark = if total < 0 { 'D' } else { 'C' };
    text += &format!(":62F:{mark}260102EUR{},{:02}\n-\n", total.abs() / 100, total.abs() % 100);
    text.replace('\n', end)
}

fn norma43_of(movements: &[i64]) -> String {
    let mut text = format!("{:<80}\n", "112100041802000513322601012601312000000000000009783X");
    let side = |is_debit: bool| -> (usize, i64) {
        let some = movements.iter().filter(|amount| (**amount < 0) == is_debit);
        some.fold((0, 0), |(count, sum), amount| (count + 1, sum + amount.abs()))
    };
    for hundredths in movements {
        let sign = if *hundredths < 0 { '1' } else { '2' };
        text += &format!("22    041826010226010203180{sign}{:014}{:038}\n", hundredths.abs(), 0);
    }
    let ((debits, debit), (credits, credit)) = (side(true), side(false));
    let (sign, closing) = if credit < debit { (1, debit - credit) } else { (2, credit - debit) };
    text += &format!(
        "33210004180200051332{debits:05}{debit:014}{credits:05}{credit:014}{sign}{closing:014}978\n"
    );
    text + &format!("88{}{:06}\n", "9".repeat(18), movements.len() + 2)
}

fn ofx_of(movements: &[i64], closes: bool) -> String {
    let mut text = String::from(
        "OFXHEADER:100\n\n<OFX><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM>\
         <BANKTRANLIST>",
    );
    for (index, hundredths) in movements.iter().enumerate() {
        let amount = Decimal::new(*hundredths, 2);
        text += &format!(
            "<STMTTRN><TRNTYPE>OTHER<DTPOSTED>20260102<TRNAMT>{amount}<FITID>{index}<NAME>N\n"
        );
        text += if closes { "</STMTTRN>" } else { "" };
    }
    text + "</BANKTRANLIST></STMTRS></STMTTRNRS></OFX>"
}

fn holds(name: &str, text: &str, movements: &[i64]) -> Result<(), TestCaseError> {
    let file = read(name, text.as_bytes(), &ReadOptions::default());
    let problems: Vec<_> = file.all_problems().into_iter().map(|problem| problem.code).collect();
    prop_assert!(problems.is_empty(), "{problems:?}\n{text}");
    let expected: Vec<Decimal> = movements.iter().map(|amount| Decimal::new(*amount, 2)).collect();
    let found: Vec<Decimal> = entries(&file).iter().filter_map(|entry| entry.amount).collect();
    prop_assert_eq!(found, expected);
    prop_assert_eq!(statements(&file)[0].entries, movements.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_what_is_counted(movements in movements(), flag in any::<bool>()) {
        holds("x.sta", &mt940_of(&movements, if flag { "\r\n" } else { "\n" }), &movements)?;
        holds("x.n43", &norma43_of(&movements), &movements)?;
        holds("x.ofx", &ofx_of(&movements, flag), &movements)?;
    }

    #[test]
    fn random_fields_end_without_a_panic(
        lines in proptest::collection::vec("(:(20|25|28C|60F|61|62F|86|90D|NS):|-|\\{4:)?[ -~ñ€?/+]{0,40}", 0..20),
    ) {
        let text = format!(":61:260101C5,00NTRF\n{}", lines.join("\n"));
        let file = read("x.sta", text.as_bytes(), &ReadOptions::default());
        prop_assert_eq!(file.counts().read, entries(&file).len());
    }

    #[test]
    fn random_records_end_without_a_panic(
        lines in proptest::collection::vec("(11|22|23|24|33|88)[0-9 ñA-Z]{0,90}", 0..20),
    ) {
        let header = "11210004180200051332260101260131200000000000000978";
        let text = format!("{header}\n{}", lines.join("\n"));
        let file = read("x.n43", text.as_bytes(), &ReadOptions::default());
        prop_assert_eq!(file.counts().read, entries(&file).len());
    }

    #[test]
    fn random_tags_end_without_a_panic(
        tags in proptest::collection::vec(
            "</?(STMTTRN|STMTRS|BANKTRANLIST|LEDGERBAL|STATUS|CURRENCY|INVSTMTRS|TRNAMT|FITID|X)>[ -~ñ&;]{0,12}",
            0..40,
        ),
    ) {
        let text = format!("<OFX>{}", tags.concat());
        let file = read("x.ofx", text.as_bytes(), &ReadOptions::default());
        let total: usize = statements(&file).iter().map(|statement| statement.entries).sum();
        prop_assert_eq!(entries(&file).len(), total);
    }
}
