//! Orders to the bank: what is written is read back as it was, fits the schema where a validator is
//! at hand, and is not written at all when the bank would refuse it.

mod common;

use common::shared_samples;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::money::Money;
use puntual_formats::out::credit_transfer::{self, Transfer, TransferOrder, TransferVersion};
use puntual_formats::out::direct_debit::{
    self, Collection, DebitMandate, DebitScheme, DebitSequence, DebitVersion, DirectDebitOrder,
};
use puntual_formats::out::sepa::{OrderParty, PostalAddress};
use puntual_formats::read::{ReadOptions, read};
use puntual_formats::record::{PaymentOrderRecord, Record, Status};
use std::process::Command;

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn creditor() -> OrderParty {
    OrderParty {
        name: "ACREEDOR & HIJOS, S.L.".to_owned(),
        iban: "ES91 2100 0418 4502 0005 1332".to_owned(),
        bic: Some("CAIXESBBXXX".to_owned()),
        scheme_id: Some("ES11000B12345674".to_owned()),
    }
}

fn collection(id: &str, cents: i64) -> Collection {
    Collection {
        end_to_end: id.to_owned(),
        amount: Money::new(cents, Currency::EUR),
        scheme: DebitScheme::Core,
        sequence: DebitSequence::Recurrent,
        due_on: day("2026-04-05"),
        mandate: DebitMandate {
            id: format!("MND-{id}"),
            signed_on: day("2024-01-15"),
            previous_id: None,
            previous_iban: None,
        },
        debtor: "Núñez y Peña CB".to_owned(),
        debtor_iban: "ES6800811234480001234567".to_owned(),
        debtor_bic: None,
        debtor_address: None,
        text: Some("Factura nº 101 <abril>".to_owned()),
    }
}

fn debits(version: DebitVersion) -> DirectDebitOrder {
    let mut amended = collection("F-3", 6_025);
    amended.mandate.previous_id = Some("OLD-3".to_owned());
    amended.mandate.previous_iban = Some("ES7700491500012810123456".to_owned());
    let mut swiss = collection("F-4", 1);
    swiss.debtor_iban = "CH9300762011623852957".to_owned();
    swiss.debtor_bic = Some("UBSWCHZH80A".to_owned());
    swiss.debtor_address = Some(PostalAddress {
        street: "Bahnhofstraße 1".to_owned(),
        post_code: "8001".to_owned(),
        town: "Zürich".to_owned(),
        country: "CH".to_owned(),
    });
    let business = Collection {
        scheme: DebitScheme::B2b,
        due_on: day("2026-04-03"),
        ..collection("F-5", 100)
    };
    let first = Collection { sequence: DebitSequence::First, ..collection("F-2", 121_050) };
    DirectDebitOrder {
        version,
        message_id: "REMESA-2026-03-31-01".to_owned(),
        created_at: "2026-03-31T09:00:00".to_owned(),
        creditor: creditor(),
        books_batches: true,
        collections: vec![collection("F-1", 12_100), first, amended, swiss, business],
    }
}

fn transfers(version: TransferVersion) -> TransferOrder {
    let transfer = |id: &str, on: &str| Transfer {
        end_to_end: id.to_owned(),
        amount: Money::new(1_050, Currency::EUR),
        on: day(on),
        payee: "Cliente Uno, S.A.".to_owned(),
        payee_iban: "ES7700491500012810123456".to_owned(),
        payee_bic: Some("BSCHESMM".to_owned()),
        payee_address: None,
        text: Some("Devolución de un pago doble".to_owned()),
    };
    TransferOrder {
        version,
        message_id: "PAGOS-1".to_owned(),
        created_at: "2026-03-31T09:00:00".to_owned(),
        payer: creditor(),
        books_batches: false,
        transfers: vec![transfer("D-1", "2026-04-02"), transfer("D-2", "2026-04-01")],
    }
}

fn read_back(xml: &str) -> PaymentOrderRecord {
    let file = read("orden.xml", xml.as_bytes(), &ReadOptions::default());
    let problems: Vec<_> = file.all_problems().into_iter().cloned().collect();
    assert_eq!((file.status, problems), (Status::Ok, vec![]), "{xml}");
    let found = file.records.into_iter().find_map(|record| match record {
        Record::PaymentOrder(order) => Some(*order),
        _ => None,
    });
    found.expect("an order")
}

/// Checks against the schema of that message where it and `xmllint` are at hand.
fn validate(message: &str, xml: &str) {
    let Some(samples) = shared_samples() else { return };
    let schema = samples.join(format!("_schemas/iso20022/{message}.xsd"));
    let path = std::env::temp_dir().join(format!("puntual-{}-{message}.xml", std::process::id()));
    std::fs::write(&path, xml).expect("written");
    let run =
        Command::new("xmllint").args(["--noout", "--schema"]).arg(&schema).arg(&path).output();
    _ = std::fs::remove_file(&path);
    match run {
        Err(error) => eprintln!("SKIPPED: xmllint does not run: {error}"),
        Ok(_) if !schema.is_file() => eprintln!("SKIPPED: no schema of {message}"),
        Ok(run) => assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr)),
    }
}

