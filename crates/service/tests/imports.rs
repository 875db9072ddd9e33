//! What an import promises, on both engines: any order ends the same, the same again adds nothing,
//! one bad record does not stop the others, and what was done can be taken back.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::date::Day;
use puntual_core::portfolio::AsOf;
use puntual_formats::record::*;
use puntual_service::imports::{self, Decided, Decision, Input, Options, Recorded, Refusal};
use puntual_store::on_both_engines;
use puntual_store::testing::Place;

const DAYS: [&str; 5] = ["2026-01-31", "2026-03-15", "2026-05-31", "2026-08-31", "2026-11-21"];

/// The orders in which a list can come.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(count - 1);
    let with_last = |order: &Vec<usize>| {
        let order = order.clone();
        (0..count).map(move |at| {
            let mut longer = order.clone();
            longer.insert(at, count - 1);
            longer
        })
    };
    shorter.iter().flat_map(with_last).collect()
}

/// The books that come of importing each part as a batch of its own, in every order; they must
/// not differ. Answers the books of the first order.
fn in_every_order(place: &Place, open: fn(&Place) -> Books, parts: &[Vec<Record>]) -> Books {
    let mut first: Option<(Books, Vec<String>)> = None;
    for order in orders(parts.len()) {
        let fresh = another(place);
        let books = open(if first.is_none() { place } else { &fresh });
        for at in &order {
            books.load(parts[*at].clone());
        }
        books.prove();
        let all = books.everything(&DAYS);
        match &first {
            None => first = Some((books, all)),
            Some((_, expected)) => same(&all, expected, &format!("in the order {order:?}")),
        }
    }
    first.unwrap().0
}

/// A small portfolio with everything the benchmark's generator makes: credit notes, part payments,
/// payments on account, bounced payments and write-offs. The same every time. Four parts: customers,
/// documents, payments and applications.
fn generated(customers: i64, invoices: i64) -> [Vec<Record>; 4] {
    let mut parts = [const { Vec::new() }; 4];
    for n in 0..customers {
        let party = PartyRecord {
            code: Some(format!("K{n:03}")),
            name: Some(format!("Cliente {n}")),
            ..PartyRecord::default()
        };
        parts[0].push(Record::Customer(Box::new(CustomerRecord {
            place: format!("cus {n}"),
            party,
            segment: Some(["norte", "sur"][n as usize % 2].to_owned()),
            ..CustomerRecord::default()
        })));
    }
    for n in 0..invoices {
        let issued = day("2026-01-02") + ((n * 5) % 200) as i32;
        generate_one(n, &format!("K{:03}", (n * 7) % customers), issued, &mut parts);
    }
    parts
}

/// One invoice and what became of it.
fn generate_one(
    n: i64,
    code: &str,
    issued: Day,
    [_, documents, payments, rows]: &mut [Vec<Record>; 4],
) {
    let (number, total, due) = (format!("F{n:05}"), 1_000 + (n * 37) % 900, issued + 30);
    let after = |days: i32| (due + days).to_string();
    let debt = invoice(&number, code, &issued.to_string(), &after(0), &total.to_string());
    documents.push(record(debt));
    let (pay, on) = (format!("P{n:05}"), after((n % 40) as i32 - 10));
    let row = |kind, on: &str, amount: i64, source| {
        allocation(kind, &number, on, &amount.to_string(), source)
    };
    let mut pays = |amount: i64| {
        payments.push(payment(&pay, code, &on, &amount.to_string()));
        row(AllocationKind::Payment, &on, amount.min(total), Some(&pay))
    };
    match n % 8 {
        0 => {}
        1 => rows.push(pays(total / 2)),
        2 => rows.push(pays(total + 50)),
        3 => {
            let credit = format!("N{n:05}");
            let free = note(&credit, code, &on, &(total / 4).to_string(), "");
            documents.push(record(DocumentRecord { references: Vec::new(), ..free }));
            rows.push(row(AllocationKind::CreditNote, &on, total / 4, Some(&credit)));
        }
        4 => {
            rows.push(pays(total));
            rows.push(row(AllocationKind::Reversal, &after(60), -total, Some(&pay)));
        }
        5 => rows.push(row(AllocationKind::WriteOff, &after(90), total, None)),
        6 => payments.push(payment(&pay, code, &on, "75")),
        _ => rows.push(pays(total)),
    }
}

