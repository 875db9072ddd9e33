//! Where a debtor lives, by address and telephone.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use puntual_core::holidays::regional;
use puntual_core::place::{of_debtor, zones_of};

fn region(country: &str, address: &str, phone: &str) -> String {
    let place = of_debtor(country, &[address], &[phone]);
    place.map_or_else(|| "?".to_owned(), |place| format!("{} {}", place.region, place.zones[0]))
}

#[test]
fn address_and_telephone_tell_the_region_and_its_clock() {
    for (country, address, phone, expected) in [
        ("CL", "Bories 901, Punta Arenas", "", "CL-MA America/Punta_Arenas"),
        ("CL", "", "+56 61 2 245 678", "CL-MA America/Punta_Arenas"),
        ("CL", "Hanga Roa, Isla de Pascua, Valparaíso", "", "?"),
        ("CL", "Policarpo Toro s/n, Rapa Nui", "", "CL-VS-IPC Pacific/Easter"),
        ("CL", "Av. Magallanes 100, Santiago", "", "?"),
        ("CL", "", "+56 9 8765 4321", "?"),
        ("MX", "Av. Revolución 1, 22000 Tijuana, Baja California", "", "MX-BCN America/Tijuana"),
        ("MX", "La Paz, Baja California Sur", "", "MX-BCS America/Mazatlan"),
        ("MX", "Calle Sonora 10, C.P. 06700, CDMX", "", "?"),
        ("MX", "", "664 123 4567", "MX-BCN America/Tijuana"),
        ("MX", "", "+52 1 998 123 4567", "MX-ROO America/Cancun"),
        ("MX", "", "+52 55 1234 5678", "MX-CMX America/Mexico_City"),
        ("MX", "", "+1 664 123 4567", "?"),
        ("ES", "C/ Triana 1, 35002 Las Palmas de Gran Canaria", "", "ES-CN Atlantic/Canary"),
        ("ES", "Calle Tenerife 5, 28039 Madrid", "", "?"),
        ("ES", "Gran Vía 1, 28013 Madrid", "", "ES-MD Europe/Madrid"),
        ("ES", "", "928 123 456", "ES-CN Atlantic/Canary"),
        ("ES", "", "+34 612 345 678", "?"),
        ("ES", "", "0034 93 123 45 67", "ES-CT Europe/Madrid"),
        ("AR", "Av. Corrientes 1234, C1043AAZ CABA", "", "AR-C America/Argentina/Buenos_Aires"),
        ("AR", "Av. Jujuy 100, Capital Federal", "", "?"),
        ("UY", "18 de Julio 1, Montevideo", "", "?"),
    ] {
        assert_eq!(region(country, address, phone), expected, "{country} {address:?} {phone:?}");
    }
}

#[test]
fn an_unknown_place_has_all_clocks_of_its_country() {
    assert_eq!(zones_of("ES", None), ["Europe/Madrid", "Atlantic/Canary"]);
    assert!(zones_of("CL", None).len() == 3 && zones_of("MX", None).len() > 5);
    let place = of_debtor("ES", &["35001"], &[]);
    assert_eq!(zones_of("ES", place), ["Atlantic/Canary"]);
    assert!(zones_of("UY", None).is_empty());
}

#[test]
fn every_community_of_spain_has_its_feasts() {
    for code in 1..=52 {
        let postal = format!("{code:02}001");
        let place = of_debtor("ES", &[&postal], &[]).unwrap();
        assert!(regional::knows(place.region), "{postal} {}", place.region);
    }
}
