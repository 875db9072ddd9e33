//! The words of codes: what the core and the service say in stable codes, in the reader's language.
//!
//! Decides which sentence a code becomes. A code without a sentence is shown as it is, so that
//! nothing is ever hidden.

use super::field_words::FIELDS;
use crate::web::format::{self, Amount, Numbers};
use crate::web::locale::Locale;
use crate::web::part::badge::{Channel, State, Verdict};
use crate::web::view::DocumentKind;
use puntual_core::behaviour;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::priority::{Part, PartKind};
use puntual_service::creditors::TaxIdDoubt;
use puntual_service::day::ReasonText;
use puntual_service::documents::Status;

/// The words of a reader.
#[derive(Clone, Copy)]
pub struct Words {
    /// Language.
    pub locale: Locale,
    /// How numbers are written.
    pub numbers: Numbers,
}

/// The channel of a code.
pub fn channel(code: &str) -> Option<Channel> {
    match code {
        "phone" => Some(Channel::Call),
        "address" => Some(Channel::Letter),
        _ => Channel::ALL.into_iter().find(|channel| channel.code() == code),
    }
}

/// The kind of document of a code.
pub fn document_kind(code: &str) -> DocumentKind {
    known_document_kind(code).unwrap_or(DocumentKind::Invoice)
}

/// The same, for codes that may be of documents no page lists.
pub fn known_document_kind(code: &str) -> Option<DocumentKind> {
    DocumentKind::ALL.into_iter().find(|kind| kind.code() == code)
}

/// A verdict on how a customer pays, as pages show it.
pub fn verdict(verdict: behaviour::Verdict) -> Verdict {
    match verdict {
        behaviour::Verdict::InsufficientHistory => Verdict::Insufficient,
        behaviour::Verdict::StableOnTime => Verdict::StableOnTime,
        behaviour::Verdict::StableLate => Verdict::StableLate,
        behaviour::Verdict::Lapse => Verdict::Lapse,
        behaviour::Verdict::TrendWorsening => Verdict::Worsening,
        behaviour::Verdict::TrendImproving => Verdict::Improving,
    }
}

/// The state of a document, as pages show it.
pub fn status(status: Status, is_partly_paid: bool) -> State {
    match status {
        Status::NotDue | Status::DueSoon if is_partly_paid => State::PartlyPaid,
        Status::NotDue => State::NotDue,
        Status::DueSoon => State::DueSoon,
        Status::Overdue => State::Overdue,
        Status::Disputed => State::Disputed,
        Status::Paid | Status::CreditApplied => State::Paid,
        Status::WrittenOff => State::WrittenOff,
        Status::Cancelled => State::Cancelled,
        Status::Replaced => State::Replaced,
        Status::CreditOpen => State::NotDue,
    }
}

/// The state of a promise.
pub fn promise(code: &str) -> State {
    match code {
        "open" => State::Promised,
        "kept" => State::Kept,
        "partly_kept" => State::PartlyPaid,
        "cancelled" => State::Cancelled,
        _ => State::Broken,
    }
}

/// The state of a message.
pub fn message(code: &str) -> State {
    match code {
        "queued" | "sending" => State::Queued,
        "sent" => State::Sent,
        "delivered" => State::Delivered,
        "failed" | "bounced" => State::Failed,
        "unknown" => State::Unknown,
        "cancelled" => State::Cancelled,
        _ => State::HeldBack,
    }
}

impl Words {
    /// A day as a date.
    pub fn date(self, day: Day) -> String {
        format::date(day, self.locale)
    }

    /// A moment written `2026-11-23T08:00`, as people write it.
    pub fn moment(self, text: &str) -> String {
        let (day, hour) = text.split_once('T').unwrap_or((text, ""));
        match day.parse::<Day>() {
            Ok(day) => format!("{} {hour}", self.date(day)),
            Err(_) => text.to_owned(),
        }
    }

    /// An amount with its currency.
    pub fn money(self, minor: i64, currency: Currency) -> String {
        self.numbers.amount(Amount::new(minor.into(), currency))
    }

    /// A number of days in words.
    pub fn days(self, n: i64) -> String {
        self.locale.count("days", n, &self.numbers.integer(n.into()))
    }

    /// The word of a contact's outcome.
    pub fn outcome(self, code: &str) -> String {
        let key = match code {
            "promised" => "outcome.promised",
            "no_answer" => "outcome.no_answer",
            "will_check" => "outcome.will_check",
            "says_paid" => "outcome.says_paid",
            "callback" => "outcome.callback",
            "third_party" => "outcome.third_party",
            "disputed" => "outcome.disputed",
            "refused" => "outcome.refused",
            "wrong_number" => "outcome.wrong_number",
            "asks_documents" => "outcome.asks_documents",
            "sent" => "outcome.sent",
            "no_funds" => "outcome.no_funds",
            "noted" => "outcome.noted",
            other => return other.to_owned(),
        };
        self.locale.t(key).to_owned()
    }

