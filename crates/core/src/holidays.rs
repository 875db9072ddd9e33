//! Public holidays of six countries: the national ones by the rules of their laws, and those of
//! regions from the files of [`regional`].
//!
//! Checked for 2015–2035; other years follow from the same rules, which is right for fixed and
//! Easter-based days and a projection for what governments decree year by year. Local holidays,
//! bank holidays and election days are not here: a creditor adds its own to the
//! [`crate::calendar::Calendar`]. Confidence M: compared day by
//! day with the public `holidays` calendars (release 0.109), verified 2026-11.

pub mod regional;

use crate::date::{Day, Weekday};
use Rule::{
    ArgentinaMoved, ChileMoved, ChileReformation, ChileSolstice, Easter, EasterMondayAfter, Every,
    Fixed, MondayAfter, Nth, Once, When,
};

/// How the date of a holiday follows from the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The same month and day every year.
    Fixed(u32, u32),
    /// Days after Easter Sunday (negative before).
    Easter(i32),
    /// The nth (1–5) given weekday of a month.
    Nth(u32, Weekday, u32),
    /// CO, Ley 51 de 1983 ("Ley Emiliani"): when not a Monday, the Monday after.
    MondayAfter(u32, u32),
    /// CO, the same for days after Easter.
    EasterMondayAfter(i32),
    /// CL, Ley 19.668: Tuesday to Thursday go to the Monday before, Friday to the Monday after.
    ChileMoved(u32, u32),
    /// AR, Ley 27.399 art. 6: Tuesday and Wednesday go to the Monday before, Thursday and Friday
    /// to the Monday after.
    ArgentinaMoved(u32, u32),
    /// CL, Ley 20.299: 31 October, or the Friday before when a Tuesday, after when a Wednesday.
    ChileReformation,
    /// CL, Ley 21.357: the day of the June solstice in Chile.
    ChileSolstice,
    /// Only when the day falls on this weekday.
    When(u32, u32, Weekday),
    /// Every so many years, counted from a first one.
    Every(i32, i32, u32, u32),
    /// One day of one year, by decree.
    Once(i32, u32, u32),
}

