//! Ways a message leaves for a person, each telling what became of it.
//!
//! A channel sends one message and says what happened; it decides nothing about whom to write to
//! or when to try again, and it knows nothing of the outbox.

pub mod email;

pub(crate) use email::is_this_machine;
pub use email::{Attachment, EmailChannel, EmailSettings, Envelope, Security};

/// What became of a message handed to a channel.
///
/// The outbox may try again after a temporary failure, because the message certainly did not
/// leave. After [`Delivery::Unknown`] it may have left: only a person may decide to send it again
/// (ARCHITECTURE.md: a person is never dunned twice by accident).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The other side has taken responsibility for the message.
    Sent {
        /// Its words, kept as evidence.
        response: String,
    },
    /// The message did not leave, and trying later may help.
    TemporaryFailure {
        /// The reply code, when there was a reply.
        code: Option<u16>,
        /// What happened, for a person to read.
        text: String,
    },
    /// The message did not leave, and trying again will not help.
    PermanentFailure {
        /// The reply code, when there was a reply.
        code: Option<u16>,
        /// What happened, for a person to read.
        text: String,
    },
    /// The message was handed over and no answer came: it may or may not have left.
    Unknown {
        /// What happened, for a person to read.
        why: String,
    },
}
