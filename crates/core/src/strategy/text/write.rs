//! From strategy to text. What is written reads back to the same strategy; what is usual is left
//! out.

use super::words::{
    ACCEPTANCES, ANCHORS, CHANNELS, HISTORIES, PERSONS, PURPOSES, REACHES, THENS, TONES, TRIGGERS,
    ThenWord, Words, word_of,
};
use crate::money::Money;
use crate::strategy::branch::{Branch, Then};
use crate::strategy::condition::{Conditions, DayRange};
use crate::strategy::{Anchor, Grace, Step, Strategy, Tone, Track};

/// A key of the text form and its value as written there.
pub type Field = (&'static str, String);

/// The strategy as text.
pub fn write(strategy: &Strategy) -> String {
    let mut text = String::new();
    put(&mut text, &strategy_fields(strategy));
    for track in strategy.tracks.iter().filter(|track| track.segment.is_none()) {
        write_track(&mut text, track, "");
    }
    for track in &strategy.tracks {
        let Some(segment) = &track.segment else { continue };
        text.push_str("\n[[segmentos]]\n");
        put(&mut text, &[("segmento", quoted(segment))]);
        write_track(&mut text, track, "segmentos.");
    }
    text
}

fn write_track(text: &mut String, track: &Track, within: &str) {
    for (place, stage) in track.stages.iter().enumerate() {
        text.push_str(&format!("\n[[{within}etapas]]\n"));
        put(text, &[("clave", quoted(&stage.key)), ("nombre", quoted(&stage.name))]);
        for step in track.steps.iter().filter(|step| step.stage == place) {
            text.push_str(&format!("\n[[{within}etapas.pasos]]\n"));
            put(text, &step_fields(step));
        }
    }
    for branch in &track.branches {
        text.push_str(&format!("\n[[{within}ramas]]\n"));
        put(text, &branch_fields(branch, track));
        for step in &branch.steps {
            text.push_str(&format!("\n[[{within}ramas.pasos]]\n"));
            put(text, &step_fields(step));
        }
    }
}

fn put(text: &mut String, fields: &[Field]) {
    for (key, value) in fields {
        text.push_str(&format!("{key} = {value}\n"));
    }
}

/// What stands at the head of a strategy.
pub fn strategy_fields(strategy: &Strategy) -> Vec<Field> {
    let grace = match strategy.promise_grace {
        Grace::Calendar(days) => format!("{{ dias = {days} }}"),
        Grace::Working(days) => format!("{{ dias_habiles = {days} }}"),
    };
    let mut fields = vec![
        ("codigo", quoted(&strategy.id)),
        ("nombre", quoted(&strategy.name)),
        ("version", strategy.version.to_string()),
    ];
    fields.extend(strategy.responsible.iter().map(|who| ("responsable", quoted(who))));
    fields.extend([
        ("gracia_promesa", grace),
        ("descuenta_saldo_a_favor", strategy.nets_credit.to_string()),
        ("respeta_politicas", strategy.keep_policies.to_string()),
    ]);
    fields.extend(amounts("minimos", &strategy.minimums));
    fields
}

/// A step key by key.
pub fn step_fields(step: &Step) -> Vec<Field> {
    let mut fields = vec![("clave", quoted(&step.key))];
    fields.extend(step.name.iter().map(|name| ("nombre", quoted(name))));
    if step.anchor != Anchor::Due {
        fields.push(("ancla", word(ANCHORS, &step.anchor)));
    }
    fields.push(("dias", step.offset_days.to_string()));
    fields.push(("canal", word(CHANNELS, &step.channel)));
    fields.extend(step.fallback.iter().map(|channel| ("alternativa", word(CHANNELS, channel))));
    if step.tone != Tone::Neutral {
        fields.push(("tono", word(TONES, &step.tone)));
    }
    fields.extend(step.template.iter().map(|template| ("plantilla", quoted(template))));
    if step.purpose != Step::usual_purpose(step.anchor, step.offset_days) {
        fields.push(("proposito", word(PURPOSES, &step.purpose)));
    }
    if step.needs_approval {
        fields.push(("requiere_aprobacion", "true".to_owned()));
    }
    fields.extend(step.responsible.iter().map(|who| ("responsable", quoted(who))));
    fields.extend(amounts("minimos", &step.minimums));
    if !step.conditions.is_empty() {
        let conditions = condition_fields(&step.conditions).into_iter();
        let conditions = conditions.map(|(key, value)| format!("{key} = {value}"));
        let conditions: Vec<String> = conditions.collect();
        fields.push(("condiciones", format!("{{ {} }}", conditions.join(", "))));
    }
    fields
}

/// A branch key by key, without its steps.
pub fn branch_fields(branch: &Branch, track: &Track) -> Vec<Field> {
    let then = match branch.then {
        Then::GoOn => ThenWord::GoOn,
        Then::Wait { .. } => ThenWord::Wait,
        Then::Raise { .. } => ThenWord::Raise,
        Then::Stop { .. } => ThenWord::Stop,
    };
    let mut fields =
        vec![("si", word(TRIGGERS, &branch.trigger)), ("entonces", word(THENS, &then))];
    match branch.then {
        Then::GoOn | Then::Wait { days: None } => {}
        Then::Wait { days: Some(days) } => fields.push(("dias", days.to_string())),
        Then::Raise { stage } => {
            fields.extend(track.stages.get(stage).map(|stage| ("etapa", quoted(&stage.key))));
        }
        Then::Stop { reach } => fields.push(("alcance", word(REACHES, &reach))),
    }
    fields
}

/// Conditions key by key.
pub fn condition_fields(conditions: &Conditions) -> Vec<Field> {
    let c = conditions;
    let mut fields = Vec::new();
    fields.extend(amounts("monto_desde", &c.claim.from));
    fields.extend(amounts("monto_hasta", &c.claim.to));
    fields.extend(amounts("deuda_desde", &c.debt.from));
    fields.extend(amounts("deuda_hasta", &c.debt.to));
    fields.extend(days("mora_desde", "mora_hasta", c.overdue_days));
    fields.extend(days("antiguedad_desde", "antiguedad_hasta", c.age_days));
    fields.extend(days("cliente_desde_dias", "cliente_hasta_dias", c.customer_days));
    fields.extend(list("segmento", c.segments.iter().map(|text| quoted(text))));
    fields.extend(list("persona", c.persons.iter().map(|one| word(PERSONS, one))));
    fields.extend(list("pais", c.countries.iter().map(|text| quoted(text))));
    fields.extend(list("historial", c.histories.iter().map(|one| word(HISTORIES, one))));
    fields.extend(list("aceptacion", c.acceptances.iter().map(|one| word(ACCEPTANCES, one))));
    fields
}

fn days(from: &'static str, to: &'static str, range: DayRange) -> impl Iterator<Item = Field> {
    let from = range.from.map(|days| (from, days.to_string()));
    from.into_iter().chain(range.to.map(|days| (to, days.to_string())))
}

fn list(key: &'static str, values: impl Iterator<Item = String>) -> Option<Field> {
    let values: Vec<String> = values.collect();
    (!values.is_empty()).then(|| (key, format!("[{}]", values.join(", "))))
}

fn amounts(key: &'static str, amounts: &[Money]) -> Option<Field> {
    let each = |money: &Money| format!("{} = \"{}\"", money.currency, money.to_plain());
    let each: Vec<String> = amounts.iter().map(each).collect();
    (!each.is_empty()).then(|| (key, format!("{{ {} }}", each.join(", "))))
}

fn word<T: PartialEq>(words: Words<T>, value: &T) -> String {
    quoted(word_of(words, value))
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
