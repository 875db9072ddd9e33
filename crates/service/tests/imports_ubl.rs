//! UBL files in the books, on both engines: whose they are, what is asked for, and notes, corrected
//! invoices and events that find their invoice whichever comes first.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_formats::record::*;
use puntual_store::on_both_engines;
use puntual_store::testing::Place;

/// A file of the corpus of the readers.
fn ubl(name: &str) -> Vec<u8> {
    let path = format!("{}/../formats/tests/corpus/ubl/{name}.xml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn upload(books: &Books, name: &str) -> (i64, i64, i64, i64) {
    let counts = books.upload(&[(name, &ubl(name))]).0.counts;
    (counts.accepted, counts.duplicates, counts.quarantined, counts.ignored)
}

const ACCEPTED: (i64, i64, i64, i64) = (1, 0, 0, 0);

fn spain(place: &Place) -> Books {
    Books::open(place, "ES", "EUR".parse().unwrap(), "B12345674", "2026-11-21")
}

fn colombia(place: &Place) -> Books {
    Books::open(place, "CO", "COP".parse().unwrap(), "800197268-4", "2026-11-21")
}

fn peru(place: &Place) -> Books {
    Books::open(place, "PE", "PEN".parse().unwrap(), "20600055519", "2026-11-21")
}

fn document(books: &Books, key: &str) -> puntual_store::document::Document {
    let found = books.app.store.read(|tx| {
        let scope = books.ctx.scope();
        let known = puntual_store::document::known(tx, scope, [key].into_iter())?;
        puntual_store::document::get(tx, scope, known[0].id)
    });
    found.unwrap().unwrap()
}

on_both_engines! {
    fn a_note_pays_the_invoice_it_names_in_any_order(place) {
        type Open = fn(&Place) -> Books;
        let cases: [(Open, &str, &str); 4] = [
            (spain, "factura_380", "nota_de_credito_mismo_numero"),
            (spain, "factura_380", "negativa_corrige_otra"),
            (colombia, "dian_contenedor_cdata", "dian_nota_credito_anula"),
            (peru, "sunat_cuotas", "sunat_nota_credito_01"),
        ];
        for (open, invoice, note) in cases {
            for order in [[invoice, note], [note, invoice]] {
                let books_place = another(place);
                let books = open(&books_place);
                for name in order {
                    assert_eq!(upload(&books, name), ACCEPTED, "{name}");
                    assert_eq!(upload(&books, name), (0, 1, 0, 0), "{name} again");
                }
                assert_eq!(books.totals("2026-06-01"), "", "{order:?}");
                books.prove();
            }
        }
    }

    fn an_invoice_of_a_table_and_its_file_are_one_debt(place) {
        let buyer = PartyRecord { tax_id: Some("900108281-3".to_owned()), ..PartyRecord::default() };
        let row = DocumentRecord { buyer, ..invoice("SETP990000002", "", "2026-03-10", "2026-04-09", "119000") };
        let row = DocumentRecord { currency: Some("COP".to_owned()), ..row };
        let books = colombia(place);
        books.load(vec![record(row.clone())]);
        assert_eq!(upload(&books, "dian_factura"), (0, 1, 0, 0));
        let other_place = another(place);
        let books = colombia(&other_place);
        assert_eq!(upload(&books, "dian_factura"), ACCEPTED);
        assert_eq!(books.load(vec![record(row)]).counts.duplicates, 1);
    }

    fn a_corrected_invoice_takes_the_place_of_the_one_it_names_in_any_order(place) {
        for order in [["factura_380", "corregida_384"], ["corregida_384", "factura_380"]] {
            let books_place = another(place);
            let books = spain(&books_place);
            for name in order {
                assert_eq!(upload(&books, name), ACCEPTED, "{name}");
            }
            let old = document(&books, "n:invoice:F-1");
            assert_eq!(old.replaced_by.as_deref(), Some("n:invoice:F-2"), "{order:?}");
            assert_eq!(document(&books, "n:invoice:F-2").replaced_by, None);
        }
    }

    fn nobody_is_asked_for_a_detraccion(place) {
        let books = peru(place);
        assert_eq!(upload(&books, "sunat_credito_con_detraccion"), ACCEPTED);
        let stored = document(&books, "cpe:01:F001-123");
        assert_eq!(stored.total_minor, 236_000);
        assert_eq!(books.totals("2026-03-11"), "PEN 2076.80 | 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | u 0.00 | b 2076.80");
        assert_eq!(books.totals("2026-04-11"), "PEN 0.00 | 2076.80 | 0.00 | 0.00 | 0.00 | 0.00 | u 0.00 | b 2076.80");
        books.prove();
    }

    fn what_was_assigned_is_not_collected_and_events_find_their_invoice(place) {
        let books = colombia(place);
        assert_eq!(upload(&books, "dian_evento_033"), ACCEPTED, "waits for its invoice");
        assert_eq!(upload(&books, "dian_contenedor_cdata"), ACCEPTED);
        assert_eq!(upload(&books, "dian_evento_033"), (0, 1, 0, 0), "told when its invoice came");
        assert_eq!(upload(&books, "dian_evento_037"), ACCEPTED);
        let key = format!("uuid:{}", "0A".repeat(48));
        assert_eq!(document(&books, &key).assigned_to.as_deref(), Some("Ferretería del Valle S.A.S."));
        let spanish_place = another(place);
        let spanish = spain(&spanish_place);
        assert_eq!(upload(&spanish, "cedida_393"), ACCEPTED);
        assert_eq!(document(&spanish, "n:invoice:F-1").assigned_to.as_deref(), Some("Factor Uno S.A."));
    }

    fn a_receipt_of_the_sunat_is_told_of_its_invoice(place) {
        let books = peru(place);
        assert_eq!(upload(&books, "sunat_contado"), ACCEPTED);
        assert_eq!(upload(&books, "sunat_cdr_aceptada"), ACCEPTED);
        assert_eq!(upload(&books, "sunat_cdr_nota_aceptada"), (0, 0, 0, 1));
    }

    fn what_a_creditor_buys_is_ignored_and_what_it_does_not_know_waits(place) {
        let books = Books::open(place, "ES", "EUR".parse().unwrap(), "A58818501", "2026-11-21");
        assert_eq!(upload(&books, "factura_380"), (0, 0, 0, 1));
        assert_eq!(upload(&books, "dian_factura"), (0, 0, 1, 0));
    }

    fn customers_without_an_id_of_their_own_are_told_apart_by_name(place) {
        let books = peru(place);
        assert_eq!(upload(&books, "sunat_boleta_anonima"), ACCEPTED);
        assert_eq!(upload(&books, "sunat_dni"), ACCEPTED);
        let report = books.aging(puntual_core::portfolio::AsOf::day(day("2026-03-11")));
        let mut codes: Vec<&str> =
            report["rows"].as_array().unwrap().iter().filter_map(|row| row["key"].as_str()).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["12345678", "CONSUMIDOR-FINAL"], "{report}");
    }
}
