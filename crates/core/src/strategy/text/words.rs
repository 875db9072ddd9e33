//! The Spanish words of the text form, each with the value it stands for.

use crate::behaviour::Verdict;
use crate::hours::{Channel, Person};
use crate::strategy::branch::{Reach, Trigger};
use crate::strategy::condition::Acceptance;
use crate::strategy::guard::Purpose;
use crate::strategy::{Anchor, Tone};

/// Words and what they stand for.
pub type Words<T> = &'static [(&'static str, T)];

/// `ancla`.
pub const ANCHORS: Words<Anchor> = &[
    ("vencimiento", Anchor::Due),
    ("emision", Anchor::Issue),
    ("cuota", Anchor::Instalment),
    ("promesa", Anchor::Promise),
    ("evento", Anchor::Event),
];

/// `canal` and `alternativa`.
pub const CHANNELS: Words<Channel> = &[
    ("correo", Channel::Email),
    ("sms", Channel::Sms),
    ("whatsapp", Channel::Whatsapp),
    ("carta", Channel::Letter),
    ("llamada", Channel::Call),
    ("visita", Channel::Visit),
    ("escalar", Channel::Escalate),
    ("legal", Channel::Legal),
    ("agencia", Channel::Agency),
    ("tarea", Channel::Task),
];

/// `tono`.
pub const TONES: Words<Tone> = &[
    ("cordial", Tone::Cordial),
    ("neutro", Tone::Neutral),
    ("firme", Tone::Firm),
    ("formal", Tone::FormalLegal),
];

/// `proposito`.
pub const PURPOSES: Words<Purpose> = &[
    ("preventivo", Purpose::Preventive),
    ("cobranza", Purpose::Collection),
    ("servicio", Purpose::Service),
];

/// `si`.
pub const TRIGGERS: Words<Trigger> = &[
    ("promesa", Trigger::PromiseMade),
    ("promesa_rota", Trigger::PromiseBroken),
    ("disputa", Trigger::DisputeOpened),
    ("disputa_resuelta", Trigger::DisputeClosed),
    ("rebote", Trigger::MessageBounced),
    ("pago_devuelto", Trigger::PaymentReturned),
    ("respuesta", Trigger::Replied),
    ("entregada", Trigger::Delivered),
    ("aceptada", Trigger::Accepted),
    ("rechazada", Trigger::Rejected),
];

/// What `entonces` may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThenWord {
    /// The ladder goes on.
    GoOn,
    /// It waits.
    Wait,
    /// It goes up to a stage.
    Raise,
    /// What is disputed stops.
    Stop,
}

/// `entonces`.
pub const THENS: Words<ThenWord> = &[
    ("seguir", ThenWord::GoOn),
    ("esperar", ThenWord::Wait),
    ("subir", ThenWord::Raise),
    ("detener", ThenWord::Stop),
];

/// `alcance`.
pub const REACHES: Words<Reach> =
    &[("parte", Reach::Part), ("documento", Reach::Document), ("cliente", Reach::Customer)];

/// `persona`.
pub const PERSONS: Words<Person> = &[
    ("consumidor", Person::Consumer),
    ("autonomo", Person::SoleTrader),
    ("pyme", Person::MicroSmallCompany),
    ("empresa", Person::Company),
    ("sector_publico", Person::PublicBody),
];

/// `historial`.
pub const HISTORIES: Words<Verdict> = &[
    ("sin_historial", Verdict::InsufficientHistory),
    ("puntual", Verdict::StableOnTime),
    ("siempre_tarde", Verdict::StableLate),
    ("lapsus", Verdict::Lapse),
    ("empeora", Verdict::TrendWorsening),
    ("mejora", Verdict::TrendImproving),
];

/// `aceptacion`.
pub const ACCEPTANCES: Words<Acceptance> = &[
    ("sin_dato", Acceptance::Unknown),
    ("entregada", Acceptance::Delivered),
    ("aceptada", Acceptance::Accepted),
    ("rechazada", Acceptance::Rejected),
];

/// The value of a word.
pub fn value_of<T: Copy>(words: Words<T>, word: &str) -> Option<T> {
    words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

/// The word of a value.
pub fn word_of<T: PartialEq>(words: Words<T>, value: &T) -> &'static str {
    words.iter().find(|(_, known)| known == value).map_or("", |(word, _)| *word)
}
