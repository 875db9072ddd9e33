//! Lapse or trend: the golden cases of the domain reference (B1), a plain floating-point oracle,
//! and the promise made to users.
use proptest::prelude::*;
use puntual_core::behaviour::{
    DEFAULT_SCALE_MILLIDAYS, Judgement, LateLine, Observation, Verdict, judge, observations,
};
use puntual_core::date::Day;
use puntual_core::id::PaymentId;

fn series(late: &[i64]) -> Vec<Observation> {
    let on = |(index, late): (usize, &i64)| Observation {
        due: Day(20_000 + 30 * index as i32),
        late_millidays: late * 1000,
    };
    late.iter().enumerate().map(on).collect()
}

fn judged(late: &[i64]) -> Judgement {
    judge(&series(late), DEFAULT_SCALE_MILLIDAYS, None)
}

#[test]
fn golden_cases() {
    for (late, verdict, since, early_warning) in [
        ([3, 5, 2, 4, 6, 3, 1, 4, 5, 28, 4, 3], Verdict::Lapse, None, false),
        ([3, 5, 2, 4, 6, 3, 1, 4, 5, 3, 2, 41], Verdict::Lapse, None, false),
        ([3, 5, 2, 4, 6, 3, 1, 4, 5, 30, 28, 4], Verdict::Lapse, None, false),
        ([3, 5, 2, 4, 6, 3, 1, 4, 15, 17, 14, 18], Verdict::TrendWorsening, Some(9), true),
        ([3, 5, 2, 4, 6, 3, 6, 8, 9, 11, 14, 16], Verdict::Lapse, None, true),
        ([20, 22, 19, 21, 23, 20, 18, 21, 22, 20, 19, 21], Verdict::StableLate, None, false),
        ([20, 22, 19, 21, 23, 20, 18, 21, 9, 7, 8, 6], Verdict::TrendImproving, Some(9), false),
        ([3, 5, 2, 4, 6, 3, 1, 4, 5, 3, 2, 4], Verdict::StableOnTime, None, false),
    ] {
        let found = judged(&late);
        let place = found.since.map(|(place, _)| place);
        assert_eq!(
            (found.verdict, place, found.early_warning),
            (verdict, since, early_warning),
            "{late:?}"
        );
    }
}

#[test]
fn too_little_history_is_said() {
    let found = judged(&[40, 40, 40, 40, 40]);
    assert_eq!((found.verdict, found.evidence), (Verdict::InsufficientHistory, None));
    assert_eq!(judged(&[0, 0, 0, 0, 0, 0]).verdict, Verdict::StableOnTime);
    // Only what came after a reset counts.
    let reset = Some(Day(20_000 + 30 * 6));
    let late = series(&[3, 5, 2, 4, 6, 3, 1, 4, 15, 17, 14, 18]);
    assert_eq!(judge(&late, DEFAULT_SCALE_MILLIDAYS, reset).verdict, Verdict::InsufficientHistory);
}

#[test]
fn the_evidence_is_what_was_computed() {
    let evidence = judged(&[3, 5, 2, 4, 6, 3, 1, 4, 15, 17, 14, 18]).evidence.unwrap();
    assert_eq!((evidence.observations, evidence.baseline), (12, 9));
    assert_eq!((evidence.usual_millidays, evidence.recent_millidays), (4_000, 16_000));
    // sqrt((9·1.4826² + 6·5²) / 15) = 3.364 days; three clipped points make 3 · 1.75.
    assert_eq!((evidence.scale_millidays, evidence.worsening_milli), (3_364, 5_250));
    assert_eq!((evidence.recent_above, evidence.improving_milli), (4, 0));
    let line = judged(&[0, 2, 4, 6, 8, 10]).evidence.unwrap();
    assert_eq!((line.rising_pairs, line.slope_millidays), (15, 2_000));
}

#[test]
fn lines_of_one_payment_are_one_decision() {
    let line = |due, days_late, amount_minor, payment: i64| LateLine {
        due: Day(due),
        days_late,
        amount_minor,
        payment: (payment > 0).then_some(PaymentId(payment)),
    };
    let merged = observations(&[
        line(50, 1, 10, 0),
        line(40, 9, 0, 0),
        line(10, 20, 300, 7),
        line(20, 10, 100, 7),
    ]);
    let expected = [(20, 17_500), (40, 9_000), (50, 1_000)];
    let found: Vec<(i32, i64)> = merged.iter().map(|one| (one.due.0, one.late_millidays)).collect();
    assert_eq!(found, expected);
}

/// The published formula in floating point, written apart from the program.
fn oracle(late: &[i64], alarm: f64) -> Verdict {
    let late: Vec<f64> = late.iter().map(|days| *days as f64).collect();
    let late = &late[late.len().saturating_sub(24)..];
    if late.len() < 6 {
        return Verdict::InsufficientHistory;
    }
    let median = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
    };
    let baseline = &late[..12.min(late.len() - 3)];
    let usual = median(baseline);
    let own = 1.4826 * median(&baseline.iter().map(|x| (x - usual).abs()).collect::<Vec<_>>());
    let count = baseline.len() as f64;
    let scale = ((count * own * own + 6.0 * 25.0) / (count + 6.0)).sqrt().max(3.0);
    let (mut up, mut down) = (0.0_f64, 0.0_f64);
    for x in &late[baseline.len()..] {
        let z = ((x - usual) / scale).clamp(-2.5, 2.5);
        up = (up + z - 0.75).max(0.0);
        down = (down - z - 0.75).max(0.0);
    }
    let recent = &late[late.len() - 4..];
    let above = recent.iter().filter(|x| **x > usual + 0.5 * scale).count();
    let least = scale.max(5.0);
    if up > alarm && median(recent) - usual >= least && above >= 3 {
        Verdict::TrendWorsening
    } else if down > alarm && usual - median(recent) >= least {
        Verdict::TrendImproving
    } else if late[late.len() - 3..].iter().any(|x| (x - usual) / scale >= 2.0) {
        Verdict::Lapse
    } else if usual > 5.0 {
        Verdict::StableLate
    } else {
        Verdict::StableOnTime
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn agrees_with_the_formula(late in prop::collection::vec(-10i64..40, 0..40), shift in -20i64..30, from in 0usize..40) {
        let late: Vec<i64> = late.iter().enumerate()
            .map(|(at, days)| days + if at >= from { shift } else { 0 }).collect();
        // Where the formula itself is undecided within rounding, either answer stands.
        if oracle(&late, 4.999_99) == oracle(&late, 5.000_01) {
            prop_assert_eq!(judged(&late).verdict, oracle(&late, 5.0));
        }
    }

    #[test]
    fn one_or_two_bad_invoices_never_make_a_trend(
        late in prop::collection::vec(0i64..3, 12..24), bad in prop::collection::vec(0usize..24, 0..=2), how in 10i64..400,
    ) {
        let mut late = late;
        let count = late.len();
        for at in bad {
            late[at % count] += how;
        }
        prop_assert_ne!(judged(&late).verdict, Verdict::TrendWorsening);
    }

    #[test]
    fn a_trend_begins_within_the_series(late in prop::collection::vec(-400i64..400, 6..40)) {
        let found = judged(&late);
        let trend = matches!(found.verdict, Verdict::TrendWorsening | Verdict::TrendImproving);
        prop_assert_eq!(found.since.is_some(), trend);
        if let Some((place, _)) = found.since {
            prop_assert!((1..=late.len().min(24)).contains(&place));
        }
    }
}
