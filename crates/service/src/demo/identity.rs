//! Who the three creditors are: name, people, usual amounts, taxes, seasons.

use super::{Country, DemoAgent};

/// Code, legal name and time zone of the creditor.
pub(super) fn creditor(country: Country) -> (&'static str, &'static str, &'static str) {
    match country {
        Country::Chile => ("ANDES", "Distribuidora Andes Claros SpA", "America/Santiago"),
        Country::Mexico => {
            ("VALLE", "Comercializadora Valle Sereno S.A. de C.V.", "America/Mexico_City")
        }
        Country::Spain => ("COSTA", "Suministros Costa Serena, S.L.", "Europe/Madrid"),
    }
}

const fn agent(login: &'static str, name: &'static str, email: &'static str) -> DemoAgent {
    DemoAgent { login, name, email }
}

/// The people who collect for the creditor.
pub(super) fn agents(country: Country) -> &'static [DemoAgent] {
    const CHILE: &[DemoAgent] = &[
        agent("camila.rojas", "Camila Rojas", "camila.rojas@andesclaros.example"),
        agent("ignacio.fuentes", "Ignacio Fuentes", "ignacio.fuentes@andesclaros.example"),
        agent("valentina.soto", "Valentina Soto", "valentina.soto@andesclaros.example"),
        agent("matias.herrera", "Matías Herrera", "matias.herrera@andesclaros.example"),
    ];
    const MEXICO: &[DemoAgent] = &[
        agent("guadalupe.ortiz", "Guadalupe Ortiz", "guadalupe.ortiz@vallesereno.example"),
        agent("ricardo.mendoza", "Ricardo Mendoza", "ricardo.mendoza@vallesereno.example"),
        agent("ximena.dominguez", "Ximena Domínguez", "ximena.dominguez@vallesereno.example"),
    ];
    const SPAIN: &[DemoAgent] = &[
        agent("nuria.vidal", "Núria Vidal", "nuria.vidal@costaserena.example"),
        agent("alvaro.iglesias", "Álvaro Iglesias", "alvaro.iglesias@costaserena.example"),
        agent("begona.ruiz", "Begoña Ruiz", "begona.ruiz@costaserena.example"),
    ];
    match country {
        Country::Chile => CHILE,
        Country::Mexico => MEXICO,
        Country::Spain => SPAIN,
    }
}

/// Usual net amount of an invoice, smallest units of the creditor's currency.
pub(super) fn typical_net_minor(country: Country) -> i64 {
    match country {
        Country::Chile => 480_000,
        Country::Mexico => 1_150_000,
        Country::Spain => 62_000,
    }
}

/// The general rate of value-added tax, per cent (CL DL 825 art. 14; MX LIVA art. 1; ES Ley
/// 37/1992 art. 90).
pub(super) fn tax_percent(country: Country) -> i64 {
    match country {
        Country::Chile => 19,
        Country::Mexico => 16,
        Country::Spain => 21,
    }
}

/// How busy each month is, per cent of the average, January first.
pub(super) fn seasons(country: Country) -> &'static [u64; 12] {
    match country {
        Country::Chile => &[92, 78, 108, 100, 99, 97, 95, 98, 90, 106, 112, 125],
        Country::Mexico => &[88, 92, 101, 96, 104, 100, 97, 98, 99, 103, 109, 113],
        Country::Spain => &[90, 96, 104, 100, 106, 110, 102, 62, 101, 108, 109, 112],
    }
}