/// A Chilean invoice of 1 190 of 5 January due in February.
fn factura(folio: &str) -> DocumentRecord {
    dte("33", invoice(folio, "A", "2026-01-05", "2026-02-04", "1190"))
}

fn nota(folio: &str, effect: ReferenceEffect, target: &str, total: &str) -> DocumentRecord {
    let references = vec![refers(effect, "33", target)];
    dte("61", DocumentRecord { references, ..note(folio, "A", "2026-01-20", total, "") })
}

fn cfdi(uuid: &str, total: &str) -> DocumentRecord {
    DocumentRecord {
        version: Some("4.0".to_owned()),
        uuid: Some(uuid.to_owned()),
        ..invoice(&uuid[..3], "A", "2026-01-05", "2026-02-04", total)
    }
}

/// A payment complement: what was received and what it says it pays.
fn rep(
    uuid: &str,
    currency: &str,
    amount: &str,
    paid: &[(&str, &str, &str, Option<&str>)],
) -> Record {
    let applications =
        paid.iter().map(|(invoice, currency, amount, equivalence)| ApplicationRecord {
            uuid: Some((*invoice).to_owned()),
            currency: Some((*currency).to_owned()),
            equivalence: equivalence.map(|e| e.parse().unwrap()),
            paid: Some(amount.parse().unwrap()),
            ..ApplicationRecord::default()
        });
    let payment = PaymentRecord {
        place: "Pago 1".to_owned(),
        date: Some(day("2026-02-10")),
        currency: Some(currency.to_owned()),
        amount: Some(amount.parse().unwrap()),
        applications: applications.collect(),
        ..PaymentRecord::default()
    };
    let d = DocumentRecord {
        kind: DocumentKind::PaymentReceipt,
        total: Some("0".parse().unwrap()),
        payments: vec![payment],
        dues: Vec::new(),
        ..cfdi(uuid, "0")
    };
    record(d)
}

