//! Identifier checks against published ids, our own vectors, and the shared vector file when it
//! stands beside the repository.
use puntual_core::bank_id;
use puntual_core::tax_id::{HolderHint, TaxIdCheck, check, guess_country, with_right_digit};

fn verdict(country: &str, text: &str) -> &'static str {
    match check(country, text) {
        TaxIdCheck::Valid(_) => "valid",
        TaxIdCheck::BadCheckDigit(_) => "bad check digit",
        TaxIdCheck::Malformed => "malformed",
        TaxIdCheck::Generic(_) => "generic",
        TaxIdCheck::Unchecked(_) => "unchecked",
    }
}

#[test]
fn published_ids() {
    for (country, text, expected) in [
        // SII, Banco de Chile, Codelco; SAT test RFCs; AEAT and Telefónica; DIAN; SUNAT; ARCA.
        ("CL", "60.803.000-K", "valid"),
        ("CL", "97004000-5", "valid"),
        ("cl", "CL61704000k", "valid"),
        ("CL", "61.704.000-1", "bad check digit"),
        ("CL", "66.666.666-6", "generic"),
        ("CL", "0-0", "malformed"),
        ("CL", "123456789012-3", "malformed"),
        ("CL", "76 123 K45-6", "malformed"),
        ("MX", "EKU9003173C9", "valid"),
        ("MX", "ñuñ900101aa0", "bad check digit"),
        ("MX", "XAXX010101000", "generic"),
        ("MX", "xexx-010101-000", "generic"),
        ("MX", "EKU9013313C9", "malformed"),
        ("MX", "", "malformed"),
        ("ES", "Q2826000H", "valid"),
        ("ES", "A-28015865", "valid"),
        ("ES", "ESA28015865", "valid"),
        ("ES", "A2801586E", "bad check digit"),
        ("ES", "12345678Z", "valid"),
        ("ES", "X1234567L", "valid"),
        ("ES", "I1234567L", "malformed"),
        ("CO", "800.197.268-4", "valid"),
        ("CO", "800197268", "valid"),
        ("CO", "8001972684", "valid"),
        ("CO", "800197268-5", "bad check digit"),
        ("PE", "20131312955", "valid"),
        ("PE", "30131312955", "malformed"),
        ("AR", "33-69345023-9", "valid"),
        ("AR", "33693450238", "bad check digit"),
        ("AR", "á3693450238", "malformed"),
        ("EC", "1790011674001", "unchecked"),
    ] {
        assert_eq!(verdict(country, text), expected, "{country} {text}");
    }
}

#[test]
fn the_digit_that_would_agree_is_proposed() {
    for (country, text, proposed) in [
        ("CL", "61.704.000-1", Some("61.704.000-K")),
        ("MX", "EKU9003173C1", Some("EKU9003173C9")),
        ("ES", "A28015866", Some("A28015865")),
        ("ES", "12345678A", Some("12345678Z")),
        ("CO", "800197268-5", Some("800.197.268-4")),
        ("PE", "20131312951", Some("20131312955")),
        ("AR", "33-69345023-1", Some("33-69345023-9")),
        // Ten is no digit: such a number is not issued with this class of holder.
        ("AR", "20-00000001-1", None),
        ("CL", "no es un rut", None),
        ("EC", "1790011674001", None),
    ] {
        let found = with_right_digit(country, text).map(|id| id.to_string());
        assert_eq!(found.as_deref(), proposed, "{country} {text}");
    }
}

#[test]
fn writings_of_one_id_have_one_key_and_print_as_the_country_writes() {
    for (country, writings, key, shown) in [
        (
            "CL",
            &["7095561-K", "07095561k", "7.095.561-k", " 7 095 561 – K"][..],
            "7095561-K",
            "7.095.561-K",
        ),
        ("ES", &["b-12.345.674", "ESB12345674", "B12345674"], "B12345674", "B12345674"),
        ("CO", &["800197268-4", "8001972684", "800.197.268"], "800197268-4", "800.197.268-4"),
        ("AR", &["33-69345023-9", "33693450239"], "33693450239", "33-69345023-9"),
    ] {
        for text in writings {
            let checked = check(country, text);
            let id = checked.id().unwrap_or_else(|| panic!("{text} is not read"));
            assert_eq!((id.key(), id.to_string().as_str()), (key, shown), "{text}");
        }
    }
}

