//! What a direct debit that came back calls for, by its reason (ISO 20022, external status reason;
//! EPC reason codes for R-transactions).
//!
//! Decides whether the mandate may be used again and whether the debtor objects. The debt is open
//! again whatever the reason; refuses to know when and by whom it is asked for.

/// What to do after a debit came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// There was no money: it may be collected again later.
    Retry,
    /// The account or the mandate cannot be used any more: stop, and ask for another.
    StopMandate,
    /// The debtor took it back or disagrees: ask before collecting again.
    AskDebtor,
    /// The order was faulty (twice the same, wrong code, missing address): mend it and send again.
    MendOrder,
    /// The bank gives no reason that decides: a person looks.
    Look,
}

impl Remedy {
    /// What a reason calls for. Absent or unknown reasons are for a person.
    pub fn of(reason: Option<&str>) -> Remedy {
        match reason.unwrap_or_default().trim().to_ascii_uppercase().as_str() {
            "AM04" => Remedy::Retry,
            // Account wrong, closed, blocked or not debitable; no mandate; debtor dead.
            "AC01" | "AC04" | "AC06" | "AC13" | "AG01" | "MD01" | "MD07" => Remedy::StopMandate,
            // Refund asked for; the debtor's own refusal.
            "MD06" | "MS02" => Remedy::AskDebtor,
            "AM05" | "AG02" | "BE05" | "FF01" | "FF05" | "RC01" | "RR01" | "RR02" | "RR03"
            | "RR04" | "CNOR" | "DNOR" | "DT01" | "MD02" | "ED05" => Remedy::MendOrder,
            _ => Remedy::Look,
        }
    }

    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Remedy::Retry => "retry",
            Remedy::StopMandate => "stop_mandate",
            Remedy::AskDebtor => "ask_debtor",
            Remedy::MendOrder => "mend_order",
            Remedy::Look => "look",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_whether_the_mandate_may_be_used_again() {
        assert_eq!(Remedy::of(Some("AM04")), Remedy::Retry);
        assert_eq!(Remedy::of(Some(" md01 ")), Remedy::StopMandate);
        assert_eq!(Remedy::of(Some("MD06")), Remedy::AskDebtor);
        assert_eq!(Remedy::of(Some("AM05")), Remedy::MendOrder);
        assert_eq!(Remedy::of(Some("MS03")), Remedy::Look);
        assert_eq!(Remedy::of(None), Remedy::Look);
    }
}
