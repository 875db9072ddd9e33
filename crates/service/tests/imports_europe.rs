//! What importing Facturae and CII promises: a copy is its original, a number of another year is
//! another invoice, a rectificativa acts on what it names, and a PDF is the invoice inside it.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::currency::Currency;
use puntual_store::on_both_engines;
use puntual_store::testing::Place;

/// A file of the corpus of the readers. All are sold by B12345674 to A58818501.
macro_rules! corpus {
    ($path:literal) => {
        include_bytes!(concat!("../../formats/tests/corpus/", $path)).as_slice()
    };
}

fn spain(place: &Place) -> Books {
    Books::open(place, "ES", Currency::EUR, "B12345674", "2026-11-21")
}

/// Imports one file and answers what became of its documents: accepted, repeated, waiting, ignored.
fn outcome(books: &Books, name: &str, bytes: &[u8]) -> [i64; 4] {
    let counts = books.upload(&[(name, bytes)]).0.counts;
    [counts.accepted, counts.duplicates, counts.quarantined, counts.ignored]
}

fn renumbered(bytes: &[u8], number: &str) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.replace("<InvoiceNumber>1014<", &format!("<InvoiceNumber>{number}<")).into_bytes()
}

on_both_engines! {
    fn a_copy_is_its_original_and_another_year_is_another_invoice(place) {
        let books = spain(place);
        let original = corpus!("facturae/version_3_2_2.xml");
        assert_eq!(outcome(&books, "a.xml", original), [1, 0, 0, 0]);
        assert_eq!(outcome(&books, "b.xml", corpus!("facturae/copia_co.xml")), [0, 1, 0, 0]);
        let years = corpus!("facturae/lote_mismo_numero_otro_ano.xml");
        assert_eq!(outcome(&books, "c.xml", years), [2, 0, 0, 0]);
        assert_eq!(outcome(&books, "d.xml", years), [0, 2, 0, 0]);
        books.prove();
    }

    fn peppol_names_no_version_and_its_numbers_begin_again_with_the_year(place) {
        let books = Books::open(place, "ES", Currency::EUR, "B12345674", "2027-11-21");
        let invoice = std::str::from_utf8(corpus!("ubl/factura_380.xml")).unwrap();
        assert_eq!(outcome(&books, "a.xml", invoice.as_bytes()), [1, 0, 0, 0]);
        let next = invoice.replace("2026-", "2027-");
        assert_eq!(outcome(&books, "b.xml", next.as_bytes()), [1, 0, 0, 0]);
        assert_eq!(outcome(&books, "c.xml", next.as_bytes()), [0, 1, 0, 0]);
        books.prove();
    }

    fn a_rectificativa_takes_off_what_it_names_whichever_comes_first(place) {
        let books = spain(place);
        let original = renumbered(corpus!("facturae/version_3_2_2.xml"), "1002");
        let credit = corpus!("facturae/rectificativa_04_autorizada.xml");
        assert_eq!(outcome(&books, "nc.xml", credit), [1, 0, 0, 0]);
        assert_eq!(outcome(&books, "fv.xml", &original), [1, 0, 0, 0]);
        let totals = books.totals("2026-11-21");
        assert!(totals.ends_with("u 0.00 | b 1149.50"), "{totals}");
        books.prove();
    }

    fn what_the_creditor_bought_is_no_debt_of_its_customers(place) {
        let books = Books::open(place, "ES", Currency::EUR, "A58818501", "2026-11-21");
        let purchase = corpus!("facturae/version_3_2_2.xml");
        assert_eq!(outcome(&books, "a.xml", purchase), [0, 0, 0, 1]);
        assert_eq!(outcome(&books, "b.pdf", corpus!("pdf/factur_x.pdf")), [0, 0, 0, 1]);
    }

    fn a_pdf_is_the_invoice_inside_it(place) {
        let books = spain(place);
        assert_eq!(outcome(&books, "a.pdf", corpus!("pdf/factur_x.pdf")), [1, 0, 0, 0]);
        let both = corpus!("pdf/la_misma_en_dos_formatos.pdf");
        assert_eq!(outcome(&books, "b.pdf", both), [0, 1, 0, 0]);
        let other_due = corpus!("cii/en16931.xml");
        assert_eq!(outcome(&books, "c.xml", other_due), [0, 0, 1, 0]);
        books.prove();
    }
}
