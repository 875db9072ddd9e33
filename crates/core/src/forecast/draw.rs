//! Draws for simulation: numbers that look random and depend on nothing but their arguments.
//!
//! Counter-based: the draw of a customer in a round is computed from the seed, the customer's
//! number and the round, so that neither order nor other customers change it. The mixing is that of
//! SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The draw of a stream in a round, even over 64 bits.
pub(crate) fn draw(seed: u64, stream: u64, round: u64) -> u64 {
    mix(mix(seed.wrapping_add(GAMMA) ^ mix(stream)).wrapping_add(round.wrapping_mul(GAMMA)))
}

fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_even_and_streams_apart() {
        let counts = (0..64_000).fold([0_u32; 64], |mut counts, round| {
            counts[(draw(7, 42, round) >> 58) as usize] += 1;
            counts
        });
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
        let alike =
            (0..64_000).filter(|round| draw(7, 1, *round) >> 58 == draw(7, 2, *round) >> 58);
        assert!((850..1150).contains(&alike.count()));
    }
}
