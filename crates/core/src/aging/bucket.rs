//! Bucket sets as values: contiguous ranges of days that every number of days falls into once.

use crate::date::Day;

/// Most buckets a set may have.
pub const MAX_BUCKETS: usize = 16;

/// The date an amount's days are counted from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basis {
    /// Days past due: as-of day less due date; zero or less is not overdue.
    Due,
    /// Age: as-of day less day of issue.
    Issue,
}

/// The bounds do not make buckets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bucket bounds must be days in ascending order, from 1, at most {max} buckets in all", max = MAX_BUCKETS)]
pub struct BadBuckets;

/// A set of buckets: bucket `i` holds the days above the bound before it up to its own bound, and
/// the last holds the rest. Contiguous by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketSet {
    basis: Basis,
    /// Upper bounds, ascending; one fewer than buckets.
    bounds: Vec<i32>,
    labels: Vec<String>,
}

impl Default for BucketSet {
    /// By due date: `current`, `1-30`, `31-60`, `61-90`, `91-120`, `121+`.
    fn default() -> BucketSet {
        BucketSet::from_bounds(Basis::Due, &[], &[30, 60, 90, 120])
    }
}

impl BucketSet {
    /// By due date: `current` and then ranges up to each bound and beyond the last.
    ///
    /// # Errors
    /// When the bounds are not positive and ascending, or too many.
    pub fn by_due(bounds: &[i32]) -> Result<BucketSet, BadBuckets> {
        checked(bounds, 1)?;
        Ok(BucketSet::from_bounds(Basis::Due, &[], bounds))
    }

    /// By issue date: `0-30`, `31-60`, …; no `current`.
    ///
    /// # Errors
    /// As [`BucketSet::by_due`].
    pub fn by_issue(bounds: &[i32]) -> Result<BucketSet, BadBuckets> {
        checked(bounds, 0)?;
        let mut labels = vec![format!("0-{}", bounds[0])];
        labels.extend(range_labels(bounds));
        Ok(BucketSet { basis: Basis::Issue, bounds: bounds.to_vec(), labels })
    }

    /// By due date with what is not overdue split by days to due, as the preventive stage needs
    /// it: `to_due` of 7, 15, 30 gives `due in 31+`, `due in 16-30`, `due in 8-15`, `due in 0-7`
    /// and then the overdue ranges.
    ///
    /// # Errors
    /// As [`BucketSet::by_due`], for either list.
    pub fn with_days_to_due(to_due: &[i32], bounds: &[i32]) -> Result<BucketSet, BadBuckets> {
        checked(bounds, 1)?;
        checked(to_due, bounds.len())?;
        Ok(BucketSet::from_bounds(Basis::Due, to_due, bounds))
    }

    fn from_bounds(basis: Basis, to_due: &[i32], overdue: &[i32]) -> BucketSet {
        let mut bounds: Vec<i32> = to_due.iter().rev().map(|days| -days - 1).collect();
        let mut labels: Vec<String> = Vec::new();
        match (to_due.first(), to_due.last()) {
            (Some(first), Some(last)) => {
                labels.push(format!("due in {}+", last + 1));
                let between = to_due.windows(2).rev();
                labels.extend(between.map(|pair| format!("due in {}-{}", pair[0] + 1, pair[1])));
                labels.push(format!("due in 0-{first}"));
            }
            _ => labels.push("current".to_owned()),
        }
        bounds.push(0);
        bounds.extend(overdue);
        labels.extend(overdue.first().map(|first| format!("1-{first}")));
        labels.extend(range_labels(overdue));
        BucketSet { basis, bounds, labels }
    }

    /// The date days are counted from.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The date days are counted from, of the two dates of a receivable.
    #[inline]
    pub fn counted_from(&self, issued: Day, due: Day) -> Day {
        match self.basis {
            Basis::Due => due,
            Basis::Issue => issued,
        }
    }

    /// Machine names in order, as in reports.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The highest number of days of each bucket but the last, ascending.
    pub fn bounds(&self) -> &[i32] {
        &self.bounds
    }

    /// How many buckets.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Never: there are always at least two buckets.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The bucket of a number of days past due (or of age).
    #[inline]
    pub fn bucket_of(&self, days: i32) -> usize {
        self.bounds.iter().map(|bound| usize::from(days > *bound)).sum()
    }

    /// Whether the bucket holds overdue amounts only; by issue date none does.
    pub fn is_overdue(&self, bucket: usize) -> bool {
        self.basis == Basis::Due && bucket > 0 && self.bounds[bucket - 1] >= 0
    }
}

/// Labels of the buckets above the first bound.
fn range_labels(bounds: &[i32]) -> impl Iterator<Item = String> {
    let between = bounds.windows(2).map(|pair| format!("{}-{}", pair[0] + 1, pair[1]));
    between.chain(bounds.last().map(|last| format!("{}+", last + 1)))
}

fn checked(bounds: &[i32], others: usize) -> Result<(), BadBuckets> {
    let ascending = bounds.windows(2).all(|pair| pair[0] < pair[1]);
    let in_range = |bound: &i32| (1..=36_500).contains(bound);
    let fits = !bounds.is_empty() && bounds.len() + others < MAX_BUCKETS;
    if ascending && fits && bounds.iter().all(in_range) { Ok(()) } else { Err(BadBuckets) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_those_published() {
        // Domain reference A1b, column "ours".
        let set = BucketSet::default();
        for (days, label) in [
            (-5, "current"),
            (0, "current"),
            (1, "1-30"),
            (30, "1-30"),
            (31, "31-60"),
            (61, "61-90"),
            (92, "91-120"),
            (123, "121+"),
        ] {
            assert_eq!(set.labels()[set.bucket_of(days)], label, "{days}");
        }
    }

    #[test]
    fn other_sets_are_contiguous_too() {
        let issue = BucketSet::by_issue(&[30, 60]).unwrap();
        assert_eq!(issue.labels(), ["0-30", "31-60", "61+"]);
        assert_eq!([0, 30, 31, 61].map(|age| issue.bucket_of(age)), [0, 0, 1, 2]);
        let early = BucketSet::with_days_to_due(&[7, 15, 30], &[30]).unwrap();
        let labels = ["due in 31+", "due in 16-30", "due in 8-15", "due in 0-7", "1-30", "31+"];
        assert_eq!(early.labels(), labels);
        let days = [-31, -30, -16, -15, -8, -7, 0, 1, 30, 31];
        assert_eq!(days.map(|n| early.bucket_of(n)), [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
        assert!(!early.is_overdue(3) && early.is_overdue(4));
    }

    #[test]
    fn bounds_that_are_no_buckets_are_refused() {
        let many: Vec<i32> = (1..=15).collect();
        for bounds in [&[][..], &[0][..], &[-5, 3][..], &[30, 30][..], &[60, 30][..], &many] {
            assert_eq!(BucketSet::by_due(bounds), Err(BadBuckets), "{bounds:?}");
        }
        assert!(BucketSet::by_issue(&many[..15]).is_ok());
    }
}
