//! Statements made up for tests: same number and language, same statement.

use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_service::render::statement::CUSTOMARY_EDGES_DAYS;
use puntual_service::render::{Language, Line, LineNote, Party, Section, Statement};

/// The day every sample is as of.
pub fn as_of() -> Day {
    Day::new(2026, 11, 21).unwrap()
}

/// `count` documents, from 95 days past due to 30 days ahead, in one currency.
pub fn section(currency: Currency, count: i32) -> Section {
    let lines = (0..count).map(|index| {
        let overdue_days = 95 - index * 125 / count.max(2);
        let due_on = as_of() - overdue_days;
        let original_minor = i64::from(index * 7919 % 9973 + 1) * 1190;
        Line {
            label: match index % 5 {
                4 => format!("Nota de débito electrónica {}", 80 + index),
                3 => format!("Factura exenta {} (cuota 2 de 3)", 5000 + index),
                _ => format!("Factura {}", 1040 + index),
            },
            issued_on: due_on - 30,
            due_on,
            original_minor,
            open_minor: if index % 4 == 0 { original_minor / 2 } else { original_minor },
            overdue_days,
            note: match index % 9 {
                2 => Some(LineNote::Disputed),
                5 => Some(LineNote::Promised(as_of() + 4)),
                _ => None,
            },
        }
    });
    Section::new(currency, lines.collect(), 45_000, &CUSTOMARY_EDGES_DAYS)
}

/// A statement of `count` documents in the currency of the language's country.
pub fn statement(language: Language, count: i32) -> Statement {
    let (currency, creditor, creditor_id, customer, customer_id) = match language {
        Language::EsMx => (
            Currency::MXN,
            "Distribuidora del Bajío, S.A. de C.V.",
            "DBA980312AB1",
            "Ferretería Núñez y Hermanos, S. de R.L.",
            "FNH0105239K4",
        ),
        Language::EsEs => (
            Currency::EUR,
            "Suministros Peñalara, S.L.",
            "B82345678",
            "Talleres Muñoz Güell, S.A.",
            "A28123456",
        ),
        _ => (
            Currency::CLP,
            "Comercial Ñuble SpA",
            "76.123.456-0",
            "Constructora Peñaflor & Łódź Ltda.",
            "77.654.321-9",
        ),
    };
    Statement {
        reference: "msg_1c8w2k4r7m0".into(),
        creditor: Party {
            name: creditor.into(),
            tax_id: Some(creditor_id.into()),
            address: Some("Avenida Libertad 1234, oficina 56\nCiudad".into()),
            email: Some("cuentas@example.com".into()),
            phone: Some("+56 2 2345 6789".into()),
        },
        customer: Party {
            name: customer.into(),
            tax_id: Some(customer_id.into()),
            address: Some("Calle de los Álamos 77".into()),
            email: None,
            phone: None,
        },
        sent_by: None,
        as_of: as_of(),
        sections: vec![section(currency, count)],
        language,
        how_to_pay: "Transferencia a la cuenta corriente 00-123-45678-9 del Banco Ejemplo\n\
                     a nombre del acreedor."
            .into(),
        privacy_notice: (language == Language::EsMx)
            .then(|| "https://example.com/aviso-de-privacidad".into()),
    }
}
