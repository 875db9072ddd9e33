//! `puntual bank`.

use super::output::{columns, json_line, line, note};
use super::{Common, Failure, Outcome};
use clap::{Args, Subcommand};
use puntual_core::matching::{Evidence, Proposal, Status};
use puntual_core::money::Money;
use puntual_service::matching::{self, MatchedLine, Queue};
use serde_json::{Value, json};

/// Work with the bank's statements.
#[derive(Args, Debug)]
pub struct Bank {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Propose what the open lines of the bank pay; --apply posts what is beyond doubt.
    Match(Match),
}

/// Proposes applications for unmatched bank lines.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual bank match --apply --json")]
struct Match {
    /// Only the lines of this statement: its id, or the number its bank gave it.
    #[arg(long)]
    statement: Option<String>,
    /// Post the lines that a rule allows without a person.
    #[arg(long)]
    apply: bool,
}

/// Runs `puntual bank`.
pub fn bank(common: &Common, command: &Bank) -> Result<Outcome, Failure> {
    match &command.command {
        Command::Match(command) => match_lines(common, command),
    }
}

fn match_lines(common: &Common, command: &Match) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let statement = match &command.statement {
        None => None,
        Some(text) => Some(matching::statement(&app, &ctx, text)?),
    };
    let queue = matching::queue(&app, &ctx, statement)?;
    let applied = match command.apply {
        true => Some(matching::apply_allowed(&app, &ctx, &queue)?),
        false => None,
    };
    for found in &queue.lines {
        // What changed between the reading and the posting waits for the next time.
        let is_posted = applied.as_ref().is_none_or(|done| done.contains(&found.entry.id));
        let status = match found.found.status {
            Status::Applied if !is_posted => Status::Proposed,
            status => status,
        };
        match common.json {
            true => json_line(&told(&queue, found, status)),
            false => line(&summary(&queue, found, status)),
        }
    }
    let posted = applied.as_ref().map_or(0, std::collections::HashSet::len);
    let [proposed, ambiguous, none] =
        [Status::Proposed, Status::Ambiguous, Status::None].map(|status| queue.count(status));
    note(&format!(
        "{lines} líneas: {allowed} sin duda{done}, {proposed} propuestas, {ambiguous} ambiguas, \
         {none} sin propuesta",
        lines = queue.lines.len(),
        allowed = queue.count(Status::Applied),
        done = if command.apply { format!(" ({posted} aplicadas ahora)") } else { String::new() },
    ));
    Ok(Outcome::Done)
}

/// How a line is called: the bank's own reference, else the one it carries, else our id.
fn name(found: &MatchedLine) -> String {
    let entry = &found.entry;
    let said = [&entry.bank_reference, &entry.reference].into_iter().flatten();
    let mut references = said.filter(|text| !text.trim().is_empty());
    references.next().cloned().unwrap_or_else(|| entry.id.to_string())
}

fn told(queue: &Queue, found: &MatchedLine, status: Status) -> Value {
    let entry = &found.entry;
    let money = |minor| Money::new(minor, entry.currency).to_plain();
    let first = found.found.proposals.first();
    let evidence: Vec<Value> = first
        .into_iter()
        .flat_map(|proposal| &proposal.evidence)
        .map(|evidence| evidence_json(queue, evidence))
        .collect();
    let doubts: Vec<Value> = found
        .found
        .doubts
        .iter()
        .map(|doubt| {
            let (document, customer) = matching::subject(doubt);
            json!({
                "code": doubt.code(),
                "document": document.and_then(|id| queue.debt(id)).map(|debt| &debt.number),
                "customer": customer.map(|id| queue.customer_name(id)),
            })
        })
        .collect();
    let others: Vec<Value> = found
        .found
        .proposals
        .iter()
        .skip(1)
        .map(|proposal| json!({ "applications": applications(queue, proposal, &money) }))
        .collect();
    json!({
        "bank_line": name(found),
        "entry": entry.id.to_string(),
        "date": entry.booked_on.to_string(),
        "amount": money(entry.amount_minor),
        "currency": entry.currency.code(),
        "status": status.as_str(),
        "customer": first.map(|proposal| queue.customer_name(proposal.customer)),
        "applications": first.map_or_else(Vec::new, |p| applications(queue, p, &money)),
        "on_account": first.map(|proposal| money(proposal.on_account_minor)),
        "rule": first.and_then(|proposal| proposal.rule).map(|rule| rule.as_str()),
        "evidence": evidence,
        "doubts": doubts,
        "alternatives": others,
    })
}

fn applications(queue: &Queue, proposal: &Proposal, money: &dyn Fn(i64) -> String) -> Vec<Value> {
    let line = |(document, minor): &(puntual_core::id::DocumentId, i64)| {
        json!({
            "document": queue.debt(*document).map(|debt| &debt.number),
            "document_id": document.to_string(),
            "amount": money(*minor),
        })
    };
    proposal.lines.iter().map(line).collect()
}

fn evidence_json(queue: &Queue, evidence: &Evidence) -> Value {
    let document = match evidence {
        Evidence::Reference(id, _) | Evidence::Order(id, _) | Evidence::Number(id, _) => Some(*id),
        _ => None,
    };
    let number = document.and_then(|id| queue.debt(id)).map(|debt| &debt.number);
    json!({
        "code": evidence.code(),
        "document": number,
        "detail": matching::detail(evidence),
    })
}

fn summary(queue: &Queue, found: &MatchedLine, status: Status) -> String {
    let entry = &found.entry;
    let money = |minor| Money::new(minor, entry.currency).to_plain();
    let first = found.found.proposals.first();
    let to = first.map_or_else(String::new, |proposal| {
        let line = |(document, minor): &(puntual_core::id::DocumentId, i64)| {
            let number = queue.debt(*document).map_or("?", |debt| debt.number.as_str());
            format!("{number} {}", money(*minor))
        };
        let lines: Vec<String> = proposal.lines.iter().map(line).collect();
        format!("{} → {}", queue.customer_name(proposal.customer), lines.join(", "))
    });
    let why: Vec<&str> = match status {
        Status::Applied => {
            first.into_iter().flat_map(|p| &p.evidence).map(Evidence::code).collect()
        }
        _ => found.found.doubts.iter().map(|doubt| doubt.code()).collect(),
    };
    let cells = vec![
        entry.booked_on.to_string(),
        name(found),
        format!("{} {}", money(entry.amount_minor), entry.currency),
        status.as_str().to_owned(),
        to,
        format!("[{}]", why.join(" ")),
    ];
    columns(&[cells], &[]).join("")
}
