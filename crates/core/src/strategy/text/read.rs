//! From text to strategy. Everything that is not understood is told at once, by line.

use super::problem::{Problem, ProblemKind};
use super::source::{Source, Table};
use super::words::{
    ACCEPTANCES, ANCHORS, CHANNELS, HISTORIES, PERSONS, PURPOSES, REACHES, THENS, TONES, TRIGGERS,
    ThenWord, word_of,
};
use super::{Lines, MAX_BYTES, TrackLines, Written};
use crate::hours::Channel;
use crate::promise::DEFAULT_GRACE_DAYS;
use crate::strategy::branch::{Branch, Reach, Then, Trigger};
use crate::strategy::condition::{AmountRange, Conditions, DayRange};
use crate::strategy::{Anchor, Grace, Stage, Step, Strategy, Tone, Track};
use std::collections::HashMap;
use toml::de::DeTable;

const STRATEGY_KEYS: &[&str] = &[
    "codigo",
    "nombre",
    "version",
    "responsable",
    "gracia_promesa",
    "descuenta_saldo_a_favor",
    "respeta_politicas",
    "minimos",
    "etapas",
    "ramas",
    "segmentos",
];
const GRACE_KEYS: &[&str] = &["dias", "dias_habiles"];
const TRACK_KEYS: &[&str] = &["segmento", "etapas", "ramas"];
const STAGE_KEYS: &[&str] = &["clave", "nombre", "pasos"];
const STEP_KEYS: &[&str] = &[
    "clave",
    "nombre",
    "ancla",
    "dias",
    "canal",
    "alternativa",
    "tono",
    "plantilla",
    "proposito",
    "requiere_aprobacion",
    "responsable",
    "minimos",
    "condiciones",
];
const BRANCH_KEYS: &[&str] = &["si", "entonces", "dias", "etapa", "alcance", "pasos"];
const CONDITION_KEYS: &[&str] = &[
    "monto_desde",
    "monto_hasta",
    "deuda_desde",
    "deuda_hasta",
    "mora_desde",
    "mora_hasta",
    "antiguedad_desde",
    "antiguedad_hasta",
    "cliente_desde_dias",
    "cliente_hasta_dias",
    "segmento",
    "persona",
    "pais",
    "historial",
    "aceptacion",
];

/// Days a step may lie from its anchor, either way: ten years.
const DAYS: (i32, i32) = (-3_650, 3_650);

/// Reads a strategy, or tells everything that was not understood, in the order of the lines.
pub fn read(text: &str) -> Result<Written, Vec<Problem>> {
    with_root(text, |reader, root| reader.strategy(root))
}

/// Reads conditions that stand alone, as those of an assignment: the keys of `condiciones`.
pub fn read_conditions(text: &str) -> Result<Conditions, Vec<Problem>> {
    with_root(text, |reader, root| Some(reader.conditions_of(root)))
}

fn with_root<T>(
    text: &str,
    read: impl FnOnce(&mut Reader, Table<'_, '_>) -> Option<T>,
) -> Result<T, Vec<Problem>> {
    let mut source = Source::new(text);
    if text.len() > MAX_BYTES {
        source.complain(1, "", ProblemKind::TooLong { most: MAX_BYTES });
        return Err(source.problems);
    }
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let line = error.span().map_or(1, |span| source.line_of(span.start));
            let what = error.message().to_owned();
            source.complain(line, "", ProblemKind::Syntax { what });
            return Err(source.problems);
        }
    };
    let table = source.root(&root);
    let mut reader = Reader { source, keys: HashMap::new() };
    let found = read(&mut reader, table);
    let mut problems = reader.source.problems;
    problems.sort_by_key(|problem| problem.line);
    match found {
        Some(found) if problems.is_empty() => Ok(found),
        _ => Err(problems),
    }
}

struct Reader {
    source: Source,
    /// Keys of the steps of the track being read, with their lines.
    keys: HashMap<String, usize>,
}

/// A track before its steps are put in one row.
#[derive(Default)]
struct Draft {
    track: Track,
    lines: TrackLines,
}

impl Reader {
    fn strategy(&mut self, root: Table<'_, '_>) -> Option<Written> {
        let source = &mut self.source;
        source.only(root, STRATEGY_KEYS);
        source.needed(root, "codigo");
        let id = source.text(root, "codigo");
        let name = source.text(root, "nombre");
        let version = source.number(root, "version", (1, i32::MAX));
        let responsible = source.text(root, "responsable");
        let minimums = source.amounts(root, "minimos");
        let nets_credit = source.yes_no(root, "descuenta_saldo_a_favor").unwrap_or(true);
        let keep_policies = source.yes_no(root, "respeta_politicas").unwrap_or(true);
        let promise_grace = self.grace(root);
        let mut drafts = Vec::new();
        let segments = self.source.tables(root, "segmentos");
        for table in segments {
            self.source.only(table, TRACK_KEYS);
            self.source.needed(table, "segmento");
            let segment = self.source.text(table, "segmento");
            let line = self.source.line_at(table, "segmento");
            self.segment_once(&drafts, segment.as_deref(), line);
            drafts.push(self.track(table, segment));
        }
        let general = ["etapas", "ramas"].iter().any(|key| self.source.has(root, key));
        if general {
            drafts.insert(0, self.track(root, None));
        } else if drafts.is_empty() {
            self.source.needed(root, "etapas");
        }
        let (tracks, lines) = drafts.into_iter().map(|draft| (draft.track, draft.lines)).unzip();
        let id = id?;
        let strategy = Strategy {
            name: name.unwrap_or_else(|| id.clone()),
            id,
            version: version.map_or(1, i32::unsigned_abs),
            tracks,
            minimums,
            promise_grace,
            nets_credit,
            keep_policies,
            responsible,
        };
        Some(Written { strategy, lines: Lines { tracks: lines } })
    }

