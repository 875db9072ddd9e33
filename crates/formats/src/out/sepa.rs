//! What every file of payment instructions to a SEPA bank has in common: the letters a bank takes,
//! the ids it accepts, and the elements that debits and transfers write alike.
//!
//! Decides what is unfit to be sent and says so; never mends an id, an account or an amount. Knows
//! nothing of invoices. Source: EPC implementation guidelines (EPC130-08, EPC131-08, EPC132-08)
//! and the ISO 20022 schemas.

use crate::invoice::fields::day;
use crate::problem;
use crate::record::Problem;
use puntual_core::bank_id;
use puntual_core::currency::Currency;
use puntual_core::money::{Money, plain};

/// Longest id of a message, batch, instruction or mandate.
pub(super) const MAX_ID: usize = 35;
/// Longest name.
pub(super) const MAX_NAME: usize = 70;
/// Longest free text with a payment.
pub(super) const MAX_TEXT: usize = 140;
/// Largest amount of one instruction, in cents (EPC: 999 999 999.99 euros).
const MAX_MINOR: i64 = 99_999_999_999;

/// Where a party lives. Written out for accounts outside the European Economic Area, whose banks
/// ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PostalAddress {
    /// Street with number.
    pub street: String,
    /// Postal code.
    pub post_code: String,
    /// Town.
    pub town: String,
    /// ISO 3166 alpha-2.
    pub country: String,
}

/// The party that sends the order and whose account it is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct OrderParty {
    /// Legal name.
    pub name: String,
    /// Account, an IBAN.
    pub iban: String,
    /// Code of the bank; needed by few banks since 2016.
    pub bic: Option<String>,
    /// Creditor identifier of the SEPA scheme; of debits without exception, of transfers where the
    /// bank knows its customer by it.
    pub scheme_id: Option<String>,
}

/// Collects what is wrong with an order while it is checked.
#[derive(Debug, Default)]
pub(super) struct Faults(pub Vec<Problem>);

impl Faults {
    pub fn add(&mut self, place: &str, problem: Problem) {
        self.0.push(problem.at(place));
    }

    /// An id the bank gives back unchanged: letters of the scheme, no slash at its ends and no two
    /// together.
    pub fn check_id(&mut self, place: &str, field: &str, text: &str, longest: usize) {
        let is_fit = !text.is_empty()
            && text.len() <= longest
            && text.chars().all(is_allowed)
            && text.trim() == text
            && !text.starts_with('/')
            && !text.ends_with('/')
            && !text.contains("//");
        if !is_fit {
            self.add(place, problem::unfit_identifier(field, text, longest));
        }
    }

    pub fn check_account(&mut self, place: &str, text: &str) {
        if bank_id::iban(text).is_none() {
            self.add(place, problem::wrong_account(text));
        }
    }

    /// ISO 9362: six letters, then two or five letters or digits.
    pub fn check_bic(&mut self, place: &str, bic: Option<&str>) {
        let Some(bic) = bic else { return };
        let is_fit = matches!(bic.len(), 8 | 11)
            && bic.bytes().take(6).all(|b| b.is_ascii_uppercase())
            && bic.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !is_fit {
            self.add(place, problem::wrong_bank_code(bic));
        }
    }

    pub fn check_name(&mut self, place: &str, name: &str) {
        if written(name, MAX_NAME).is_empty() {
            self.add(place, problem::party_without_name());
        }
    }

    pub fn check_amount(&mut self, place: &str, amount: Money) {
        if amount.currency != Currency::EUR || !(1..=MAX_MINOR).contains(&amount.minor) {
            let text = format!("{} {}", amount.to_plain(), amount.currency.code());
            self.add(place, problem::unfit_amount(&text));
        }
    }

    /// A moment as the schema writes it, of the sender's own zone.
    pub fn check_moment(&mut self, text: &str) {
        let shape = text.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b });
        let is_shaped = shape.eq(*b"0000-00-00T00:00:00");
        let time: Vec<u32> = text.split(['T', ':']).skip(1).flat_map(str::parse).collect();
        let is_time =
            matches!(time[..], [hour, minute, second] if hour < 24 && minute < 60 && second < 60);
        if !(is_shaped && is_time && day(text).is_some()) {
            self.add("", problem::unfit_moment(text));
        }
    }

    /// Accounts of SEPA outside the European Economic Area come with an address (EPC rulebooks,
    /// since 2018).
    pub fn check_address(&mut self, place: &str, iban: &str, address: Option<&PostalAddress>) {
        const OUTSIDE: [&str; 12] =
            ["AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"];
        let country = iban.trim().get(..2).unwrap_or("").to_ascii_uppercase();
        let is_needed = OUTSIDE.contains(&country.as_str());
        let is_whole = address.is_some_and(|address| {
            address.country.len() == 2
                && address.country.bytes().all(|b| b.is_ascii_uppercase())
                && !written(&address.town, MAX_NAME).is_empty()
        });
        if (is_needed || address.is_some()) && !is_whole {
            self.add(place, problem::address_needed(&country));
        }
    }
}

