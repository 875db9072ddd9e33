//! Who is on the other side of an entry, as far as its text says: tax ids, accounts and names that
//! banks put inside the description. An id is believed when its check digits agree, and without a
//! label in front only where its form is its own. Knows nothing of customers.

use puntual_core::bank_id;
use puntual_core::tax_id::{self, TaxIdCheck};

/// What a text says of the other side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payer {
    /// Tax id in its normal form, with its country.
    pub tax_id: Option<(String, &'static str)>,
    /// IBAN or CLABE.
    pub account: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Mexico's tracking key of a SPEI transfer.
    pub tracking: Option<String>,
}

/// Longest text looked at, in bytes.
const LONGEST: usize = 2_000;

/// Most words between a label and its id (`RUT nº del`), the label included.
const MOST_FILLERS: usize = 4;

/// Reads a text. `country` is that of the account, where it is known; `is_own` tells ids and
/// accounts that are the account holder's.
pub fn of(text: &str, country: Option<&str>, is_own: &dyn Fn(&str) -> bool) -> Payer {
    let text = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => &text[..end],
        None => text,
    };
    let words = words(text);
    let mut payer = Payer::default();
    let mut id_at = None;
    for (at, word) in words.iter().enumerate() {
        let before = words[..at].iter().rev().take(MOST_FILLERS);
        let label = before.into_iter().find(|word| !is_filler(word.bare));
        let label = label.map_or("", |word| word.bare);
        if payer.tax_id.is_none()
            && let Some(id) = tax_id_of(word.bare, label, country)
            && !is_own(&id.0)
        {
            (payer.tax_id, id_at) = (Some(id), Some(at));
        }
        if payer.account.is_none() {
            payer.account = account_at(&words, at).filter(|account| !is_own(account));
        }
        if payer.tracking.is_none() && is_tracking_label(&words[..at]) && has_digits(word.bare, 6) {
            payer.tracking = Some(word.bare.to_owned());
        }
    }
    payer.name = name_in(text).or_else(|| id_at.and_then(|at| name_after(text, &words, at)));
    payer
}

/// A word of a text without the punctuation around it, and where it ends.
#[derive(Clone, Copy)]
struct Word<'t> {
    bare: &'t str,
    end: usize,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let is_cut =
        |c: char| c.is_whitespace() || matches!(c, ':' | ',' | ';' | '|' | '(' | ')' | '=');
    let mut words = Vec::new();
    let mut start = 0;
    let mut push = |start: usize, end: usize| {
        let bare = text[start..end].trim_matches(|c: char| !c.is_alphanumeric());
        if !bare.is_empty() {
            words.push(Word { bare, end });
        }
    };
    for (at, c) in text.char_indices() {
        if is_cut(c) {
            push(start, at);
            start = at + c.len_utf8();
        }
    }
    push(start, text.len());
    words
}

fn is_filler(word: &str) -> bool {
    ["no", "n", "nº", "nro", "num", "numero", "número", "del", "de"]
        .iter()
        .any(|filler| word.eq_ignore_ascii_case(filler))
}

fn has_digits(word: &str, least: usize) -> bool {
    word.bytes().filter(u8::is_ascii_digit).count() >= least
}

/// The tax id a word is: its country by the label before it, or by its own form.
fn tax_id_of(word: &str, label: &str, country: Option<&str>) -> Option<(String, &'static str)> {
    if !(8..=16).contains(&word.len()) || !has_digits(word, 6) || !word.is_ascii() {
        return None;
    }
    let labelled = match label.to_ascii_uppercase().as_str() {
        "RUT" | "R.U.T" | "RUN" => Some("CL"),
        "RFC" | "R.F.C" => Some("MX"),
        "NIF" | "CIF" | "DNI" | "NIE" => Some("ES"),
        "RUC" | "R.U.C" => Some("PE"),
        "CUIT" | "CUIL" => Some("AR"),
        "NIT" => Some("CO"),
        _ => None,
    };
    let by_form = || {
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        let (first, hyphens) = (word.as_bytes()[0], word.matches('-').count());
        match () {
            () if hyphens == 1 && word.rfind('-') == Some(word.len() - 2) => Some("CL"),
            () if hyphens == 2 && first.is_ascii_digit() => Some("AR"),
            () if (12..=13).contains(&word.len()) && first.is_ascii_alphabetic() => Some("MX"),
            () if digits && word.len() == 11 && country == Some("AR") => Some("AR"),
            () if digits && word.len() == 11 && country.is_none_or(|c| c == "PE") => Some("PE"),
            () if word.len() == 9 && !digits && country == Some("ES") => Some("ES"),
            () => None,
        }
    };
    let of_country = labelled.or_else(by_form)?;
    match tax_id::check(of_country, word) {
        TaxIdCheck::Valid(id) => Some((id.key().to_owned(), id.country())),
        // The check characters of RFC fail in real life; a label and a good shape are enough.
        TaxIdCheck::BadCheckDigit(id) if labelled == Some("MX") => {
            Some((id.key().to_owned(), id.country()))
        }
        _ => None,
    }
}

/// The CLABE or IBAN that begins at a word; an IBAN may be written in groups of four.
fn account_at(words: &[Word<'_>], at: usize) -> Option<String> {
    let word = words[at].bare;
    if word.len() == 18 && word.bytes().all(|b| b.is_ascii_digit()) {
        // Behind its label it is what the bank says, whatever its check digit.
        let is_labelled = at > 0 && words[at - 1].bare.eq_ignore_ascii_case("clabe");
        return bank_id::clabe(word).or_else(|| is_labelled.then(|| word.to_owned()));
    }
    let bytes = word.as_bytes();
    let begins = bytes.len() >= 4
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit);
    if !begins {
        return None;
    }
    if word.len() > 4 {
        return bank_id::iban(word);
    }
    (3..=9).rev().find_map(|groups| {
        let parts = words.get(at..at + groups)?;
        let text: String = parts.iter().map(|word| word.bare).collect();
        bank_id::iban(&text)
    })
}

