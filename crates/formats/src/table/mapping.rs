//! The choices that turn a sheet into records: which column is which field, how numbers and dates
//! are written, what the rows are. A mapping can be guessed, answered by a person, and saved for
//! the next file of the same source. Decides nothing about the records themselves.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one column of a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The creditor's code for the customer.
    CustomerCode,
    /// The customer's name.
    CustomerName,
    /// The customer's tax id (RUT, RFC, NIF, NIT, RUC, CUIT).
    TaxId,
    /// The customer's country.
    Country,
    /// E-mail to write to.
    Email,
    /// Telephone.
    Phone,
    /// Person to ask for.
    Contact,
    /// Street address.
    Address,
    /// Town, appended to the address.
    City,
    /// Segment or group of the customer.
    Segment,
    /// Who collects from the customer.
    Collector,
    /// Days of credit agreed with the customer.
    TermsDays,
    /// Credit limit.
    CreditLimit,
    /// Whether collection is on hold.
    OnHold,
    /// Number or folio of the document.
    DocumentNumber,
    /// Series, put before the number unless the number already has it.
    Series,
    /// Type of the document, in words or as a code.
    DocumentType,
    /// Official unique id (UUID, CUFE).
    Uuid,
    /// Date of issue.
    IssueDate,
    /// Due date.
    DueDate,
    /// Currency of the amounts.
    Currency,
    /// Rate to the creditor's own currency.
    ExchangeRate,
    /// Net of taxes.
    Net,
    /// Taxes charged.
    Tax,
    /// Exempt amount.
    Exempt,
    /// Total of the document.
    Total,
    /// What is still open.
    Open,
    /// What has been paid.
    Paid,
    /// Debit column: what increases the debt in a ledger listing, what left the account in a
    /// bank statement.
    Debit,
    /// Credit column: what reduces the debt in a ledger listing, what came in in a bank statement.
    Credit,
    /// Day of full payment.
    ClearedDate,
    /// Payment terms as text.
    Terms,
    /// Whether the document is disputed.
    Disputed,
    /// State of the document in the source (draft, cancelled, paid).
    State,
    /// Free text or reference.
    Reference,
    /// Customer's purchase order.
    PurchaseOrder,
    /// Document this one corrects, or this payment pays.
    AppliesTo,
    /// Type of the document referred to.
    AppliesToType,
    /// Number of the instalment.
    Instalment,
    /// `S`/`N`: whether the instalment has been collected.
    Collected,
    /// Price of one unit, in files with a row per line.
    UnitPrice,
    /// Units, in files with a row per line.
    Quantity,
    /// Discount per cent of the line.
    DiscountPct,
    /// Tax key of the line (`s_iva_21`).
    TaxKey,
    /// Withholding per cent of the line.
    WithholdingPct,
    /// The source's id of a payment.
    PaymentNumber,
    /// Means of payment.
    Method,
    /// Operation number of the bank.
    Operation,
    /// A date whose meaning the kind of rows decides.
    Date,
    /// An amount whose meaning the kind of rows decides.
    Amount,
    /// What a movement is: CN, PAY, REV, WO.
    MovementKind,
    /// Payment or credit note a movement comes from.
    Source,
    /// Value of a currency.
    Rate,
    /// Day a payment was promised for.
    PromisedDate,
    /// Day a dispute was opened.
    OpenedDate,
    /// Why.
    Reason,
    /// Ordinal of the row in the source.
    RowNumber,
    /// Party that sold to us: proves a purchase book.
    Supplier,
    /// Value date of a bank entry.
    ValueDate,
    /// Balance of the account after a bank entry.
    Balance,
    /// Whether a bank entry is a debit or a credit, beside an amount without sign.
    DebitOrCredit,
    /// Fee the bank took with an entry, beside its amount.
    Fee,
    /// The account a bank entry moved.
    OwnAccount,
    /// What the bank says of an entry; several columns may hold it.
    Description,
    /// Account of the other side of a bank entry.
    CounterpartyAccount,
    /// The bank's code of what kind of entry it is.
    EntryCode,
    /// Not needed.
    Ignore,
}

