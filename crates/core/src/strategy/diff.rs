//! What changed from one version of a strategy to another, as data: steps and branches added, taken
//! away, moved and changed, key by key as in the text form. It judges none of it.

use super::text::words::{TRIGGERS, word_of};
use super::text::{branch_fields, step_fields, strategy_fields};
use super::{Step, Strategy, Track};
use std::collections::BTreeMap;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The segment whose track it is in; `None` for the general one and for the strategy itself.
    pub segment: Option<String>,
    /// What it is about.
    pub about: About,
    /// What became of it.
    pub kind: ChangeKind,
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The head of the strategy.
    Strategy,
    /// A whole track.
    Track,
    /// A stage, by its key.
    Stage(String),
    /// A step, by its key.
    Step(String),
    /// A branch, by the word of its event.
    Branch(String),
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It stands in another place of the order.
    Moved,
    /// A key of it has another value, as written in the text form; `None` when it was not or is
    /// not written.
    Changed {
        /// The key.
        key: &'static str,
        /// Before.
        from: Option<String>,
        /// After.
        to: Option<String>,
    },
}

impl ChangeKind {
    /// Stable code, `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Moved => "moved",
            ChangeKind::Changed { .. } => "changed",
        }
    }
}

type Fields = Vec<(&'static str, String)>;

/// What changed from `old` to `new`, in the order of the new one; what is gone comes last.
pub fn diff(old: &Strategy, new: &Strategy) -> Vec<Change> {
    let mut changes = Vec::new();
    let head = |strategy: &Strategy| -> Fields {
        let fields = strategy_fields(strategy).into_iter();
        fields.filter(|(key, _)| *key != "version").collect()
    };
    changed(&mut changes, None, &About::Strategy, &head(old), &head(new));
    let of = |strategy: &Strategy, segment: &Option<String>| {
        strategy.tracks.iter().find(|track| track.segment == *segment).cloned()
    };
    for track in &new.tracks {
        let segment = track.segment.clone();
        match of(old, &segment) {
            Some(before) => diff_tracks(&mut changes, &before, track),
            None => changes.push(Change { segment, about: About::Track, kind: ChangeKind::Added }),
        }
    }
    for track in old.tracks.iter().filter(|track| of(new, &track.segment).is_none()) {
        let segment = track.segment.clone();
        changes.push(Change { segment, about: About::Track, kind: ChangeKind::Removed });
    }
    changes
}

fn diff_tracks(changes: &mut Vec<Change>, old: &Track, new: &Track) {
    let stages = |track: &Track| -> Vec<(About, Fields)> {
        let stages = track.stages.iter();
        stages.map(|s| (About::Stage(s.key.clone()), vec![("nombre", s.name.clone())])).collect()
    };
    diff_parts(changes, &new.segment, &stages(old), &stages(new));
    diff_parts(changes, &new.segment, &steps(old), &steps(new));
    diff_parts(changes, &new.segment, &branches(old), &branches(new));
}

fn steps(track: &Track) -> Vec<(About, Fields)> {
    let part = |step: &Step| {
        let mut fields = step_fields(step);
        fields.retain(|(key, _)| *key != "clave");
        let on_ladder = track.steps.iter().any(|one| one.key == step.key);
        if let Some(stage) = track.stage_of(step).filter(|_| on_ladder) {
            fields.push(("etapa", stage.key.clone()));
        }
        (About::Step(step.key.clone()), fields)
    };
    track.all_steps().map(part).collect()
}

/// Several branches on one event are told apart by their order.
fn branches(track: &Track) -> Vec<(About, Fields)> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let part = |branch| {
        let branch: &super::branch::Branch = branch;
        let word = word_of(TRIGGERS, &branch.trigger);
        let nth = counted.entry(word).or_default();
        *nth += 1;
        let name = if *nth > 1 { format!("{word} ({nth})") } else { word.to_owned() };
        let mut fields = branch_fields(branch, track);
        fields.retain(|(key, _)| *key != "si");
        (About::Branch(name), fields)
    };
    track.branches.iter().map(part).collect()
}

fn diff_parts(
    changes: &mut Vec<Change>,
    segment: &Option<String>,
    old: &[(About, Fields)],
    new: &[(About, Fields)],
) {
    let told =
        |about: &About, kind| Change { segment: segment.clone(), about: about.clone(), kind };
    let kept_old: Vec<&About> =
        old.iter().map(|(about, _)| about).filter(|a| new.iter().any(|(b, _)| b == *a)).collect();
    let mut kept = 0;
    for (about, fields) in new {
        let Some((_, before)) = old.iter().find(|(other, _)| other == about) else {
            changes.push(told(about, ChangeKind::Added));
            continue;
        };
        if kept_old.get(kept).is_some_and(|expected| *expected != about) {
            changes.push(told(about, ChangeKind::Moved));
        }
        kept += 1;
        changed(changes, segment.clone(), about, before, fields);
    }
    for (about, _) in old.iter().filter(|(about, _)| !new.iter().any(|(other, _)| other == about)) {
        changes.push(told(about, ChangeKind::Removed));
    }
}

fn changed(
    changes: &mut Vec<Change>,
    segment: Option<String>,
    about: &About,
    old: &[(&'static str, String)],
    new: &[(&'static str, String)],
) {
    let value = |fields: &[(&'static str, String)], key| {
        fields.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
    };
    let gone = old.iter().filter(|(key, _)| value(new, *key).is_none());
    for (key, _) in new.iter().chain(gone) {
        let (from, to) = (value(old, *key), value(new, *key));
        if from != to {
            let kind = ChangeKind::Changed { key, from, to };
            changes.push(Change { segment: segment.clone(), about: about.clone(), kind });
        }
    }
}