#[test]
fn the_country_is_guessed_only_when_clear() {
    for (text, country) in [
        ("76.354.771-K", Some("CL")),
        ("60803000-K", Some("CL")),
        ("EKU9003173C9", Some("MX")),
        ("B12345674", Some("ES")),
        ("33-69345023-9", Some("AR")),
        ("ferretería", None),
        ("123", None),
    ] {
        assert_eq!(guess_country(text), country, "{text}");
    }
}

#[test]
fn the_id_hints_at_its_holder() {
    for (country, text, holder) in [
        ("CL", "60.803.000-K", HolderHint::Legal),
        ("CL", "19034063-5", HolderHint::Natural),
        ("MX", "EKU9003173C9", HolderHint::Legal),
        ("MX", "CACX7605101P8", HolderHint::Natural),
        ("ES", "B12345674", HolderHint::Legal),
        ("ES", "12345678Z", HolderHint::Natural),
        ("PE", "20131312955", HolderHint::Legal),
    ] {
        assert_eq!(check(country, text).id().map(|id| id.holder()), Some(holder), "{text}");
    }
}

#[test]
fn no_text_breaks_the_reader() {
    for country in ["CL", "MX", "ES", "CO", "PE", "AR", "FR"] {
        for text in
            ["", "-", "ES", "ESÑ", "ÑÑÑÑÑÑÑÑÑÑÑÑ", "🦀🦀🦀🦀", "00000000000000000000", "K", "CL-"]
        {
            let _ = check(country, text);
            let _ = guess_country(text);
        }
    }
    for text in ["", "É", "ES", "RF18", "RFé8539007547034", "ééééééééé"] {
        assert_eq!(bank_id::iban(text), None);
        assert_eq!(bank_id::clabe(text), None);
        assert_eq!(bank_id::sepa_creditor(text), None);
        assert_eq!(bank_id::creditor_reference(text), None);
    }
}

#[test]
fn published_bank_ids() {
    assert!(bank_id::iban("GB29 NWBK 6016 1331 9268 19").is_some());
    assert!(bank_id::iban("ES9121000418450200051332").is_some());
    assert!(bank_id::iban("ES9121000418450200051333").is_none());
    // Examples of the registry, and each a digit short.
    for text in [
        "SK31 1200 0000 1987 4263 7541",
        "LI21 0881 0000 2324 013A A",
        "MC58 1122 2000 0101 2345 6789 030",
        "IS14 0159 2600 7654 5510 7303 39",
        "TR33 0006 1005 1978 6457 8413 26",
        "CR05 0152 0200 1026 2840 66",
    ] {
        assert!(bank_id::iban(text).is_some(), "{text}");
        assert!(bank_id::iban(&text[..text.len() - 1]).is_none(), "{text}");
    }
    assert!(bank_id::clabe("032180000118359719").is_some());
    assert!(bank_id::sepa_creditor("DE98ZZZ09999999999").is_some());
    assert_eq!(
        bank_id::creditor_reference("rf18 5390 0754 7034").as_deref(),
        Some("RF18539007547034")
    );
}

#[test]
fn shared_vectors_agree() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples/identifiers.csv");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("SKIPPED: {path} is not present");
        return;
    };
    let mut seen = 0;
    for line in text.lines().skip(1) {
        let mut cells = line.split(',');
        let (kind, value, expected) =
            (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
        let tax = |country| matches!(verdict(country, value), "valid" | "generic");
        let valid = match kind {
            "CL-RUT" => tax("CL"),
            "MX-RFC" => tax("MX"),
            "ES-NIF" => tax("ES"),
            "PE-RUC" => tax("PE"),
            "CO-NIT" => tax("CO"),
            "AR-CUIT" => tax("AR"),
            "IBAN" => bank_id::iban(value).is_some(),
            "MX-CLABE" => bank_id::clabe(value).is_some(),
            "SEPA-CI" => bank_id::sepa_creditor(value).is_some(),
            "ISO11649-RF" => bank_id::creditor_reference(value).is_some(),
            other => panic!("unknown kind {other}"),
        };
        assert_eq!(valid, expected == "valid", "{line}");
        seen += 1;
    }
    assert!(seen > 100, "only {seen} vectors");
}