impl Field {
    /// Whether values of this field are dates.
    pub fn is_date(self) -> bool {
        use Field::*;
        matches!(
            self,
            IssueDate | DueDate | ClearedDate | Date | PromisedDate | OpenedDate | ValueDate
        )
    }

    /// Whether values of this field are numbers written in the file's decimal style.
    pub fn is_amount(self) -> bool {
        use Field::*;
        matches!(
            self,
            CreditLimit
                | ExchangeRate
                | Net
                | Tax
                | Exempt
                | Total
                | Open
                | Paid
                | Debit
                | Credit
                | UnitPrice
                | Quantity
                | DiscountPct
                | WithholdingPct
                | Amount
                | Rate
                | Balance
                | Fee
        )
    }

    /// Whether a value of this field is money, so that a currency's decimals say something of it.
    pub fn is_money(self) -> bool {
        use Field::*;
        matches!(
            self,
            CreditLimit
                | Net
                | Tax
                | Exempt
                | Total
                | Open
                | Paid
                | Debit
                | Credit
                | Amount
                | Balance
                | Fee
        )
    }

    /// Whether several columns may hold it.
    pub fn is_repeatable(self) -> bool {
        matches!(self, Field::Description | Field::Ignore)
    }
}

/// What each row of the table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// One document per row.
    Documents,
    /// One line of a document per row; rows of one number make one document.
    DocumentLines,
    /// One instalment per row; rows of one number make one document with several due dates.
    Instalments,
    /// One customer per row.
    Customers,
    /// One payment per row.
    Payments,
    /// One movement of a document's balance per row.
    Allocations,
    /// One exchange rate per row.
    Rates,
    /// One dispute per row.
    Disputes,
    /// One promise per row.
    Promises,
    /// Documents received, not issued: recognised and ignored.
    Purchases,
    /// One entry of a bank statement per row.
    BankEntries,
}

impl RowKind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            RowKind::Documents => "documents",
            RowKind::DocumentLines => "document_lines",
            RowKind::Instalments => "instalments",
            RowKind::Customers => "customers",
            RowKind::Payments => "payments",
            RowKind::Allocations => "allocations",
            RowKind::Rates => "rates",
            RowKind::Disputes => "disputes",
            RowKind::Promises => "promises",
            RowKind::Purchases => "purchases",
            RowKind::BankEntries => "bank_entries",
        }
    }
}

/// Which sign separates decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalStyle {
    /// `1,234.56`
    Dot,
    /// `1.234,56`
    Comma,
}

/// In which order day, month and year are written when all three are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 31/12/2026
    Dmy,
    /// 12/31/2026
    Mdy,
    /// 2026/12/31
    Ymd,
}

/// How the sign of amounts is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignRule {
    /// As written; a negative amount is a credit note.
    #[default]
    AsWritten,
    /// Debts are written negative, or what came into a bank account: every sign is turned.
    Inverted,
}

/// How to read tables of one source. Every part is optional: what is absent is guessed from the
/// headers and proved over the columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// Name people gave to it.
    pub name: String,
    /// What the rows are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowKind>,
    /// The one sheet of a workbook to read; every sheet with a table otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row of the header, counted from 1 as spreadsheets do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_row: Option<usize>,
    /// Delimiter of a text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Encoding label (`windows-1252`) of a text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Decimal sign of all amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalStyle>,
    /// Order of all numeric dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// How signs are read.
    pub sign: SignRule,
    /// Column header, as written in the file, to field. Columns not named here are guessed;
    /// name them `ignore` to leave them out.
    pub columns: BTreeMap<String, Field>,
    /// Values for fields the file has no column for, such as the currency.
    pub constants: BTreeMap<Field, String>,
}
