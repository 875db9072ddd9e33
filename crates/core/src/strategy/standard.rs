//! The built-in strategy "S2 Estándar" (domain reference F2): what a creditor has before writing
//! its own.

use super::{Grace, Stage, Step, Strategy, Tone, Track};
use crate::currency::Currency;
use crate::hours::Channel;
use crate::money::Money;
use crate::promise::DEFAULT_GRACE_DAYS;

/// Id of the built-in strategy.
pub const STANDARD_ID: &str = "S2";

/// S2 Estándar: e-mail a week before, on the due date and three days after; then calls, letters
/// and at last a decision by a person.
pub fn standard() -> Strategy {
    Strategy {
        id: STANDARD_ID.to_owned(),
        version: 1,
        name: "Estándar".to_owned(),
        tracks: vec![Track {
            segment: None,
            stages: stages(),
            steps: steps(),
            branches: Vec::new(),
        }],
        minimums: minimums(),
        promise_grace: Grace::Working(DEFAULT_GRACE_DAYS),
        nets_credit: true,
        keep_policies: true,
        responsible: None,
    }
}

/// Keys of the templates the steps name, mildest first.
pub const TEMPLATES: [&str; 6] =
    ["preventive", "due_today", "reminder", "statement_interest", "formal_letter", "demand"];

/// The stages of the templates, from the mildest to the most severe (domain reference F1).
fn stages() -> Vec<Stage> {
    [
        ("preventive", "Preventiva"),
        ("reminder", "Recordatorio"),
        ("early", "Temprana"),
        ("firm", "Firme"),
        ("pre_legal", "Prejudicial"),
    ]
    .map(|(key, name)| Stage { key: key.to_owned(), name: name.to_owned() })
    .to_vec()
}

fn steps() -> Vec<Step> {
    use Channel::{Call, Email, Escalate, Letter, Whatsapp};
    use Tone::{Cordial, Firm, FormalLegal, Neutral};
    let approved = |step: Step| Step { needs_approval: true, ..step };
    let or_whatsapp = |step: Step| Step { fallback: Some(Whatsapp), ..step };
    let [preventive, reminder, early, firm, pre_legal] = [0, 1, 2, 3, 4];
    let statement = Step::new("statement_interest", 15, Email, Neutral);
    vec![
        Step::new("preventive", -7, Email, Cordial).template("preventive").in_stage(preventive),
        or_whatsapp(Step::new("due_today", 0, Email, Cordial).template("due_today"))
            .in_stage(preventive),
        or_whatsapp(Step::new("reminder", 3, Email, Cordial).template("reminder"))
            .in_stage(reminder),
        Step::new("call_1", 8, Call, Neutral).in_stage(early),
        statement.template("statement_interest").in_stage(early),
        Step::new("call_2", 22, Call, Neutral).in_stage(early),
        Step::new("formal_letter", 31, Letter, Firm).template("formal_letter").in_stage(firm),
        Step::new("call_supervisor", 45, Call, Firm).in_stage(firm),
        approved(Step::new("demand", 61, Letter, FormalLegal).template("demand"))
            .in_stage(pre_legal),
        approved(Step::new("decide", 75, Escalate, FormalLegal)).in_stage(pre_legal),
    ]
}

/// Below these nothing is claimed by itself; it only appears on statements (F1).
fn minimums() -> Vec<Money> {
    [(Currency::CLP, 3_000), (Currency::EUR, 500), (Currency::MXN, 10_000), (Currency::USD, 500)]
        .map(|(currency, minor)| Money::new(minor, currency))
        .to_vec()
}
