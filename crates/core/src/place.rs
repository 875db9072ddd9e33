//! Where a debtor lives, as far as contact law and clocks care: the region (ISO 3166-2) and the time
//! zones its clock may show, by the words and postal code of its address or else by the area code
//! of its telephones.
//!
//! It guesses nothing. Words and codes that disagree, a mobile number without an area, an address
//! without a town leave the place unknown; then a moment of contact must suit all zones of the
//! country (domain reference D1). It knows no rule of contact.

use crate::hours;
use crate::likeness::plain_letter;

/// A region and the zones in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// ISO 3166-2, `ES-CN`.
    pub region: &'static str,
    /// IANA zones its clocks may show.
    pub zones: &'static [&'static str],
}

/// Where a debtor of a country lives; `None` where address and telephones do not tell.
pub fn of_debtor(country: &str, addresses: &[&str], phones: &[&str]) -> Option<Place> {
    let by_address = agreed(addresses.iter().map(|address| of_address(country, address)));
    let region = by_address.or_else(|| agreed(phones.iter().map(|phone| of_phone(country, phone))));
    let region = region?;
    Some(Place { region, zones: zones(country, region) })
}

/// The zones of a debtor: its place's, or else all of its country's.
pub fn zones_of(country: &str, place: Option<Place>) -> &'static [&'static str] {
    place.map_or_else(|| hours::zones(country), |place| place.zones)
}

/// The one region all that tell one agree on.
fn agreed(regions: impl Iterator<Item = Option<&'static str>>) -> Option<&'static str> {
    let mut told = regions.flatten();
    let first = told.next()?;
    told.all(|other| other == first).then_some(first)
}

fn zones(country: &str, region: &str) -> &'static [&'static str] {
    match region {
        "CL-MA" => &["America/Punta_Arenas"],
        EASTER_ISLAND => &["Pacific/Easter"],
        "ES-CN" => &["Atlantic/Canary"],
        "MX-BCN" => &["America/Tijuana"],
        "MX-BCS" | "MX-SIN" => &["America/Mazatlan"],
        // Bahía de Banderas, in the south of Nayarit, keeps the time of the centre.
        "MX-NAY" => &["America/Mazatlan", "America/Mexico_City"],
        "MX-CHH" => &["America/Chihuahua", "America/Ciudad_Juarez"],
        "MX-ROO" => &["America/Cancun"],
        "MX-SON" => &["America/Hermosillo"],
        // Their towns on the border change the hour with the United States.
        "MX-COA" | "MX-NLE" | "MX-TAM" => &["America/Mexico_City", "America/Matamoros"],
        _ => hours::zones(country).get(..1).unwrap_or_default(),
    }
}

/// Isla de Pascua is a province of Valparaíso with a clock of its own; ISO gives it no code.
const EASTER_ISLAND: &str = "CL-VS-IPC";

/// The region an address names, by its words and its postal code.
fn of_address(country: &str, address: &str) -> Option<&'static str> {
    let words = plain_words(address);
    let names = match country {
        "CL" => CHILE,
        "MX" => MEXICO,
        "ES" => SPAIN,
        "AR" => ARGENTINA,
        _ => return None,
    };
    let found: Vec<_> =
        names.iter().filter(|(name, _)| words.contains(&format!(" {name} "))).collect();
    // A name within a longer one says nothing of its own: Baja California Sur.
    let within = |name: &str| found.iter().any(|(o, _)| o.len() > name.len() && o.contains(name));
    let named = found.iter().filter(|(name, _)| !within(name)).map(|(_, region)| Some(*region));
    let codes = words.split(' ').filter(|word| is_number(word, 5));
    let postal: Vec<Option<&'static str>> = match country {
        "ES" => codes.map(spanish_postal).collect(),
        "MX" => codes.map(mexican_postal).collect(),
        "AR" => words.split(' ').map(postal_of_buenos_aires).collect(),
        _ => Vec::new(),
    };
    // A street may be named after a region: what disagrees tells nothing.
    agreed(named.chain(postal))
}

