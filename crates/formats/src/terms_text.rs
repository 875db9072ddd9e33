//! Payment terms written in words, understood as days of credit.
//!
//! Decides only what is unmistakable ("30 DIAS", "NETO 30", "CREDITO 45 DÍAS", "CONTADO"). Text
//! that names several periods, working days, or none is left to the customer's policy.

/// Longest credit believed, in days; more is a number of something else.
const MAX_DAYS: i32 = 720;

/// Days of credit that `text` grants, or `None` when it does not say clearly. Cash is 0.
pub fn terms_days(text: &str) -> Option<i32> {
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.iter().any(|word| word.starts_with("habil")) || lists_several(&words) {
        return None;
    }
    if offers_discount(&words) {
        return after_net(&words).filter(|days| (0..=MAX_DAYS).contains(days));
    }
    let found: Vec<i32> = (0..words.len()).filter_map(|at| period_at(&words, at)).collect();
    match found.as_slice() {
        [] => bare(&words).or_else(|| cash(&words)),
        [days] => Some(*days),
        [first, rest @ ..] if rest.iter().all(|days| days == first) => Some(*first),
        // "2/10 neto 30" and "CREDITO 30 DIAS, 5 DIAS PRONTO PAGO" promise more than one thing.
        _ => after_net(&words),
    }
    .filter(|days| (0..=MAX_DAYS).contains(days))
}

/// Lower case, without accents, split at everything that is not a letter or digit and between a
/// digit and a letter ("30d" is two words).
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in text.chars().flat_map(char::to_lowercase).map(plain_letter) {
        if c.is_alphanumeric() {
            let joins = last.is_alphanumeric() && last.is_ascii_digit() == c.is_ascii_digit();
            match words.last_mut() {
                Some(word) if joins => word.push(c),
                _ => words.push(c.to_string()),
            }
        }
        last = c;
    }
    words
}

fn plain_letter(c: char) -> char {
    match c {
        'á' | 'à' => 'a',
        'é' | 'è' => 'e',
        'í' | 'ì' => 'i',
        'ó' | 'ò' => 'o',
        'ú' | 'ù' | 'ü' => 'u',
        other => other,
    }
}

/// "30/60/90 días", "30 y 60 días": several due dates, of unknown amounts.
fn lists_several(words: &[&str]) -> bool {
    words.windows(3).any(|three| {
        let [first, middle, last] = three else { return false };
        let unit = |word: &str| UNITS.contains(&word) || word == "neto" || word == "net";
        let joined = matches!(*middle, "y" | "o" | "e") && number(first).is_some();
        (number(first).is_some() && number(middle).is_some() && UNITS.contains(last))
            || (joined && number(last).is_some() && !unit(first))
    })
}

/// The words for a day, in the languages of the invoices read.
const UNITS: [&str; 18] = [
    "dia", "dias", "d", "ds", "dff", "dfi", "day", "days", "tag", "tage", "tagen", "jour", "jours",
    "giorni", "dagen", "dage", "dagar", "dager",
];

/// "2 % discount within 10 days", "#SKONTO#TAGE=7#": the period is that of the discount.
fn offers_discount(words: &[&str]) -> bool {
    const MARKS: [&str; 8] =
        ["descuento", "dto", "dcto", "discount", "skonto", "escompte", "sconto", "desconto"];
    words.iter().any(|word| MARKS.contains(word))
}

/// A number with its unit after it, or with "neto"/"net" before it.
fn period_at(words: &[&str], at: usize) -> Option<i32> {
    let count = number(words[at])?;
    let after = words.get(at + 1).copied().unwrap_or("");
    let before = at.checked_sub(1).map_or("", |before| words[before]);
    match after {
        unit if UNITS.contains(&unit) => Some(count),
        "semana" | "semanas" => count.checked_mul(7),
        "mes" | "meses" => count.checked_mul(30),
        _ if matches!(before, "neto" | "net" | "n") => Some(count),
        _ => None,
    }
}

/// "NETO 30" among other periods: what it names is the term, the rest is a discount.
fn after_net(words: &[&str]) -> Option<i32> {
    let at = words.iter().position(|word| matches!(*word, "neto" | "net"))?;
    words.get(at + 1).and_then(|word| number(word))
}

/// A text that is only "30", or "CREDITO 30", "PLAZO 60", "C30".
fn bare(words: &[&str]) -> Option<i32> {
    let lead = ["credito", "cred", "plazo", "c", "cr", "a", "de", "pago", "condiciones", "ppd"];
    let (last, before) = words.split_last()?;
    let known = before.iter().all(|word| lead.contains(word));
    let digits = last.bytes().all(|b| b.is_ascii_digit());
    number(last).filter(|_| known && digits && last.len() <= 3)
}

fn cash(words: &[&str]) -> Option<i32> {
    let says = |word: &str| words.contains(&word);
    let credit = words.iter().any(|word| word.starts_with("credit"));
    let now = says("contado") || says("inmediato") || says("anticipado") || says("efectivo");
    (now && !credit && !says("no")).then_some(0)
}

fn number(word: &str) -> Option<i32> {
    const WRITTEN: [(&str, i32); 11] = [
        ("un", 1),
        ("una", 1),
        ("siete", 7),
        ("ocho", 8),
        ("quince", 15),
        ("veinte", 20),
        ("treinta", 30),
        ("cuarenta", 40),
        ("sesenta", 60),
        ("noventa", 90),
        ("cien", 100),
    ];
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return word.parse().ok();
    }
    WRITTEN.iter().find(|(name, _)| *name == word).map(|(_, days)| *days)
}

#[cfg(test)]
mod tests {
    use super::terms_days;

    #[test]
    fn understands_what_issuers_write() {
        for (text, days) in [
            ("30 DIAS", 30),
            ("NETO 30", 30),
            ("CREDITO 45 DÍAS", 45),
            ("Pago a 30 días.", 30),
            ("Crédito a 30 días naturales", 30),
            ("Net 60", 60),
            ("60D", 60),
            ("90 días fecha factura", 90),
            ("30", 30),
            ("CREDITO 15", 15),
            ("Contado", 0),
            ("PAGO DE CONTADO", 0),
            ("2/10 neto 30", 30),
            ("Treinta días", 30),
            ("2 meses", 60),
            ("CRÉDITO 30 DIAS (30 días)", 30),
            ("0 días", 0),
            ("14 Tage", 14),
            ("Payment within 30 days", 30),
            ("2 % discount if paid within 10 days, net 30", 30),
            ("Zahlbar innerhalb von 30 Tagen netto", 30),
            ("Paiement à 45 jours", 45),
        ] {
            assert_eq!(terms_days(text), Some(days), "{text}");
        }
    }

    #[test]
    fn leaves_the_rest_to_policy() {
        for text in [
            "",
            "CONDICIONES",
            "Condiciones de pago",
            "30/60/90 días y 120 días",
            "30/60/90 DIAS",
            "30 y 60 días",
            "10 días hábiles",
            "Crédito",
            "PAGO EN UNA SOLA EXHIBICION",
            "según contrato 4510083633",
            "99999 dias",
            "no contado",
            "Crédito (no contado) por confirmar",
            "2 % discount if paid within 2 days",
            "#SKONTO#TAGE=7#PROZENT=2.00#",
            "Descuento 5 % por pago en 10 días",
        ] {
            assert_eq!(terms_days(text), None, "{text}");
        }
    }
}