    /// What a column of a file may be taken for.
    pub fn field(self, code: &str) -> String {
        match FIELDS.iter().find(|(known, _)| *known == code) {
            Some((_, key)) => self.locale.t(key).to_owned(),
            None => code.to_owned(),
        }
    }

    /// Why a customer says it has not paid.
    pub fn cause(self, code: &str) -> String {
        let key = match code {
            "forgot" => "cause.forgot",
            "not_received" => "cause.not_received",
            "approval_pending" => "cause.approval_pending",
            "no_liquidity" => "cause.no_liquidity",
            "dispute" => "cause.dispute",
            "internal_process" => "cause.internal_process",
            "insolvency" => "cause.insolvency",
            "other" => "cause.other",
            said => return said.to_owned(),
        };
        self.locale.t(key).to_owned()
    }

    /// The word of a channel.
    pub fn channel(self, code: &str) -> String {
        match channel(code) {
            Some(channel) => self.locale.t(channel.key()).to_owned(),
            None if code == "escalate" => self.locale.t("step.decide").to_owned(),
            None => code.to_owned(),
        }
    }

    /// What a strategy's step does.
    pub fn step(self, key: &str) -> String {
        let key = match key {
            "preventive" => "step.preventive",
            "due_today" => "step.due_today",
            "reminder" => "step.reminder",
            "call_1" => "step.call_1",
            "statement_interest" => "step.statement",
            "call_2" => "step.call_2",
            "formal_letter" => "step.formal_letter",
            "call_supervisor" => "step.call_supervisor",
            "demand" => "step.demand",
            "decide" => "step.decide",
            "callback" => "step.callback",
            // A step somebody wrote: its key is all that was recorded of it.
            other => return other.replace('_', " "),
        };
        self.locale.t(key).to_owned()
    }

    /// What a hold is for.
    pub fn hold(self, code: &str) -> String {
        let key = match code {
            "hold" => "hold.hold",
            "do_not_contact" => "hold.do_not_contact",
            "legal_stop" => "hold.legal_stop",
            "deceased" => "hold.deceased",
            "fraud" => "hold.fraud",
            "in_plan" => "hold.in_plan",
            "instrument_pending" => "hold.instrument_pending",
            "payment_in_transit" => "hold.payment_in_transit",
            "with_agency" => "hold.with_agency",
            other => return other.to_owned(),
        };
        self.locale.t(key).to_owned()
    }

    /// Why a document is disputed: a code of ours, or the words of whoever said it.
    pub fn dispute_reason(self, code: &str) -> String {
        let key = match code {
            "price" => "dispute.price",
            "quantity" => "dispute.quantity",
            "quality" => "dispute.quality",
            "not_received" => "dispute.not_received",
            "already_paid" => "dispute.already_paid",
            "duplicate" => "dispute.duplicate",
            "wrong_data" => "dispute.wrong_data",
            "other" => "dispute.other",
            said => return said.to_owned(),
        };
        self.locale.t(key).to_owned()
    }

    /// How a dispute ended.
    pub fn resolution(self, code: &str) -> String {
        let key = match code {
            "accepted" => "resolution.accepted",
            "partly_accepted" => "resolution.partly_accepted",
            "rejected" => "resolution.rejected",
            "withdrawn" => "resolution.withdrawn",
            other => return other.to_owned(),
        };
        self.locale.t(key).to_owned()
    }

    /// Means of payment.
    pub fn method(self, code: &str) -> String {
        let key = match code {
            "transfer" => "method.transfer",
            "cheque" => "method.cheque",
            "cash" => "method.cash",
            "card" => "method.card",
            "direct_debit" => "method.direct_debit",
            other => return other.to_owned(),
        };
        self.locale.t(key).to_owned()
    }

    /// The rule that put money where it went.
    pub fn policy(self, code: &str) -> String {
        let key = match code {
            "remittance" => "policy.remittance",
            "exact_match" => "policy.exact_match",
            "promise_or_plan" => "policy.promise",
            "legal_default" => "policy.legal",
            "fifo_due" => "policy.fifo",
            "pro_rata" => "policy.pro_rata",
            other => return other.to_owned(),
        };
        self.locale.t(key).to_owned()
    }