#[test]
fn debits_are_read_back_as_they_were_written() {
    for (version, message) in
        [(DebitVersion::V02, "pain.008.001.02"), (DebitVersion::V08, "pain.008.001.08")]
    {
        let xml = direct_debit::write(&debits(version)).expect("fit");
        validate(message, &xml);
        let order = read_back(&xml);
        assert!(order.collects && order.version.is_some_and(|version| version.ends_with(message)));
        assert_eq!(order.declared_count, Some(5));
        assert_eq!(order.declared_sum.map(|sum| sum.to_string()).as_deref(), Some("1392.76"));
        let told: Vec<_> = order
            .batches
            .iter()
            .map(|batch| {
                let ids: Vec<_> =
                    batch.lines.iter().flat_map(|l| l.end_to_end.as_deref()).collect();
                let on = batch.on.map(|on| on.to_string()).unwrap_or_default();
                let code = |code: &Option<String>| code.clone().unwrap_or_default();
                (on, code(&batch.instrument), code(&batch.sequence), ids.join(" "))
            })
            .collect();
        let expected = [
            ("2026-04-03", "B2B", "RCUR", "F-5"),
            ("2026-04-05", "CORE", "FRST", "F-2"),
            ("2026-04-05", "CORE", "RCUR", "F-1 F-3 F-4"),
        ];
        let owned = |(a, b, c, d): (&str, &str, &str, &str)| {
            (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned())
        };
        assert_eq!(told, expected.map(owned));
        let line = &order.batches[2].lines[0];
        assert_eq!(line.mandate.as_deref(), Some("MND-F-1"));
        assert_eq!(line.party.name.as_deref(), Some("Nunez y Pena CB"));
        assert_eq!(line.account.as_deref(), Some("ES6800811234480001234567"));
        assert_eq!(line.text.as_deref(), Some("Factura no 101 abril"));
        assert_eq!(order.batches[2].lines[2].party.country.as_deref(), Some("CH"));
        assert_eq!(order.batches[0].creditor_id.as_deref(), Some("ES11000B12345674"));
    }
}

#[test]
fn transfers_are_read_back_as_they_were_written() {
    for (version, message) in
        [(TransferVersion::V03, "pain.001.001.03"), (TransferVersion::V09, "pain.001.001.09")]
    {
        let xml = credit_transfer::write(&transfers(version)).expect("fit");
        let order = read_back(&xml);
        assert!(!order.collects && order.version.is_some_and(|version| version.ends_with(message)));
        assert_eq!(order.declared_sum.map(|sum| sum.to_string()).as_deref(), Some("21"));
        let days: Vec<_> = order
            .batches
            .iter()
            .map(|b| b.on.map(|on| on.to_string()).unwrap_or_default())
            .collect();
        assert_eq!(days, ["2026-04-01", "2026-04-02"]);
        assert_eq!(order.batches[0].account.as_deref(), Some("ES9121000418450200051332"));
        let line = &order.batches[0].lines[0];
        assert_eq!(line.text.as_deref(), Some("Devolucion de un pago doble"));
        assert_eq!(line.party.name.as_deref(), Some("Cliente Uno, S.A."));
    }
}

#[test]
fn nothing_is_written_of_what_the_bank_would_refuse() {
    type Spoil = fn(&mut DirectDebitOrder);
    let cases: [(&str, Spoil); 15] = [
        ("nothing_to_send", |order| order.collections.clear()),
        ("unfit_identifier", |order| order.message_id = "REMESA/".to_owned()),
        ("unfit_identifier", |order| {
            order.message_id = "1234567890123456789012345678901".to_owned()
        }),
        ("unfit_moment", |order| order.created_at = "ayer".to_owned()),
        ("wrong_account", |order| order.creditor.iban = "ES0021000418450200051332".to_owned()),
        ("wrong_bank_code", |order| order.creditor.bic = Some("CAIXA".to_owned())),
        ("wrong_creditor_id", |order| order.creditor.scheme_id = None),
        ("wrong_creditor_id", |order| {
            order.creditor.scheme_id = Some("ES12000B12345674".to_owned());
        }),
        ("unfit_amount", |order| order.collections[0].amount = Money::new(0, Currency::EUR)),
        ("unfit_amount", |order| order.collections[0].amount = Money::new(100, Currency::USD)),
        ("party_without_name", |order| order.collections[0].debtor = "日本".to_owned()),
        ("unfit_identifier", |order| order.collections[0].mandate.id = "mandato nº 1".to_owned()),
        ("mandate_signed_later", |order| {
            order.collections[0].mandate.signed_on = day("2026-04-06")
        }),
        ("repeated_identifier", |order| order.collections[1].end_to_end = "F-1".to_owned()),
        ("address_needed", |order| order.collections[3].debtor_address = None),
    ];
    for (code, spoil) in cases {
        let mut order = debits(DebitVersion::V08);
        spoil(&mut order);
        let faults = direct_debit::write(&order).expect_err(code);
        assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [code]);
        assert_eq!(faults[0].status, Status::Reject);
    }
    let mut order = transfers(TransferVersion::V09);
    order.transfers[1].payee_iban = "12345".to_owned();
    let faults = credit_transfer::write(&order).expect_err("wrong account");
    assert_eq!((faults[0].code, faults[0].place.as_str()), ("wrong_account", "pago 2 (D-2)"));
}
