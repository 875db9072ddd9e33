//! Who sells, owes, pays or is paid, as a source writes it.

/// A party as written in a document.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PartyRecord {
    /// Tax id as written, trimmed; RFC and RUT upper-cased.
    pub tax_id: Option<String>,
    /// Check digit of `tax_id`, where the format writes the id without it (NIT in UBL).
    pub check_digit: Option<char>,
    /// Further ids of the same party (legal, trade register, GLN), by which it may be known too.
    pub other_ids: Vec<String>,
    /// Tax id abroad, when `tax_id` is the stand-in for foreigners.
    pub foreign_id: Option<String>,
    /// The creditor's own code for the customer (ERP account number, leading zeros kept).
    pub code: Option<String>,
    /// Legal name.
    pub name: Option<String>,
    /// ISO 3166 alpha-2, when the format implies it or says so.
    pub country: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Name of the person to contact.
    pub contact: Option<String>,
    /// Street address with town, in one line.
    pub address: Option<String>,
    /// Offices of a public administration that take part, in the document's order.
    pub offices: Vec<OfficeRecord>,
}

impl PartyRecord {
    /// The tax id with its check digit, also where the format writes the two apart.
    pub fn whole_tax_id(&self) -> Option<String> {
        let id = self.tax_id.as_ref()?;
        Some(self.check_digit.map_or_else(|| id.clone(), |digit| format!("{id}-{digit}")))
    }
}

/// What an office of a public administration does with an invoice (Spain, Orden HAP/492/2014: FACe
/// takes no invoice without the first three).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfficeRole {
    /// Oficina contable: registers the invoice and its state. Facturae role `01`.
    Accounting,
    /// Órgano gestor: accepts or refuses it. Facturae role `02`.
    Managing,
    /// Unidad tramitadora: has it paid. Facturae role `03`.
    Processing,
    /// Órgano proponente: ordered what is billed. Facturae role `04`.
    Proposing,
    /// Any other role.
    Other,
}

impl OfficeRole {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            OfficeRole::Accounting => "accounting",
            OfficeRole::Managing => "managing",
            OfficeRole::Processing => "processing",
            OfficeRole::Proposing => "proposing",
            OfficeRole::Other => "other",
        }
    }
}

/// An office of a public administration. Many share one tax id, so that only the office says who is
/// asked about an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeRecord {
    /// What it does with the invoice.
    pub role: OfficeRole,
    /// Its code in the directory of administrations (DIR3), upper case.
    pub code: Option<String>,
    /// Its name.
    pub name: Option<String>,
}