    fn segment_once(&mut self, drafts: &[Draft], segment: Option<&str>, line: usize) {
        let Some(segment) = segment else { return };
        let there = drafts.iter().find(|draft| draft.track.segment.as_deref() == Some(segment));
        if let Some(there) = there {
            let (met, first_line) = (segment.to_owned(), there.lines.line);
            self.source.complain(line, "segmento", ProblemKind::Repeated { met, first_line });
        }
    }

    fn grace(&mut self, root: Table<'_, '_>) -> Grace {
        let usual = Grace::Working(DEFAULT_GRACE_DAYS);
        let Some(table) = self.source.table(root, "gracia_promesa") else { return usual };
        self.source.only(table, GRACE_KEYS);
        let calendar = self.source.number(table, "dias", (0, 60));
        let working = self.source.number(table, "dias_habiles", (0, 60));
        match (calendar, working) {
            (Some(_), Some(_)) => {
                let line = self.source.line_at(table, "dias");
                self.source.complain(line, "gracia_promesa", ProblemKind::WrongKind);
                usual
            }
            (Some(days), None) => Grace::Calendar(days),
            (None, Some(days)) => Grace::Working(days),
            (None, None) => usual,
        }
    }

    fn track(&mut self, table: Table<'_, '_>, segment: Option<String>) -> Draft {
        self.keys.clear();
        let mut draft = Draft::default();
        draft.track.segment = segment;
        draft.lines.line = table.line;
        self.source.needed(table, "etapas");
        let mut named: HashMap<String, usize> = HashMap::new();
        for stage in self.source.tables(table, "etapas") {
            self.stage(stage, &mut draft, &mut named);
        }
        for branch in self.source.tables(table, "ramas") {
            self.branch(branch, &mut draft);
        }
        draft
    }

    fn stage(
        &mut self,
        table: Table<'_, '_>,
        draft: &mut Draft,
        named: &mut HashMap<String, usize>,
    ) {
        self.source.only(table, STAGE_KEYS);
        self.source.needed(table, "clave");
        let key = self.source.text(table, "clave").unwrap_or_default();
        let line = self.source.line_at(table, "clave");
        if let Some(first_line) = named.insert(key.clone(), line) {
            let met = key.clone();
            self.source.complain(line, "clave", ProblemKind::Repeated { met, first_line });
        }
        let name = self.source.text(table, "nombre").unwrap_or_else(|| key.clone());
        let stage = draft.track.stages.len();
        draft.track.stages.push(Stage { key, name });
        draft.lines.stages.push(table.line);
        for step in self.source.tables(table, "pasos") {
            draft.lines.steps.push(step.line);
            let step = self.step(step, None).in_stage(stage);
            draft.track.steps.push(step);
        }
    }

    /// A step of the ladder, or of the branch on an event.
    fn step(&mut self, table: Table<'_, '_>, trigger: Option<Trigger>) -> Step {
        self.source.only(table, STEP_KEYS);
        for key in ["clave", "dias", "canal"] {
            self.source.needed(table, key);
        }
        let source = &mut self.source;
        let key = source.text(table, "clave").unwrap_or_default();
        let offset_days = source.number(table, "dias", DAYS).unwrap_or(0);
        let channel = source.word(table, "canal", CHANNELS).unwrap_or(Channel::Task);
        let tone = source.word(table, "tono", TONES).unwrap_or(Tone::Neutral);
        let anchor = self.anchor(table, trigger);
        let source = &mut self.source;
        let purpose = source.word(table, "proposito", PURPOSES);
        let step = Step {
            anchor,
            purpose: purpose.unwrap_or(Step::usual_purpose(anchor, offset_days)),
            template: source.text(table, "plantilla"),
            minimums: source.amounts(table, "minimos"),
            needs_approval: source.yes_no(table, "requiere_aprobacion").unwrap_or(false),
            fallback: source.word(table, "alternativa", CHANNELS),
            name: source.text(table, "nombre"),
            responsible: source.text(table, "responsable"),
            ..Step::new(&key, offset_days, channel, tone)
        };
        let line = self.source.line_at(table, "clave");
        if let Some(first_line) = self.keys.insert(key.clone(), line) {
            self.source.complain(line, "clave", ProblemKind::Repeated { met: key, first_line });
        }
        let conditions = self.source.table(table, "condiciones");
        let conditions = conditions.map(|table| self.conditions_of(table));
        Step { conditions: conditions.unwrap_or_default(), ..step }
    }