/// `CVE RAST:`, `CLAVE DE RASTREO`, `RASTREO`.
fn is_tracking_label(before: &[Word<'_>]) -> bool {
    before.last().is_some_and(|word| {
        ["rast", "rastreo", "cverastreo"].iter().any(|label| word.bare.eq_ignore_ascii_case(label))
    })
}

/// Names between words that banks always write around them.
fn name_in(text: &str) -> Option<String> {
    const BEFORE: [&str; 11] = [
        "DEL CLIENTE ",
        "TRANSFERENCIA RECIBIDA DE ",
        "TRANSFERENCIA DE ",
        "TRANSFERENCIA DESDE ",
        "TRASPASO DE:",
        "TRASPASO DE ",
        "TRANSF. DE ",
        "TRANSF DE ",
        "TEF DE ",
        "ORDENANTE:",
        "ORDENANTE ",
    ];
    const AFTER: [&str; 8] =
        [" DE LA CLABE", " CON RFC", " RUT ", " RFC ", " CONCEPTO", " REFERENCIA", " REF", " CVE "];
    // Only ASCII letters change case, so that places in one text are places in the other.
    let upper = text.to_ascii_uppercase();
    let (at, label) = BEFORE
        .iter()
        .filter_map(|label| upper.find(label).map(|at| (at, label)))
        .min_by_key(|(at, _)| *at)?;
    let start = at + label.len();
    let end = AFTER
        .iter()
        .filter_map(|stop| upper[start..].find(stop))
        .chain(upper[start..].find([';', '|', ',', '/']))
        .min()
        .map_or(text.len(), |end| start + end);
    name(&text[start..end])
}

/// Names written behind the id of their owner: `088888888-8 CONSTRUCTORA`.
fn name_after(text: &str, words: &[Word<'_>], at: usize) -> Option<String> {
    let rest = &text[words[at].end..];
    let end = rest.find([';', '|', ':']).unwrap_or(rest.len());
    let rest = rest[..end].trim_start_matches(|c: char| !c.is_alphanumeric());
    if ["concepto", "referencia", "ref", "cve", "por", "rut", "fact"]
        .iter()
        .any(|word| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
    {
        return None;
    }
    name(rest)
}

/// A name: letters, at least one word of three, and none of the words that follow the same labels
/// without naming anybody.
fn name(text: &str) -> Option<String> {
    const NOBODY: [&str; 14] = [
        "fondos", "terceros", "otro", "otros", "banco", "bancos", "cuenta", "cuentas", "cta", "la",
        "su", "misma", "mismo", "pago",
    ];
    let text = text.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let first = text.split_whitespace().next()?.to_lowercase();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_name = letters >= 3 && digits * 3 <= letters && text.chars().count() <= 80;
    (is_name && !NOBODY.contains(&first.as_str())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn payer(text: &str) -> Payer {
        of(text, None, &|_| false)
    }

    fn id(text: &str) -> Option<String> {
        payer(text).tax_id.map(|(id, country)| format!("{country} {id}"))
    }

    #[test]
    fn ids_of_payers_are_read_out_of_texts() {
        for (text, expected) in [
            ("PAGO RECIBIDO TF2 088888888-8 CONSTRUCTORA", "CL 88888888-8"),
            ("TEF 76.192.083-9 por factura", "CL 76192083-9"),
            ("ABONO RUT 0761920839", "CL 76192083-9"),
            ("SPEI CON RFC EKU9003173C9 CONCEPTO", "MX EKU9003173C9"),
            ("TRAN.CTAS.TERC. 20100070970", "PE 20100070970"),
            ("TRANSF NIF B12345674", "ES B12345674"),
        ] {
            assert_eq!(id(text).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["OPERACION 123456789", "088888888-7", "FOLIO 20100070971", "CLABE 012180001234567897"]
        {
            assert_eq!(id(text), None, "{text}");
        }
    }

    #[test]
    fn a_spei_text_says_all_of_its_payer() {
        let found = payer(
            "SPEI RECIBIDO, BCO:0012 BBVA MEXICO HR LIQ: 10:11:12 DEL CLIENTE EJEMPLO SA DE LA CLABE \
             032180000118359719 CON RFC EKU9003173C9 CONCEPTO: FACT A-100 CVE RAST: 085900123456",
        );
        assert_eq!(found.name.as_deref(), Some("EJEMPLO SA"));
        assert_eq!(found.account.as_deref(), Some("032180000118359719"));
        assert_eq!(found.tracking.as_deref(), Some("085900123456"));
    }

    #[test]
    fn names_and_accounts_are_read_where_banks_put_them() {
        let name = |text: &str| payer(text).name;
        assert_eq!(name("Transferencia De Cliente Uno").as_deref(), Some("Cliente Uno"));
        assert_eq!(
            name("TEF2 088888888-8 CONSTRUCTORA LEÓN").as_deref(),
            Some("CONSTRUCTORA LEÓN")
        );
        assert_eq!(name("TRANSFERENCIA DE FONDOS"), None);
        let iban = payer("SEPA DE ES91 2100 0418 4502 0005 1332 FACT 1").account;
        assert_eq!(iban.as_deref(), Some("ES9121000418450200051332"));
        let own = of("ES9121000418450200051332", None, &|text| text.starts_with("ES91"));
        assert_eq!(own.account, None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}") {
            let _ = payer(&text);
        }
    }
}
