//! A sample of each page's values, for the tests that render every page in every locale and for
//! looking at pages without a database. All names are made up.

mod agreements;
mod doors;
mod forecast;
mod guard;
mod kin;
mod lists;
mod matching;
mod one;
mod remittances;
mod strategies;
mod work;

use super::{CustomerRef, DocumentKind, DocumentRef};
use crate::web::format::{Amount, Numbers};
use crate::web::frame::{CreditorChoice, Frame, Freshness, Role, Section, Theme};
use crate::web::locale::Locale;
use crate::web::part::badge::Bucket;
use crate::web::url::Url;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId};

/// The samples' day.
pub fn today() -> Day {
    Day::new(2026, 11, 21).unwrap()
}

/// An amount of the frame's home currency, given in whole units.
pub fn whole(f: &Frame, units: i128) -> Amount {
    let currency = f.numbers.home();
    // Pesos come in the thousands where euros come in ones.
    let rate = match currency.code() {
        "CLP" => 1_000,
        "MXN" => 20 * 100,
        _ => 100,
    };
    Amount::new(units * rate + units % 7 * (rate / 13), currency)
}

impl Frame {
    /// A frame in a locale, of a creditor of its country.
    pub fn sample(tag: &str, section: Section, path: &str) -> Frame {
        let (country, currency) = match tag {
            "es-MX" | "en" => ("MX", Currency::MXN),
            "es-ES" => ("ES", Currency::EUR),
            _ => ("CL", Currency::CLP),
        };
        let creditor = |code: &str, name: &str, of: &str| CreditorChoice {
            code: code.to_owned(),
            name: name.to_owned(),
            country: of.to_owned(),
            current: of == country,
        };
        let source = |name: &str, ago: i32, is_late| Freshness {
            source: name.to_owned(),
            last_on: Some(today() - ago),
            is_late,
        };
        Frame {
            locale: Locale::of(tag),
            theme: Theme::System,
            numbers: Numbers::of(country, currency),
            today: today(),
            as_of: today(),
            known_at: None,
            section,
            url: Url::new(path),
            creditors: vec![
                creditor("andes", "Comercial Los Andes SpA", "CL"),
                creditor("norte", "Distribuidora del Norte SA de CV", "MX"),
                creditor("levante", "Suministros Levante SL", "ES"),
            ],
            user_name: "Marta Ibáñez".to_owned(),
            role: Role::Admin,
            sources: vec![source("Documentos", 0, false), source("Pagos", 1, false)],
            flash: None,
            csrf: "sample-token".to_owned(),
        }
    }
}

const NAMES: [&str; 16] = [
    "Ferretería San Crispín Ltda.",
    "Transportes Aguilucho SA",
    "Constructora Piedra Azul SpA",
    "Alimentos La Espiga Dorada",
    "Clínica Dental Ñandú",
    "Hotelera Bahía Mansa SA",
    "Talleres Hermanos Quiroga",
    "Agrícola El Peumo e Hijos",
    "Papelería y Suministros de Oficina La Universal del Centro SA",
    "Muebles Roble Viejo",
    "Textil Punto y Trama",
    "Minera Cerro Callado",
    "Panificadora Santa Oliva",
    "Inversiones Tres Ríos",
    "Laboratorios Quilmay",
    "Editorial Faro Sur",
];

/// One of the sample customers.
pub fn customer(index: usize) -> CustomerRef {
    let id = CustomerId(280_000_000_000_000 + index as i64 * 16_411);
    CustomerRef { id, name: NAMES[index % NAMES.len()].to_owned() }
}

/// One of the sample documents.
pub fn document(index: usize) -> DocumentRef {
    let kind = if index % 9 == 8 { DocumentKind::CreditNote } else { DocumentKind::Invoice };
    let id = DocumentId(290_000_000_000_000 + index as i64 * 16_411);
    DocumentRef { id, kind, number: (10_482 - index * 17).to_string() }
}

/// A tax id as the frame's country prints it. Check digits are not computed: nothing reads them.
pub fn tax_id(f: &Frame, index: usize) -> String {
    match f.numbers.home().code() {
        "MXN" => format!("XAX{:06}AB{}", 100_101 + index * 31, index % 10),
        "EUR" => format!("B{:08}", 10_203_040 + index * 977),
        _ => format!("76.{:03}.{:03}-{}", 102 + index * 7, 40 + index * 53 % 900, index % 10),
    }
}

/// The sample buckets.
pub fn buckets() -> Vec<Bucket> {
    Bucket::from_boundaries(&[30, 60, 90, 120])
}

/// The bucket of a number of days past due.
pub fn bucket_of(days: i32) -> Bucket {
    let holds = |b: &Bucket| match (b.from_days, b.to_days) {
        (None, _) => days <= 0,
        (Some(from), to) => days >= from && to.is_none_or(|to| days <= to),
    };
    buckets().into_iter().find(holds).unwrap()
}

/// A number that looks irregular and is always the same.
pub fn wobble(index: usize, range: i128) -> i128 {
    let mixed = (index as i128 * 2_654_435_761 + 97) % 1_000_003;
    mixed % range
}