    /// What an allocation met on its way, where it is worth saying.
    pub fn allocation(self, code: &str) -> Option<&'static str> {
        match code {
            "named_not_open" => Some(self.locale.t("policy.named_not_open")),
            "declared_more_than_open" => Some(self.locale.t("policy.declared_more")),
            "ambiguous" => Some(self.locale.t("policy.ambiguous")),
            _ => None,
        }
    }

    /// Why a customer stands where it does in the day.
    pub fn why(self, part: &Part, currency: Currency, verdict: behaviour::Verdict) -> String {
        let n = part.value;
        let days = self.days(n);
        match part.kind {
            PartKind::OverdueAmount => {
                self.locale.fill("why.amount", &[("amount", &self.money(n, currency))])
            }
            PartKind::OverdueDays => self.locale.fill("why.days", &[("days", &days)]),
            PartKind::BucketEdge => self.locale.fill("why.edge", &[("days", &days)]),
            PartKind::PromiseBroken if n == 0 => self.locale.t("why.broken_today").to_owned(),
            PartKind::PromiseBroken => self.locale.fill("why.broken", &[("days", &days)]),
            PartKind::Behaviour => self.behaves(verdict).to_owned(),
        }
    }

    fn behaves(self, verdict: behaviour::Verdict) -> &'static str {
        match verdict {
            behaviour::Verdict::TrendWorsening => self.locale.t("why.worsening"),
            behaviour::Verdict::Lapse => self.locale.t("why.lapse"),
            _ => self.locale.t("why.always_late"),
        }
    }

    /// Why something was planned, or was not.
    pub fn reason(self, reason: &ReasonText, currency: Currency) -> String {
        let field = |name: &str| reason.fields.get(name).map(String::as_str).unwrap_or_default();
        let money = |name: &str| self.money(field(name).parse().unwrap_or_default(), currency);
        let day = |name: &str| {
            let parsed = field(name).parse::<Day>();
            parsed.map_or_else(|_| field(name).to_owned(), |day| self.date(day))
        };
        let fill = |key, arguments: &[(&str, String)]| {
            let arguments: Vec<(&str, &str)> =
                arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
            self.locale.fill(key, &arguments)
        };
        match reason.code.as_str() {
            "step_reached" => {
                let days: i64 = field("overdue_days").parse().unwrap_or_default();
                match days {
                    0 => self.locale.t("due.today").to_owned(),
                    n if n > 0 => self.locale.count("due.ago", n, &n.to_string()),
                    n => self.locale.count("due.in", -n, &(-n).to_string()),
                }
            }
            "steps_passed_over" => fill("reason.passed_over", &[("n", field("count").to_owned())]),
            "raised_to" => fill("reason.raised_to", &[("step", self.step(field("step")))]),
            "credit_deducted" => fill("reason.credit", &[("amount", money("credit_minor"))]),
            "dispute_deducted" | "disputed" => {
                fill("reason.disputed", &[("amount", money("disputed_minor"))])
            }
            "fell_back" => fill(
                "reason.fell_back",
                &[("from", self.channel(field("from"))), ("to", self.channel(field("to")))],
            ),
            "needs_approval" => self.locale.t("reason.needs_approval").to_owned(),
            "settled" => self.locale.t("reason.settled").to_owned(),
            "not_yet" => {
                fill("reason.not_yet", &[("step", self.step(field("step"))), ("on", day("on"))])
            }
            "no_track" => self.locale.t("reason.no_track").to_owned(),
            "no_step_applies" => self.locale.t("reason.no_step_applies").to_owned(),
            "condition_unmet" => fill(
                "reason.unmet",
                &[("step", self.step(field("step"))), ("condition", field("condition").to_owned())],
            ),
            "answers_event" => fill(
                "reason.answers",
                &[("event", self.trigger(field("trigger"))), ("on", day("on"))],
            ),
            "waits" => fill(
                "reason.waits",
                &[("event", self.trigger(field("trigger"))), ("until", day("until"))],
            ),
            "step_done" => fill("reason.step_done", &[("step", self.step(field("step")))]),
            "on_hold" => fill("reason.on_hold", &[("kind", self.hold(field("kind")))]),
            "promised" => fill("reason.promised", &[("on", day("promised_on"))]),
            "covered_by_credit" => fill("reason.covered", &[("amount", money("credit_minor"))]),
            "below_minimum" => fill("reason.minimum", &[("amount", money("minimum_minor"))]),
            "no_contact_point" => {
                fill("reason.no_point", &[("channel", self.channel(field("channel")))])
            }
            "opted_out" => fill("reason.opted_out", &[("channel", self.channel(field("channel")))]),
            "guard_defers" => fill(
                "reason.defers",
                &[("rule", field("rule").to_owned()), ("at", self.moment(field("not_before")))],
            ),
            "guard_denies" => fill("reason.denies", &[("rule", field("rule").to_owned())]),
            other => other.to_owned(),
        }
    }

    /// What happened, that a strategy answers.
    fn trigger(self, code: &str) -> String {
        let key = match code {
            "promise_made" => "trigger.promise_made",
            "promise_broken" => "trigger.promise_broken",
            "dispute_opened" => "trigger.dispute_opened",
            "dispute_closed" => "trigger.dispute_closed",
            "message_bounced" => "trigger.message_bounced",
            "payment_returned" => "trigger.payment_returned",
            "replied" => "trigger.replied",
            "delivered" => "trigger.delivered",
            "accepted" => "trigger.accepted",
            "rejected" => "trigger.rejected",
            other => return other.to_owned(),
        };
        self.locale.t(key).to_owned()
    }

    /// What speaks against a tax id, and what to do about it.
    pub fn tax_id(self, doubt: &TaxIdDoubt) -> String {
        match doubt {
            TaxIdDoubt::Malformed => self.locale.t("wrong.tax_id").to_owned(),
            TaxIdDoubt::Generic => self.locale.t("wrong.tax_id_generic").to_owned(),
            TaxIdDoubt::CheckDigit(None) => self.locale.t("wrong.tax_id_number").to_owned(),
            TaxIdDoubt::CheckDigit(Some(right)) => {
                self.locale.fill("wrong.tax_id_digit", &[("right", right)])
            }
        }
    }

    /// What is wrong with a field, from the code a use case gives.
    pub fn wrong(self, what: &str) -> String {
        let key = match what {
            "missing" => "wrong.missing",
            "not_positive" => "wrong.not_positive",
            "in_the_past" => "wrong.in_the_past",
            "in_the_future" => "wrong.in_the_future",
            "too_far" => "wrong.too_far",
            "more_than_open" => "wrong.more_than_open",
            "nothing_open" => "wrong.nothing_open",
            "bad_email" => "wrong.bad_email",
            "bad_phone" => "wrong.bad_phone",
            "too_short" => "wrong.too_short",
            "too_long" => "wrong.too_long",
            "not_a_date" => "wrong.not_a_date",
            "not_an_amount" => "wrong.not_an_amount",
            "not_a_number" => "wrong.not_a_number",
            "unknown_outcome" => "wrong.choose",
            "nothing_to_apply" => "wrong.nothing_to_apply",
            "between_credit_and_today" => "wrong.between_credit",
            "between_receipt_and_today" => "wrong.between_receipt",
            "of_another_currency" => "wrong.other_currency",
            "of_another_customer" => "wrong.other_customer",
            "bad_buckets" => "wrong.buckets",
            "not_an_hour" => "wrong.hour",
            "not_terms" => "wrong.terms",
            "no_such_zone" => "wrong.zone",
            "bad_iban" => "wrong.iban",
            "bad_scheme_id" => "wrong.scheme_id",
            "bad_reference" => "wrong.mandate_reference",
            "mandate_taken" => "wrong.mandate_taken",
            "wrong_password" => "wrong.password",
            "nothing_owed" => "wrong.nothing_owed",
            "nothing_left" => "wrong.nothing_left",
            "bad_count" => "wrong.bad_count",
            "bad_dates" => "wrong.bad_dates",
            "bad_parts" => "wrong.bad_parts",
            "too_large" => "wrong.too_large",
            "only_with_novation" => "wrong.only_with_novation",
            "in_another_agreement" => "wrong.in_another_agreement",
            "more_than_one" => "wrong.more_than_one",
            "nothing_to_charge" => "wrong.nothing_to_charge",
            "bears_no_interest" => "wrong.bears_no_interest",
            "not_a_rate" => "wrong.not_a_rate",
            "too_many_instalments" => "wrong.too_many_instalments",
            "too_many_days" => "wrong.too_many_days",
            "too_much_discount" => "wrong.too_much_discount",
            "too_little_down" => "wrong.too_little_down",
            "too_great_a_debt" => "wrong.too_great_a_debt",
            "too_small_an_instalment" => "wrong.too_small_an_instalment",
            "itself" => "wrong.itself",
            "already_merged" => "wrong.already_merged",
            "into_merged" => "wrong.into_merged",
            "group_circle" => "wrong.group_circle",
            "circle" => "wrong.circle",
            "taken_back" => "wrong.taken_back",
            other => return other.to_owned(),
        };
        self.locale.t(key).to_owned()
    }
}
