//! Pages of lists: which part is wanted, and what a page carries beside its rows.

/// Rows on a page where nobody asked for another number.
pub const USUAL_SIZE: usize = 50;

/// Most rows of a page; an export asks for them all, page by page.
pub const LARGEST_SIZE: usize = 100_000;

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: usize,
    /// Rows on it.
    pub size: usize,
}

impl Default for Page {
    fn default() -> Page {
        Page { number: 1, size: USUAL_SIZE }
    }
}

impl Page {
    /// The positions of the page's rows in a list of `count`; empty beyond its end.
    pub fn range(self, count: usize) -> std::ops::Range<usize> {
        let size = self.size.clamp(1, LARGEST_SIZE);
        let from = self.number.max(1).saturating_sub(1).saturating_mul(size).min(count);
        from..from.saturating_add(size).min(count)
    }
}

/// Which way a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Direction {
    /// Smallest, earliest, A first.
    #[default]
    Up,
    /// Largest, latest, Z first.
    Down,
}

impl Direction {
    /// An ordering turned this way.
    pub fn of(self, ordering: std::cmp::Ordering) -> std::cmp::Ordering {
        match self {
            Direction::Up => ordering,
            Direction::Down => ordering.reverse(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_a_list_and_end_with_it() {
        let page = |number| Page { number, size: 20 };
        assert_eq!(page(1).range(45), 0..20);
        assert_eq!(page(3).range(45), 40..45);
        assert_eq!(page(4).range(45), 45..45);
        assert_eq!(page(0).range(45), 0..20);
        assert_eq!(page(usize::MAX).range(45), 45..45);
    }
}
