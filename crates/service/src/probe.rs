//! The points between the steps of planning, releasing, sending and recording, where the simulator
//! lets another program act, or this one end. Decides nothing: in a released program passing a
//! point does nothing at all.

use crate::App;
use puntual_core::id::MessageId;

/// A point the work passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Point {
    /// A page of the day is about to be planned; no transaction is open.
    PageBegins,
    /// A page is planned and written, and not committed.
    PageWritten,
    /// A message is about to be released; no transaction is open.
    MessageDue(MessageId),
    /// A release is decided and written, and not committed.
    ReleaseWritten(MessageId),
    /// A message is released and about to be sent; no transaction is open.
    MessageReleased(MessageId),
    /// A message was handed over and its fate is not recorded; no transaction is open.
    MessageSent(MessageId),
    /// Its fate is written and not committed.
    FateWritten(MessageId),
    /// Its fate is recorded; no transaction is open.
    FateRecorded(MessageId),
}

/// What happens when a point is passed.
#[cfg(feature = "testing")]
pub type Probe = Box<dyn Fn(Point) + Send + Sync>;

impl App {
    /// Says that the work has come to a point.
    #[cfg(feature = "testing")]
    pub(crate) fn pass(&self, point: Point) {
        if let Some(probe) = &self.probe {
            probe(point);
        }
    }

    /// Says that the work has come to a point: nothing happens.
    #[cfg(not(feature = "testing"))]
    pub(crate) fn pass(&self, _point: Point) {}
}