/// The letters of the scheme (EPC217-08, chapter 1).
fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || " /-?:().,'+".contains(c)
}

/// Text in the letters of the scheme, no longer than allowed: accents dropped, ligatures opened,
/// anything else a blank (EPC217-08, best practices). Never begins or ends with a slash.
pub(super) fn written(text: &str, longest: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match plain_letters(c) {
            Some(letters) => out.push_str(letters),
            None if is_allowed(c) => out.push(c),
            None => out.push(' '),
        }
    }
    let mut squeezed = out.split_whitespace().collect::<Vec<_>>().join(" ");
    while squeezed.contains("//") {
        squeezed = squeezed.replace("//", "/");
    }
    squeezed.truncate(longest);
    squeezed.trim_matches(|c| c == ' ' || c == '/').to_owned()
}

/// How a letter outside the scheme is written inside it.
fn plain_letters(c: char) -> Option<&'static str> {
    const TABLE: [(&str, &str); 52] = [
        ("áàâãäåāăąªǎ", "a"),
        ("ÁÀÂÃÄÅĀĂĄǍ", "A"),
        ("çćĉċč", "c"),
        ("ÇĆĈĊČ", "C"),
        ("ďđð", "d"),
        ("ĎĐÐ", "D"),
        ("éèêëēĕėęě", "e"),
        ("ÉÈÊËĒĔĖĘĚ", "E"),
        ("ĝğġģ", "g"),
        ("ĜĞĠĢ", "G"),
        ("ĥħ", "h"),
        ("ĤĦ", "H"),
        ("íìîïĩīĭįı", "i"),
        ("ÍÌÎÏĨĪĬĮİ", "I"),
        ("ĵ", "j"),
        ("Ĵ", "J"),
        ("ķĸ", "k"),
        ("Ķ", "K"),
        ("ĺļľŀł", "l"),
        ("ĹĻĽĿŁ", "L"),
        ("ñńņňŋ", "n"),
        ("ÑŃŅŇŊ", "N"),
        ("óòôõöøōŏőºǒ", "o"),
        ("ÓÒÔÕÖØŌŎŐǑ", "O"),
        ("ŕŗř", "r"),
        ("ŔŖŘ", "R"),
        ("śŝşšșſ", "s"),
        ("ŚŜŞŠȘ", "S"),
        ("ţťŧț", "t"),
        ("ŢŤŦȚ", "T"),
        ("úùûüũūŭůűų", "u"),
        ("ÚÙÛÜŨŪŬŮŰŲ", "U"),
        ("ŵ", "w"),
        ("Ŵ", "W"),
        ("ýÿŷ", "y"),
        ("ÝŸŶ", "Y"),
        ("źżž", "z"),
        ("ŹŻŽ", "Z"),
        ("æ", "ae"),
        ("Æ", "AE"),
        ("œ", "oe"),
        ("Œ", "OE"),
        ("ß", "ss"),
        ("þ", "th"),
        ("Þ", "TH"),
        ("·•*", "."),
        ("&", "+"),
        ("€", "E"),
        ("_–—‐‑−~", "-"),
        ("¿", "?"),
        ("\"`´‘’“”«»", "'"),
        ("¡!;|\\", "."),
    ];
    if c.is_ascii_alphanumeric() {
        return None;
    }
    TABLE.iter().find(|(letters, _)| letters.contains(c)).map(|(_, plain)| *plain)
}

/// The sum of amounts in cents, as a plain decimal of euros.
pub(super) fn control_sum(amounts: impl Iterator<Item = Money>) -> String {
    plain(amounts.map(|amount| i128::from(amount.minor)).sum(), Currency::EUR)
}

