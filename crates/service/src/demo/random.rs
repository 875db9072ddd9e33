//! The demo's own dice: splitmix64, seeded by the caller, so that the same seed always tells the
//! same company. Knows nothing of what is drawn.

/// A stream of reproducible draws.
///
/// Splitmix64 after Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
pub(super) struct Draw {
    state: u64,
}

impl Draw {
    /// A stream of its own for every (seed, name) pair: adding a customer does not change the
    /// others.
    pub(super) fn new(seed: u64, stream: &str) -> Draw {
        // FNV-1a over the name.
        let named = stream.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        let mut draw = Draw { state: named ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) };
        draw.next();
        draw
    }

    /// Sixty-four fresh bits.
    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A whole number from 0 to `limit - 1`; 0 when `limit` is 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// A whole number from `low` to `high`, both included; `low` when they are the wrong way round.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as u64) as i64
    }

    /// A whole number of days from `low` to `high`, both included.
    pub(super) fn days(&mut self, low: i32, high: i32) -> i32 {
        self.between(low.into(), high.into()) as i32
    }

    /// True `per_mille` times in a thousand.
    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of the choices, which must not be empty.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }

    /// An index drawn in proportion to the weights.
    pub(super) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }

    /// A value of the distribution whose evenly spaced quantiles are `table` (two at least), with
    /// straight lines between them.
    pub(super) fn quantile(&mut self, table: &[i64]) -> i64 {
        let position = self.below((table.len() as u64 - 1) << 16);
        let (index, part) = ((position >> 16) as usize, (position & 0xFFFF) as i64);
        table[index] + (((table[index + 1] - table[index]) * part) >> 16)
    }
}