/// Lower-case words without accents, between single spaces.
fn plain_words(text: &str) -> String {
    let mut words = String::from(" ");
    for letter in text.chars().flat_map(char::to_lowercase).map(plain_letter) {
        if letter.is_alphanumeric() {
            words.push(letter);
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words.push(' ');
    words
}

fn is_number(word: &str, digits: usize) -> bool {
    word.len() == digits && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Postal codes of the City of Buenos Aires: C, four digits, sometimes three letters (`C1043AAZ`).
fn postal_of_buenos_aires(word: &str) -> Option<&'static str> {
    let rest = word.strip_prefix("c1")?;
    let (digits, letters) = rest.split_at_checked(3)?;
    let is_face = |face: &str| {
        face.is_empty() || (face.len() == 3 && face.bytes().all(|byte| byte.is_ascii_lowercase()))
    };
    (is_number(digits, 3) && is_face(letters)).then_some("AR-C")
}

/// The autonomous community of a Spanish postal code: its first two digits are the province.
fn spanish_postal(code: &str) -> Option<&'static str> {
    let province: u32 = code.get(..2)?.parse().ok()?;
    Some(match province {
        1 | 20 | 48 => "ES-PV",
        2 | 13 | 16 | 19 | 45 => "ES-CM",
        3 | 12 | 46 => "ES-VC",
        4 | 11 | 14 | 18 | 21 | 23 | 29 | 41 => "ES-AN",
        5 | 9 | 24 | 34 | 37 | 40 | 42 | 47 | 49 => "ES-CL",
        6 | 10 => "ES-EX",
        7 => "ES-IB",
        8 | 17 | 25 | 43 => "ES-CT",
        15 | 27 | 32 | 36 => "ES-GA",
        22 | 44 | 50 => "ES-AR",
        26 => "ES-RI",
        28 => "ES-MD",
        30 => "ES-MC",
        31 => "ES-NC",
        33 => "ES-AS",
        35 | 38 => "ES-CN",
        39 => "ES-CB",
        51 => "ES-CE",
        52 => "ES-ML",
        _ => return None,
    })
}

/// The state of a Mexican postal code, told apart where its clock may differ from the centre's.
fn mexican_postal(code: &str) -> Option<&'static str> {
    let zone: u32 = code.get(..2)?.parse().ok()?;
    Some(match zone {
        1..=16 => "MX-CMX",
        21 | 22 => "MX-BCN",
        23 => "MX-BCS",
        25..=27 => "MX-COA",
        31..=33 => "MX-CHH",
        63 => "MX-NAY",
        64..=67 => "MX-NLE",
        77 => "MX-ROO",
        80..=82 => "MX-SIN",
        83..=85 => "MX-SON",
        87..=89 => "MX-TAM",
        20 | 24 | 28..=30 | 34..=62 | 68..=76 | 78 | 79 | 86 | 90..=99 => CENTRE_OF_MEXICO,
        _ => return None,
    })
}

/// The states of Mexico that keep the capital's time and have no rule of their own.
const CENTRE_OF_MEXICO: &str = "MX-MEX";

/// The region of a telephone number with or without its country's code.
fn of_phone(country: &str, phone: &str) -> Option<&'static str> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let international = phone.trim().starts_with('+') || digits.starts_with("00");
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    let (code, length) = match country {
        "CL" => ("56", 9),
        "ES" => ("34", 9),
        "MX" => ("52", 10),
        _ => return None,
    };
    let national = match digits.strip_prefix(code) {
        Some(rest) if international || rest.len() >= length => rest,
        _ if international => return None,
        _ => digits,
    };
    // Mexican mobiles were once written +52 1.
    let national = match (country, national.len()) {
        ("MX", 11) => national.strip_prefix('1').unwrap_or(national),
        _ => national,
    };
    if national.len() != length {
        return None;
    }
    match country {
        "CL" => chilean_area(national),
        "ES" => spanish_area(national),
        _ => mexican_area(national),
    }
}