/// A rule, the first year it applies, and the holiday's name.
struct Holiday(Rule, i32, &'static str);

/// Beginning of time for laws older than any receivable.
const ALWAYS: i32 = 1;

/// The holidays of a country in a year, with their Spanish names, in the order of the calendar.
/// Empty for a country not covered (ISO 3166 alpha-2).
pub fn of_year(country: &str, year: i32) -> Vec<(Day, &'static str)> {
    let table = table(country).iter().filter(|Holiday(_, since, _)| year >= *since);
    let mut days: Vec<(Day, &'static str)> =
        table.filter_map(|Holiday(rule, _, name)| Some((date(*rule, year)?, *name))).collect();
    days.extend(regional::of_region(country, year));
    days.sort_unstable();
    days.dedup_by_key(|(day, _)| *day);
    days
}

/// Whether the holidays of that country are known.
pub fn covers(country: &str) -> bool {
    !table(country).is_empty()
}

fn table(country: &str) -> &'static [Holiday] {
    match country {
        "CL" => CHILE,
        "MX" => MEXICO,
        "ES" => SPAIN,
        "CO" => COLOMBIA,
        "PE" => PERU,
        "AR" => ARGENTINA,
        _ => &[],
    }
}

fn date(rule: Rule, year: i32) -> Option<Day> {
    match rule {
        Fixed(month, day) => Day::new(year, month, day),
        Easter(days) => Some(easter(year)? + days),
        Nth(nth, weekday, month) => {
            let first = Day::new(year, month, 1)?;
            let ahead = (weekday as i32 - first.weekday() as i32).rem_euclid(7);
            Some(first + ahead + 7 * (nth as i32 - 1))
        }
        MondayAfter(month, day) => Day::new(year, month, day).map(monday_on_or_after),
        EasterMondayAfter(days) => Some(monday_on_or_after(easter(year)? + days)),
        ChileMoved(month, day) => {
            let day = Day::new(year, month, day)?;
            Some(match day.weekday() {
                Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday => monday_before(day),
                Weekday::Friday => monday_on_or_after(day),
                _ => day,
            })
        }
        ArgentinaMoved(month, day) => {
            let day = Day::new(year, month, day)?;
            Some(match day.weekday() {
                Weekday::Tuesday | Weekday::Wednesday => monday_before(day),
                Weekday::Thursday | Weekday::Friday => monday_on_or_after(day),
                _ => day,
            })
        }
        ChileReformation => {
            let day = Day::new(year, 10, 31)?;
            Some(match day.weekday() {
                Weekday::Tuesday => day - 4,
                Weekday::Wednesday => day + 2,
                _ => day,
            })
        }
        // The solstice falls on 20 June (Chilean time) in leap years and the year after, on the
        // 21st in the other two, throughout 2022–2040. The law's first year named the 21st.
        ChileSolstice => {
            let early = matches!(year.rem_euclid(4), 0 | 1) && year != 2021;
            Day::new(year, 6, if early { 20 } else { 21 })
        }
        When(month, day, weekday) => {
            Day::new(year, month, day).filter(|day| day.weekday() == weekday)
        }
        Every(years, first, month, day) => {
            let falls = year >= first && (year - first) % years == 0;
            falls.then(|| Day::new(year, month, day)).flatten()
        }
        Once(only, month, day) => (year == only).then(|| Day::new(year, month, day)).flatten(),
    }
}

fn monday_on_or_after(day: Day) -> Day {
    day + (7 - day.weekday() as i32) % 7
}

fn monday_before(day: Day) -> Day {
    day - day.weekday() as i32
}

/// Easter Sunday of the Gregorian calendar (anonymous algorithm, Meeus/Jones/Butcher).
pub fn easter(year: i32) -> Option<Day> {
    let (century, in_century) = (year / 100, year % 100);
    let golden = year % 19;
    let correction = (century + 8) / 25;
    let lunar = (century - correction + 1) / 3;
    let epact = (19 * golden + century - century / 4 - lunar + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let sum = epact + weekday - 7 * late + 114;
    Day::new(year, (sum / 31) as u32, (sum % 31 + 1) as u32)
}

/// Ley 2.977; moved days Ley 19.668; additions Leyes 19.973, 20.148, 20.215, 20.299, 20.983,
/// 21.357. Election days (always Sundays) are left out.
const CHILE: &[Holiday] = &[
    Holiday(Fixed(1, 1), ALWAYS, "Año Nuevo"),
    Holiday(When(1, 2, Weekday::Monday), 2017, "Feriado adicional de Año Nuevo"),
    Holiday(Easter(-2), ALWAYS, "Viernes Santo"),
    Holiday(Easter(-1), ALWAYS, "Sábado Santo"),
    Holiday(Fixed(5, 1), ALWAYS, "Día del Trabajo"),
    Holiday(Fixed(5, 21), ALWAYS, "Glorias Navales"),
    Holiday(ChileSolstice, 2021, "Día Nacional de los Pueblos Indígenas"),
    Holiday(ChileMoved(6, 29), 2000, "San Pedro y San Pablo"),
    Holiday(Fixed(7, 16), 2007, "Virgen del Carmen"),
    Holiday(Fixed(8, 15), ALWAYS, "Asunción de la Virgen"),
    Holiday(When(9, 17, Weekday::Monday), 2007, "Feriado adicional de Fiestas Patrias"),
    Holiday(When(9, 17, Weekday::Friday), 2017, "Feriado adicional de Fiestas Patrias"),
    Holiday(Fixed(9, 18), ALWAYS, "Independencia Nacional"),
    Holiday(Fixed(9, 19), ALWAYS, "Glorias del Ejército"),
    Holiday(When(9, 20, Weekday::Friday), 2007, "Feriado adicional de Fiestas Patrias"),
    Holiday(ChileMoved(10, 12), 2000, "Encuentro de Dos Mundos"),
    Holiday(ChileReformation, 2008, "Día de las Iglesias Evangélicas"),
    Holiday(Fixed(11, 1), ALWAYS, "Todos los Santos"),
    Holiday(Fixed(12, 8), ALWAYS, "Inmaculada Concepción"),
    Holiday(Fixed(12, 25), ALWAYS, "Navidad"),
];

/// Ley Federal del Trabajo art. 74 (Monday rules: DOF 2006-01-17). Election days are left out.
const MEXICO: &[Holiday] = &[
    Holiday(Fixed(1, 1), ALWAYS, "Año Nuevo"),
    Holiday(Nth(1, Weekday::Monday, 2), 2006, "Día de la Constitución"),
    Holiday(Nth(3, Weekday::Monday, 3), 2006, "Natalicio de Benito Juárez"),
    Holiday(Fixed(5, 1), ALWAYS, "Día del Trabajo"),
    Holiday(Fixed(9, 16), ALWAYS, "Independencia"),
    Holiday(Every(6, 2024, 10, 1), ALWAYS, "Transmisión del Poder Ejecutivo Federal"),
    Holiday(Nth(3, Weekday::Monday, 11), 2006, "Revolución"),
    Holiday(Fixed(12, 25), ALWAYS, "Navidad"),
];

/// Estatuto de los Trabajadores art. 37.2 and RD 2001/1983 art. 45: the national days that no
/// community replaces in practice. Communities add up to three.
const SPAIN: &[Holiday] = &[
    Holiday(Fixed(1, 1), ALWAYS, "Año Nuevo"),
    Holiday(Fixed(1, 6), ALWAYS, "Epifanía del Señor"),
    Holiday(Easter(-2), ALWAYS, "Viernes Santo"),
    Holiday(Fixed(5, 1), ALWAYS, "Fiesta del Trabajo"),
    Holiday(Fixed(8, 15), ALWAYS, "Asunción de la Virgen"),
    Holiday(Fixed(10, 12), ALWAYS, "Fiesta Nacional"),
    Holiday(Fixed(11, 1), ALWAYS, "Todos los Santos"),
    Holiday(Fixed(12, 6), ALWAYS, "Día de la Constitución"),
    Holiday(Fixed(12, 8), ALWAYS, "Inmaculada Concepción"),
    Holiday(Fixed(12, 25), ALWAYS, "Natividad del Señor"),
];

/// Ley 51 de 1983. Chiquinquirá, first kept in 2026, as in the `holidays` calendars 0.109.
const COLOMBIA: &[Holiday] = &[
    Holiday(Fixed(1, 1), ALWAYS, "Año Nuevo"),
    Holiday(MondayAfter(1, 6), 1984, "Reyes Magos"),
    Holiday(MondayAfter(3, 19), 1984, "San José"),
    Holiday(Easter(-3), ALWAYS, "Jueves Santo"),
    Holiday(Easter(-2), ALWAYS, "Viernes Santo"),
    Holiday(Fixed(5, 1), ALWAYS, "Día del Trabajo"),
    Holiday(EasterMondayAfter(39), 1984, "Ascensión del Señor"),
    Holiday(EasterMondayAfter(60), 1984, "Corpus Christi"),
    Holiday(EasterMondayAfter(68), 1984, "Sagrado Corazón"),
    Holiday(MondayAfter(6, 29), 1984, "San Pedro y San Pablo"),
    Holiday(MondayAfter(7, 9), 2026, "Nuestra Señora del Rosario de Chiquinquirá"),
    Holiday(Fixed(7, 20), ALWAYS, "Independencia"),
    Holiday(Fixed(8, 7), ALWAYS, "Batalla de Boyacá"),
    Holiday(MondayAfter(8, 15), 1984, "Asunción de la Virgen"),
    Holiday(MondayAfter(10, 12), 1984, "Día de la Raza"),
    Holiday(MondayAfter(11, 1), 1984, "Todos los Santos"),
    Holiday(MondayAfter(11, 11), 1984, "Independencia de Cartagena"),
    Holiday(Fixed(12, 8), ALWAYS, "Inmaculada Concepción"),
    Holiday(Fixed(12, 25), ALWAYS, "Navidad"),
];

/// DLeg 713 art. 6; additions Leyes 31381 (9 December), 31530 (6 August), 31788 (7 June) and
/// 31822 (23 July).
const PERU: &[Holiday] = &[
    Holiday(Fixed(1, 1), ALWAYS, "Año Nuevo"),
    Holiday(Easter(-3), ALWAYS, "Jueves Santo"),
    Holiday(Easter(-2), ALWAYS, "Viernes Santo"),
    Holiday(Fixed(5, 1), ALWAYS, "Día del Trabajo"),
    Holiday(Fixed(6, 7), 2024, "Batalla de Arica y Día de la Bandera"),
    Holiday(Fixed(6, 29), ALWAYS, "San Pedro y San Pablo"),
    Holiday(Fixed(7, 23), 2023, "Día de la Fuerza Aérea"),
    Holiday(Fixed(7, 28), ALWAYS, "Fiestas Patrias"),
    Holiday(Fixed(7, 29), ALWAYS, "Fiestas Patrias"),
    Holiday(Fixed(8, 6), 2022, "Batalla de Junín"),
    Holiday(Fixed(8, 30), ALWAYS, "Santa Rosa de Lima"),
    Holiday(Fixed(10, 8), ALWAYS, "Combate de Angamos"),
    Holiday(Fixed(11, 1), ALWAYS, "Todos los Santos"),
    Holiday(Fixed(12, 8), ALWAYS, "Inmaculada Concepción"),
    Holiday(Fixed(12, 9), 2022, "Batalla de Ayacucho"),
    Holiday(Fixed(12, 25), ALWAYS, "Navidad"),
];

/// Ley 27.399. The bridge days are those decreed for 2024 (Decreto 106/2023), 2025 and 2026
/// (Jefatura de Gabinete); from 2025 they are non-working days, kept here because nobody should
/// be dunned on them.
const ARGENTINA: &[Holiday] = &[
    Holiday(Fixed(1, 1), ALWAYS, "Año Nuevo"),
    Holiday(Easter(-48), 2011, "Carnaval"),
    Holiday(Easter(-47), 2011, "Carnaval"),
    Holiday(Fixed(3, 24), 2006, "Memoria por la Verdad y la Justicia"),
    Holiday(Fixed(4, 2), ALWAYS, "Veteranos y Caídos en Malvinas"),
    Holiday(Easter(-3), ALWAYS, "Jueves Santo (no laborable)"),
    Holiday(Easter(-2), ALWAYS, "Viernes Santo"),
    Holiday(Fixed(5, 1), ALWAYS, "Día del Trabajador"),
    Holiday(Fixed(5, 25), ALWAYS, "Revolución de Mayo"),
    Holiday(ArgentinaMoved(6, 17), 2016, "Paso a la Inmortalidad de Güemes"),
    Holiday(Fixed(6, 20), ALWAYS, "Paso a la Inmortalidad de Belgrano"),
    Holiday(Fixed(7, 9), ALWAYS, "Independencia"),
    Holiday(ArgentinaMoved(8, 17), ALWAYS, "Paso a la Inmortalidad de San Martín"),
    Holiday(ArgentinaMoved(10, 12), ALWAYS, "Respeto a la Diversidad Cultural"),
    Holiday(ArgentinaMoved(11, 20), 2010, "Soberanía Nacional"),
    Holiday(Fixed(12, 8), ALWAYS, "Inmaculada Concepción"),
    Holiday(Fixed(12, 25), ALWAYS, "Navidad"),
    Holiday(Once(2024, 4, 1), ALWAYS, "Puente turístico"),
    Holiday(Once(2024, 6, 21), ALWAYS, "Puente turístico"),
    Holiday(Once(2024, 10, 11), ALWAYS, "Puente turístico"),
    Holiday(Once(2025, 5, 2), ALWAYS, "Día no laborable con fines turísticos"),
    Holiday(Once(2025, 8, 15), ALWAYS, "Día no laborable con fines turísticos"),
    Holiday(Once(2025, 11, 21), ALWAYS, "Día no laborable con fines turísticos"),
    Holiday(Once(2026, 3, 23), ALWAYS, "Día no laborable con fines turísticos"),
    Holiday(Once(2026, 7, 10), ALWAYS, "Día no laborable con fines turísticos"),
    Holiday(Once(2026, 11, 9), ALWAYS, "Visita del Papa León XIV (Decreto 1103/2026)"),
    Holiday(Once(2026, 12, 7), ALWAYS, "Día no laborable con fines turísticos"),
];