/// XML while it is written. Elements are closed by the order in which they were opened.
pub(super) struct Xml {
    out: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// Begins a document of that namespace with the element of its message.
    pub fn begin(namespace: &str, message: &'static str) -> Xml {
        let out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"{namespace}\"><{message}>"
        );
        Xml { out, open: vec!["Document", message] }
    }

    pub fn open(&mut self, path: &'static str) {
        for name in path.split('/') {
            self.out.push('<');
            self.out.push_str(name);
            self.out.push('>');
            self.open.push(name);
        }
    }

    pub fn close(&mut self, levels: usize) {
        for name in self.open.split_off(self.open.len().saturating_sub(levels)).iter().rev() {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }

    /// A text at the end of a path.
    pub fn text(&mut self, path: &'static str, text: &str) {
        let levels = path.split('/').count();
        self.open(path);
        self.push(text);
        self.close(levels);
    }

    pub fn amount(&mut self, path: &'static str, amount: Money) {
        let (outer, name) = path.rsplit_once('/').map_or((None, path), |(o, n)| (Some(o), n));
        if let Some(outer) = outer {
            self.open(outer);
        }
        let (currency, value) = (amount.currency.code(), amount.to_plain());
        self.out.push_str(&format!("<{name} Ccy=\"{currency}\">{value}</{name}>"));
        self.close(outer.map_or(0, |outer| outer.split('/').count()));
    }

    fn push(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                other => self.out.push(other),
            }
        }
    }

    pub fn end(mut self) -> String {
        self.close(self.open.len());
        self.out.push('\n');
        self.out
    }

    /// A bank by its code, or by the admission that it is not given. `BICFI` since the versions of
    /// 2013.
    pub fn agent(&mut self, name: &'static str, bic: Option<&str>, is_new: bool) {
        self.open(name);
        self.open("FinInstnId");
        match bic {
            Some(bic) => self.text(if is_new { "BICFI" } else { "BIC" }, bic),
            None => self.text("Othr/Id", "NOTPROVIDED"),
        }
        self.close(2);
    }

    /// A name, with the address when there is one: in lines in the old versions, in fields in the
    /// new.
    pub fn party(
        &mut self,
        name: &'static str,
        called: &str,
        address: Option<&PostalAddress>,
        is_new: bool,
    ) {
        self.open(name);
        self.text("Nm", &written(called, MAX_NAME));
        if let Some(address) = address {
            self.address(address, is_new);
        }
        self.close(1);
    }

    fn address(&mut self, address: &PostalAddress, is_new: bool) {
        let street = written(&address.street, MAX_NAME);
        let (code, town) = (written(&address.post_code, 16), written(&address.town, 35));
        self.open("PstlAdr");
        if is_new {
            for (name, text) in [("StrtNm", &street), ("PstCd", &code), ("TwnNm", &town)] {
                if !text.is_empty() {
                    self.text(name, text);
                }
            }
            self.text("Ctry", &address.country);
        } else {
            self.text("Ctry", &address.country);
            for line in [street, written(&format!("{code} {town}"), MAX_NAME)] {
                if !line.is_empty() {
                    self.text("AdrLine", &line);
                }
            }
        }
        self.close(1);
    }

    /// An account, without the blanks people write.
    pub fn account(&mut self, name: &'static str, iban: &str) {
        let bare = bank_id::iban(iban).unwrap_or_default();
        self.open(name);
        self.text("Id/IBAN", &bare);
        self.close(1);
    }

    /// Free text, when something of it can be written.
    pub fn remittance(&mut self, text: Option<&str>) {
        let text = text.map(|text| written(text, MAX_TEXT)).unwrap_or_default();
        if !text.is_empty() {
            self.text("RmtInf/Ustrd", &text);
        }
    }

    /// The head of a message.
    pub fn group_header(
        &mut self,
        message_id: &str,
        created_at: &str,
        (count, sum): (usize, &str),
        sender: &OrderParty,
    ) {
        self.open("GrpHdr");
        self.text("MsgId", message_id);
        self.text("CreDtTm", created_at);
        self.text("NbOfTxs", &count.to_string());
        self.text("CtrlSum", sum);
        self.open("InitgPty");
        self.text("Nm", &written(&sender.name, MAX_NAME));
        if let Some(id) = sender.scheme_id.as_deref().and_then(bank_id::sepa_creditor) {
            self.text("Id/OrgId/Othr/Id", &id);
        }
        self.close(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_in_the_letters_of_the_scheme() {
        for (text, expected) in [
            ("Núñez y Peña, C.B.", "Nunez y Pena, C.B."),
            ("Müller & Söhne", "Muller + Sohne"),
            ("//factura//12/", "factura/12"),
            ("Œuvre ß 日本", "OEuvre ss"),
            ("a\n\tb", "a b"),
            ("«pago» nº 5", "'pago' no 5"),
        ] {
            assert_eq!(written(text, 140), expected, "{text}");
        }
        assert_eq!(written(&"é".repeat(200), 140).len(), 140);
    }

    #[test]
    fn ids_are_refused_and_never_mended() {
        for (text, is_fit) in [
            ("F2026-0101", true),
            ("A/B", true),
            ("/A", false),
            ("A/", false),
            ("A//B", false),
            ("Ñ-1", false),
            ("", false),
            (" A", false),
            ("123456789012345678901234567890123456", false),
        ] {
            let mut faults = Faults::default();
            faults.check_id("", "EndToEndId", text, MAX_ID);
            assert_eq!(faults.0.is_empty(), is_fit, "{text}");
        }
    }

    #[test]
    fn a_moment_has_one_shape() {
        for (text, is_fit) in [
            ("2026-03-31T09:00:00", true),
            ("2026-03-31T24:00:00", false),
            ("2026-02-30T09:00:00", false),
            ("2026-03-31", false),
            ("2026-03-31T09:00:00Z", false),
        ] {
            let mut faults = Faults::default();
            faults.check_moment(text);
            assert_eq!(faults.0.is_empty(), is_fit, "{text}");
        }
    }
}