    /// Ladders hang on dates of the debt, branches on what happens.
    fn anchor(&mut self, table: Table<'_, '_>, trigger: Option<Trigger>) -> Anchor {
        let (usual, allowed): (Anchor, &[Anchor]) = match trigger {
            None => (Anchor::Due, &[Anchor::Due, Anchor::Issue, Anchor::Instalment]),
            Some(Trigger::PromiseMade) => (Anchor::Promise, &[Anchor::Promise]),
            Some(_) => (Anchor::Event, &[Anchor::Event]),
        };
        let anchor = self.source.word(table, "ancla", ANCHORS).unwrap_or(usual);
        if !allowed.contains(&anchor) {
            let line = self.source.line_at(table, "ancla");
            let allowed = allowed.iter().map(|anchor| word_of(ANCHORS, anchor).to_owned());
            let kind = ProblemKind::UnknownWord {
                met: word_of(ANCHORS, &anchor).to_owned(),
                allowed: allowed.collect(),
            };
            self.source.complain(line, "ancla", kind);
        }
        anchor
    }

    fn branch(&mut self, table: Table<'_, '_>, draft: &mut Draft) {
        self.source.only(table, BRANCH_KEYS);
        self.source.needed(table, "si");
        let Some(trigger) = self.source.word(table, "si", TRIGGERS) else { return };
        let then = self.then(table, trigger, &draft.track);
        let mut steps = Vec::new();
        for step in self.source.tables(table, "pasos") {
            draft.lines.steps.push(step.line);
            steps.push(self.step(step, Some(trigger)));
        }
        draft.lines.branches.push(table.line);
        draft.track.branches.push(Branch { trigger, then, steps });
    }

    fn then(&mut self, table: Table<'_, '_>, trigger: Trigger, track: &Track) -> Then {
        let allowed: &[ThenWord] = match trigger {
            Trigger::PromiseMade => &[ThenWord::Wait, ThenWord::GoOn],
            Trigger::DisputeOpened => &[ThenWord::Stop],
            _ => &[ThenWord::GoOn, ThenWord::Wait, ThenWord::Raise],
        };
        let asked = self.source.word(table, "entonces", THENS).unwrap_or(allowed[0]);
        if !allowed.contains(&asked) {
            let line = self.source.line_at(table, "entonces");
            let words = allowed.iter().map(|then| word_of(THENS, then).to_owned()).collect();
            let kind = ProblemKind::NotTogether {
                met: word_of(THENS, &asked).to_owned(),
                trigger: word_of(TRIGGERS, &trigger),
                allowed: words,
            };
            self.source.complain(line, "entonces", kind);
            return Then::GoOn;
        }
        match asked {
            ThenWord::GoOn => Then::GoOn,
            ThenWord::Wait if trigger == Trigger::PromiseMade => {
                Then::Wait { days: self.source.number(table, "dias", (0, 60)) }
            }
            ThenWord::Wait => {
                self.source.needed(table, "dias");
                Then::Wait { days: Some(self.source.number(table, "dias", (1, 365)).unwrap_or(1)) }
            }
            ThenWord::Raise => self.raise(table, track),
            ThenWord::Stop => Then::Stop {
                reach: self.source.word(table, "alcance", REACHES).unwrap_or(Reach::Part),
            },
        }
    }

    fn raise(&mut self, table: Table<'_, '_>, track: &Track) -> Then {
        self.source.needed(table, "etapa");
        let Some(met) = self.source.text(table, "etapa") else { return Then::GoOn };
        let stage = track.stages.iter().position(|stage| stage.key == met);
        if stage.is_none() {
            let line = self.source.line_at(table, "etapa");
            let allowed = track.stages.iter().map(|stage| stage.key.clone()).collect();
            self.source.complain(line, "etapa", ProblemKind::UnknownWord { met, allowed });
        }
        stage.map_or(Then::GoOn, |stage| Then::Raise { stage })
    }

    fn conditions_of(&mut self, table: Table<'_, '_>) -> Conditions {
        let source = &mut self.source;
        source.only(table, CONDITION_KEYS);
        let mut days = |from, to| DayRange {
            from: source.number(table, from, DAYS),
            to: source.number(table, to, DAYS),
        };
        let overdue_days = days("mora_desde", "mora_hasta");
        let age_days = days("antiguedad_desde", "antiguedad_hasta");
        let customer_days = days("cliente_desde_dias", "cliente_hasta_dias");
        let mut amounts = |from, to| AmountRange {
            from: source.amounts(table, from),
            to: source.amounts(table, to),
        };
        let claim = amounts("monto_desde", "monto_hasta");
        let debt = amounts("deuda_desde", "deuda_hasta");
        Conditions {
            claim,
            debt,
            overdue_days,
            age_days,
            customer_days,
            segments: source.texts(table, "segmento"),
            persons: source.word_list(table, "persona", PERSONS),
            countries: source.texts(table, "pais"),
            histories: source.word_list(table, "historial", HISTORIES),
            acceptances: source.word_list(table, "aceptacion", ACCEPTANCES),
        }
    }
}
