//! The strategies that come with the program (domain reference F2), as the texts people may copy
//! and change.

/// A strategy that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its code: `S1` to `S5`.
    pub id: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// All of them, in order.
pub const SHIPPED: [Shipped; 5] = [
    Shipped { id: "S1", text: include_str!("../../strategies/s1.toml") },
    Shipped { id: "S2", text: include_str!("../../strategies/s2.toml") },
    Shipped { id: "S3", text: include_str!("../../strategies/s3.toml") },
    Shipped { id: "S4", text: include_str!("../../strategies/s4.toml") },
    Shipped { id: "S5", text: include_str!("../../strategies/s5.toml") },
];