on_both_engines! {
    fn files_in_any_order_end_the_same(place) {
        let books = in_every_order(place, Books::chile, &generated(12, 64));
        let before = (books.ledger_seq(), books.everything(&DAYS));
        for part in generated(12, 64) {
            let count = part.len() as i64;
            let again = books.load(part);
            assert_eq!((again.counts.duplicates, again.counts.accepted), (count, 0), "{:?}", again.counts);
        }
        assert_eq!(books.ledger_seq(), before.0);
        same(&books.everything(&DAYS), &before.1, "after importing everything again");
    }

    fn rows_that_no_order_makes_right_wait_for_a_person(place) {
        let books = Books::chile(place);
        let mut dollars = payment("P2", "A", "2026-02-10", "5.00");
        if let Record::Payment(paid) = &mut dollars {
            paid.currency = Some("USD".to_owned());
        }
        books.load(vec![
            record(invoice("R1", "A", "2026-01-10", "2026-02-09", "100")),
            payment("P1", "A", "2026-02-09", "50"),
            dollars,
        ]);
        let before = books.everything(&DAYS);
        let batch = books.load(vec![
            allocation(AllocationKind::Payment, "R1", "2026-02-09", "100", Some("P1")),
            allocation(AllocationKind::Payment, "R1", "2026-02-10", "80", Some("P2")),
            allocation(AllocationKind::WriteOff, "R1", "2026-03-01", "999", None),
            allocation(AllocationKind::Reversal, "R1", "2026-03-01", "-60", Some("P1")),
        ]);
        assert_eq!((batch.counts.accepted, batch.counts.quarantined), (0, 4));
        assert_eq!(books.everything(&DAYS), before);
        books.prove();
    }

    fn one_import_of_all_equals_many(place) {
        let parts = generated(12, 64);
        let (one, many) = (Books::chile(place), another(place));
        one.load(parts.iter().rev().flatten().cloned().collect());
        let many = Books::chile(&many);
        for part in parts.iter().flat_map(|part| part.chunks(9)) {
            many.load(part.to_vec());
        }
        same(&many.everything(&DAYS), &one.everything(&DAYS), "in many imports");
    }

    fn a_note_that_adjusts_lowers_its_invoice(place) {
        let parts = [vec![record(factura("7"))], vec![record(nota("9", ReferenceEffect::Adjusts, "7", "190"))]];
        let books = in_every_order(place, Books::chile, &parts);
        assert_eq!(books.totals("2026-01-19"), "CLP 1190 | 0 | 0 | 0 | 0 | 0 | u 0 | b 1190");
        assert_eq!(books.totals("2026-03-01"), "CLP 0 | 1000 | 0 | 0 | 0 | 0 | u 0 | b 1000");
    }

    fn a_note_that_cancels_takes_its_invoice_away(place) {
        let parts = [vec![record(factura("7"))], vec![record(nota("9", ReferenceEffect::Cancels, "0007", "1190"))]];
        let books = in_every_order(place, Books::chile, &parts);
        assert_eq!(books.totals("2026-01-20"), "");
        assert_eq!(books.totals("2026-01-19"), "CLP 1190 | 0 | 0 | 0 | 0 | 0 | u 0 | b 1190");
    }

    fn a_note_that_corrects_text_moves_no_money(place) {
        let parts = [vec![record(factura("7"))], vec![record(nota("9", ReferenceEffect::CorrectsText, "7", "0"))]];
        let books = in_every_order(place, Books::chile, &parts);
        assert_eq!(books.totals("2026-02-04"), "CLP 1190 | 0 | 0 | 0 | 0 | 0 | u 0 | b 1190");
    }

    fn a_note_of_several_documents_stays_unapplied(place) {
        let both = vec![refers(ReferenceEffect::Adjusts, "33", "7"), refers(ReferenceEffect::Adjusts, "33", "8")];
        let two = DocumentRecord { references: both, ..nota("9", ReferenceEffect::Adjusts, "7", "190") };
        let parts = [vec![record(factura("7")), record(factura("8"))], vec![record(two)]];
        let books = in_every_order(place, Books::chile, &parts);
        assert_eq!(books.totals("2026-02-04"), "CLP 2380 | 0 | 0 | 0 | 0 | 0 | u 190 | b 2190");
    }

    fn a_note_of_a_folio_never_seen_waits_as_credit(place) {
        let books = Books::chile(place);
        books.load(vec![record(nota("9", ReferenceEffect::Adjusts, "7", "190"))]);
        assert_eq!(books.totals("2026-02-04"), "CLP 0 | 0 | 0 | 0 | 0 | 0 | u 190 | b -190");
        // The same folio of another type is another document.
        books.load(vec![record(dte("34", factura("7")))]);
        assert_eq!(books.totals("2026-02-04"), "CLP 1190 | 0 | 0 | 0 | 0 | 0 | u 190 | b 1000");
        books.load(vec![record(factura("7"))]);
        assert_eq!(books.totals("2026-02-04"), "CLP 2190 | 0 | 0 | 0 | 0 | 0 | u 0 | b 2190");
        books.prove();
    }

    fn complements_pay_their_invoices_in_any_order(place) {
        let (a, b) = ("AAA00000-0000-4000-8000-000000000001", "BBB00000-0000-4000-8000-000000000001");
        let parts = [
            vec![record(cfdi(a, "1160.50"))],
            vec![rep("CCC00000-0000-4000-8000-000000000001", "MXN", "500", &[(a, "MXN", "500", None)])],
            vec![record(cfdi(b, "100"))],
            vec![rep("DDD00000-0000-4000-8000-000000000001", "MXN", "900", &[(a, "MXN", "660.50", None), (b, "MXN", "100", None)])],
        ];
        let books = in_every_order(place, Books::mexico, &parts);
        assert_eq!(books.totals("2026-02-09"), "MXN 0.00 | 1260.50 | 0.00 | 0.00 | 0.00 | 0.00 | u 0.00 | b 1260.50");
        assert_eq!(books.totals("2026-02-10"), "MXN 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | u 139.50 | b -139.50");
    }

    fn a_complement_that_pays_more_than_is_open_leaves_credit(place) {
        let a = "AAA00000-0000-4000-8000-000000000001";
        let parts = [
            vec![record(cfdi(a, "100"))],
            vec![rep("CCC00000-0000-4000-8000-000000000001", "MXN", "150", &[(a, "MXN", "150", None)])],
        ];
        let books = in_every_order(place, Books::mexico, &parts);
        assert_eq!(books.totals("2026-02-10"), "MXN 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | u 50.00 | b -50.00");
    }

    fn a_complement_in_pesos_pays_an_invoice_in_dollars(place) {
        let a = "AAA00000-0000-4000-8000-000000000001";
        let usd = DocumentRecord { currency: Some("USD".to_owned()), ..cfdi(a, "100") };
        let parts = [
            vec![record(usd)],
            vec![rep("CCC00000-0000-4000-8000-000000000001", "MXN", "1900", &[(a, "USD", "100", Some("0.0526315789"))])],
        ];
        let books = in_every_order(place, Books::mexico, &parts);
        assert_eq!(books.totals("2026-02-09"), "USD 0.00 | 100.00 | 0.00 | 0.00 | 0.00 | 0.00 | u 0.00 | b 100.00");
        assert_eq!(books.totals("2026-02-10"), "");
    }

    fn a_document_that_replaces_another_marks_it_in_both_orders(place) {
        let (a, b) = ("AAA00000-0000-4000-8000-000000000001", "BBB00000-0000-4000-8000-000000000001");
        let newer = DocumentRecord {
            references: vec![ReferenceRecord { effect: ReferenceEffect::Replaces, uuid: Some(a.to_owned()), ..ReferenceRecord::default() }],
            ..cfdi(b, "120")
        };
        for order in [[cfdi(a, "100"), newer.clone()], [newer, cfdi(a, "100")]] {
            let books_place = another(place);
            let books = Books::mexico(&books_place);
            for d in order {
                books.load(vec![record(d)]);
            }
            let old = books.app.store.read(|tx| {
                let found = puntual_store::document::known(tx, books.ctx.scope(), [format!("uuid:{a}").as_str()].into_iter())?;
                puntual_store::document::get(tx, books.ctx.scope(), found[0].id)
            }).unwrap().unwrap();
            assert_eq!(old.replaced_by, Some(format!("uuid:{b}")));
        }
    }

    fn the_same_key_with_other_content_waits_for_a_person(place) {
        let books = Books::chile(place);
        books.load(vec![record(factura("7"))]);
        let other = DocumentRecord { total: Some("1191".parse().unwrap()), ..factura("7") };
        let elsewhere = DocumentRecord { buyer: factura("1").buyer, ..dte("33", invoice("7", "B", "2026-01-05", "2026-02-04", "1190")) };
        let other_customer = dte("33", invoice("7", "Z", "2026-01-05", "2026-02-04", "1190"));
        let batch = books.load(vec![record(other), record(elsewhere), record(other_customer), record(factura("8"))]);
        let c = batch.counts;
        assert_eq!((c.read, c.accepted, c.duplicates, c.quarantined), (4, 1, 1, 2));
        let issues = books.issues(batch.id);
        assert!(issues.iter().all(|i| i.code == "conflict" && i.doc_key.as_deref() == Some("dte:33:7")), "{issues:?}");
        assert_eq!(books.totals("2026-02-04"), "CLP 2380 | 0 | 0 | 0 | 0 | 0 | u 0 | b 2380");
        let accepted = imports::decide(&books.app, &books.ctx, (batch.id, issues[0].id), Decision::Accept);
        assert_eq!(accepted.unwrap(), Decided::Refused(Refusal::Contradicts));
        imports::decide(&books.app, &books.ctx, (batch.id, issues[0].id), Decision::Dismiss).unwrap();
        assert_eq!(imports::list_quarantine(&books.app, &books.ctx, 9).unwrap().len(), 1);
    }

    fn one_bad_record_does_not_stop_the_others(place) {
        let books = Books::chile(place);
        let bad = |change: fn(&mut DocumentRecord)| {
            let mut d = factura("66");
            change(&mut d);
            record(d)
        };
        let long = "9".repeat(5_000);
        let batch = books.load(vec![
            bad(|d| d.total = None),
            bad(|d| d.issue_date = None),
            bad(|d| d.currency = Some("XQZ".to_owned())),
            bad(|d| d.total = Some("10.5".parse().unwrap())),
            bad(|d| d.total = Some("79228162514264337593543950335".parse().unwrap())),
            bad(|d| d.total = Some("9223372036854775807".parse().unwrap())),
            bad(|d| d.buyer = PartyRecord::default()),
            record(dte("33", invoice(&long, "A", "2026-01-05", "2026-02-04", "5"))),
            record(invoice("L", &long, "2026-01-05", "2026-02-04", "5")),
            record(DocumentRecord { references: vec![refers(ReferenceEffect::Adjusts, "33", &long)], ..nota("9", ReferenceEffect::Adjusts, "7", "5") }),
            payment(&long, "A", "2026-01-05", "5"),
            payment("PX", "A", "2026-01-05", "-5"),
            allocation(AllocationKind::Payment, &long, "2026-02-01", "5", Some("P1")),
            record(DocumentRecord { buyer: PartyRecord { name: Some("con\0nulo".to_owned()), ..factura("1").buyer }, ..dte("33", invoice("8", "N", "2026-01-05", "2026-02-04", "7")) }),
            Record::Refused(Problem { status: Status::Reject, place: "fila 9".to_owned(), code: "bad_row", es: "no".to_owned(), en: "no".to_owned() }),
            record(factura("7")),
        ]);
        let c = batch.counts;
        assert_eq!((c.read, c.rejected), (16, 1), "{c:?}");
        assert!(c.accepted >= 2 && c.quarantined >= 8, "{c:?} {:#?}", books.issues(batch.id));
        assert!(books.totals("2026-02-04").starts_with("CLP 1197 |"), "{}", books.totals("2026-02-04"));
        books.prove();
    }

    fn receipts_without_a_name_gather_on_one_customer(place) {
        let books = Books::chile(place);
        let receipt = |folio: &str, name: Option<&str>| {
            let buyer = PartyRecord { tax_id: Some("66666666-6".to_owned()), name: name.map(str::to_owned), ..PartyRecord::default() };
            record(DocumentRecord { buyer, ..dte("39", invoice(folio, "-", "2026-01-05", "2026-01-05", "100")) })
        };
        books.load(vec![receipt("1", None), receipt("2", Some("Cliente Boleta")), receipt("3", Some("CONSUMIDOR FINAL"))]);
        books.load(vec![receipt("4", None)]);
        let report = books.aging(AsOf::day(day("2026-01-05")));
        assert_eq!(report["rows"].as_array().unwrap().len(), 1, "{report}");
        assert_eq!(books.totals("2026-01-05"), "CLP 400 | 0 | 0 | 0 | 0 | 0 | u 0 | b 400");
    }

    fn purchases_are_ignored_and_what_is_not_ours_waits(place) {
        let books = Books::chile(place);
        let with = |status, d: DocumentRecord| {
            let said = Problem { status, place: d.place.clone(), code: "not_ours", es: "no".into(), en: "no".into() };
            record(DocumentRecord { status, problems: vec![said], ..d })
        };
        let batch = books.load(vec![with(Status::Ignore, factura("1")), with(Status::Quarantine, factura("2")), record(factura("3"))]);
        let c = batch.counts;
        assert_eq!((c.ignored, c.quarantined, c.accepted), (1, 1, 1));
        assert_eq!(books.totals("2026-02-04"), "CLP 1190 | 0 | 0 | 0 | 0 | 0 | u 0 | b 1190");
    }

    fn instalments_clearing_and_open_amounts(place) {
        let books = Books::chile(place);
        let due = |on: &str, amount: &str| DueRecord { date: Some(day(on)), amount: Some(amount.parse().unwrap()) };
        let parts = DocumentRecord {
            dues: vec![due("2026-02-01", "400"), due("2026-03-01", "400"), due("2026-04-01", "390")],
            ..factura("1")
        };
        let cleared = DocumentRecord { cleared_on: Some(day("2026-03-10")), ..factura("2") };
        let open = DocumentRecord { open: Some("200".parse().unwrap()), ..factura("3") };
        let negative = DocumentRecord { total: Some("-90".parse().unwrap()), ..factura("4") };
        books.load([parts, cleared, open, negative].into_iter().map(record).collect());
        assert_eq!(books.totals("2026-03-02"), "CLP 390 | 2190 | 0 | 0 | 0 | 0 | u 90 | b 2490");
        assert_eq!(books.totals("2026-03-10"), "CLP 390 | 400 | 600 | 0 | 0 | 0 | u 90 | b 1300");
        books.prove();
    }

    fn a_rehearsal_stores_nothing(place) {
        let books = Books::chile(place);
        let before = books.ledger_seq();
        let parts = generated(5, 20);
        let inputs = vec![Input::Records { name: "all".to_owned(), records: parts.concat() }];
        let options = Options { dry_run: true, recorded: Recorded::Effective, ..Options::default() };
        let (rehearsed, _) = books.import_as(inputs.clone(), &options);
        assert_eq!((books.ledger_seq(), books.totals("2026-11-21")), (before, String::new()));
        assert!(imports::batches(&books.app, &books.ctx, 9).unwrap().is_empty());
        let (real, _) = books.import_as(inputs, &Options { dry_run: false, ..options });
        assert_eq!(rehearsed.counts, real.counts);
    }
}