/// Area codes of Chile; 9 is a mobile of anywhere.
fn chilean_area(number: &str) -> Option<&'static str> {
    if number.starts_with("32210") {
        return Some(EASTER_ISLAND);
    }
    Some(match number.get(..2)? {
        "61" => "CL-MA",
        "58" => "CL-AP",
        "42" => "CL-NB",
        "45" => "CL-AR",
        "32" | "33" | "34" | "35" => "CL-VS",
        "41" | "43" => "CL-BI",
        "51" | "53" => "CL-CO",
        "52" | "55" => "CL-AN",
        "57" => "CL-TA",
        "63" => "CL-LR",
        "64" | "65" => "CL-LL",
        "67" => "CL-AI",
        "71" | "73" | "75" => "CL-ML",
        "72" => "CL-LI",
        area if area.starts_with('2') => "CL-RM",
        _ => return None,
    })
}

/// Area codes of Spain; what begins with 8 is the same area as with 9, and 6 and 7 are mobiles.
fn spanish_area(number: &str) -> Option<&'static str> {
    let area = match number.get(..1)? {
        "8" | "9" => number.get(1..3)?,
        _ => return None,
    };
    Some(match area {
        "41" => "ES-RI",
        "42" => "ES-CB",
        "43" | "44" | "45" | "46" => "ES-PV",
        "48" => "ES-NC",
        "22" | "28" => "ES-CN",
        "24" | "27" => "ES-EX",
        "25" | "26" | "49" | "67" | "69" => "ES-CM",
        "20" | "21" | "23" | "47" | "75" | "79" | "80" | "83" | "87" => "ES-CL",
        // 952 and 956 also serve Melilla and Ceuta, whose feasts are their own.
        "50" | "51" | "53" | "54" | "55" | "57" | "58" | "59" => "ES-AN",
        "60" | "61" | "62" | "63" | "64" | "65" | "66" => "ES-VC",
        "68" => "ES-MC",
        "71" => "ES-IB",
        "72" | "73" | "77" => "ES-CT",
        "74" | "76" | "78" => "ES-AR",
        "81" | "82" | "86" | "88" => "ES-GA",
        "84" | "85" => "ES-AS",
        _ if area.starts_with('1') => "ES-MD",
        _ if area.starts_with('3') => "ES-CT",
        _ => return None,
    })
}

/// Area codes of Mexico, told apart where the clock may differ from the centre's.
fn mexican_area(number: &str) -> Option<&'static str> {
    if ["55", "56"].contains(&number.get(..2)?) {
        return Some("MX-CMX");
    }
    let area: u32 = number.get(..3)?.parse().ok()?;
    Some(match area {
        616 | 646 | 658 | 661 | 663..=665 | 686 => "MX-BCN",
        612 | 613 | 615 | 624 => "MX-BCS",
        622 | 623 | 631..=634 | 637 | 638 | 641..=645 | 647 | 651 | 653 | 662 => "MX-SON",
        614 | 621 | 625..=629 | 635 | 636 | 639 | 648 | 649 | 652 | 656 | 657 | 659 => "MX-CHH",
        667..=669 | 672 | 673 | 687 | 694..=698 => "MX-SIN",
        311 | 319 | 323..=325 | 327 | 329 | 389 => "MX-NAY",
        983 | 984 | 987 | 998 => "MX-ROO",
        842 | 844 | 861 | 862 | 864 | 866 | 869 | 871 | 872 | 877 | 878 => "MX-COA",
        81 | 810..=819 | 821 | 823..=826 | 828 | 829 | 873 | 892 => "MX-NLE",
        831..=836 | 841 | 867 | 868 | 891 | 894 | 897 | 899 => "MX-TAM",
        222 | 229 | 246 | 271 | 331 | 333 | 442 | 443 | 444 | 449 | 461 | 462 | 477 | 722 | 729
        | 744 | 771 | 777 | 921 | 938 | 951 | 961 | 981 | 993 | 999 => CENTRE_OF_MEXICO,
        _ => return None,
    })
}

/// Names in addresses, lower-case without accents, and their region.
type Names = &'static [(&'static str, &'static str)];

const CHILE: Names = &[
    ("magallanes", "CL-MA"),
    ("punta arenas", "CL-MA"),
    ("puerto natales", "CL-MA"),
    ("porvenir", "CL-MA"),
    ("isla de pascua", EASTER_ISLAND),
    ("rapa nui", EASTER_ISLAND),
    ("hanga roa", EASTER_ISLAND),
    ("arica", "CL-AP"),
    ("arica y parinacota", "CL-AP"),
    ("chillan", "CL-NB"),
    ("chillan viejo", "CL-NB"),
    ("region metropolitana", "CL-RM"),
    ("santiago", "CL-RM"),
    ("iquique", "CL-TA"),
    ("la serena", "CL-CO"),
    ("rancagua", "CL-LI"),
    ("talca", "CL-ML"),
    ("concepcion", "CL-BI"),
    ("valdivia", "CL-LR"),
    ("antofagasta", "CL-AN"),
    ("valparaiso", "CL-VS"),
    ("vina del mar", "CL-VS"),
    ("temuco", "CL-AR"),
    ("puerto montt", "CL-LL"),
];

const MEXICO: Names = &[
    ("baja california", "MX-BCN"),
    ("tijuana", "MX-BCN"),
    ("mexicali", "MX-BCN"),
    ("ensenada", "MX-BCN"),
    ("baja california sur", "MX-BCS"),
    ("sonora", "MX-SON"),
    ("hermosillo", "MX-SON"),
    ("ciudad obregon", "MX-SON"),
    ("sinaloa", "MX-SIN"),
    ("culiacan", "MX-SIN"),
    ("mazatlan", "MX-SIN"),
    ("nayarit", "MX-NAY"),
    ("tepic", "MX-NAY"),
    ("ciudad juarez", "MX-CHH"),
    ("quintana roo", "MX-ROO"),
    ("cancun", "MX-ROO"),
    ("playa del carmen", "MX-ROO"),
    ("chetumal", "MX-ROO"),
    ("cozumel", "MX-ROO"),
    ("cdmx", "MX-CMX"),
    ("ciudad de mexico", "MX-CMX"),
    ("estado de mexico", CENTRE_OF_MEXICO),
    ("jalisco", CENTRE_OF_MEXICO),
    ("guadalajara", CENTRE_OF_MEXICO),
    ("puebla", CENTRE_OF_MEXICO),
    ("queretaro", CENTRE_OF_MEXICO),
    ("guanajuato", CENTRE_OF_MEXICO),
    ("michoacan", CENTRE_OF_MEXICO),
    ("veracruz", CENTRE_OF_MEXICO),
    ("yucatan", CENTRE_OF_MEXICO),
    ("oaxaca", CENTRE_OF_MEXICO),
    ("durango", CENTRE_OF_MEXICO),
    ("zacatecas", CENTRE_OF_MEXICO),
    ("nuevo leon", "MX-NLE"),
    ("monterrey", "MX-NLE"),
    ("tamaulipas", "MX-TAM"),
    ("coahuila", "MX-COA"),
];

const SPAIN: Names = &[
    ("madrid", "ES-MD"),
    ("barcelona", "ES-CT"),
    ("valencia", "ES-VC"),
    ("sevilla", "ES-AN"),
    ("malaga", "ES-AN"),
    ("zaragoza", "ES-AR"),
    ("murcia", "ES-MC"),
    ("bilbao", "ES-PV"),
    ("palma de mallorca", "ES-IB"),
    ("las palmas de gran canaria", "ES-CN"),
    ("santa cruz de tenerife", "ES-CN"),
    ("tenerife", "ES-CN"),
    ("gran canaria", "ES-CN"),
    ("lanzarote", "ES-CN"),
    ("fuerteventura", "ES-CN"),
    ("canarias", "ES-CN"),
    ("islas canarias", "ES-CN"),
];

const ARGENTINA: Names = &[
    ("caba", "AR-C"),
    ("c a b a", "AR-C"),
    ("capital federal", "AR-C"),
    ("ciudad autonoma de buenos aires", "AR-C"),
    ("provincia de buenos aires", "AR-B"),
    ("jujuy", "AR-Y"),
    ("tierra del fuego", "AR-V"),
    ("tucuman", "AR-T"),
    ("chubut", "AR-U"),
];
