//! What is wrong with a text: the line, the key, what was met and what to write instead.

use std::fmt;

/// Something that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, counted from 1.
    pub line: usize,
    /// The key concerned; empty when the text as a whole.
    pub key: String,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// It is not TOML.
    Syntax {
        /// What the reader of TOML says.
        what: String,
    },
    /// The text is longer than is read.
    TooLong {
        /// Bytes allowed.
        most: usize,
    },
    /// The key is needed.
    Missing,
    /// There is no such key here.
    UnknownKey {
        /// The keys there are.
        allowed: &'static [&'static str],
    },
    /// The value is of another kind.
    WrongKind,
    /// The word stands for nothing here.
    UnknownWord {
        /// What was met.
        met: String,
        /// The words there are.
        allowed: Vec<String>,
    },
    /// Not an amount of that currency.
    BadAmount {
        /// What was met.
        met: String,
        /// Its currency.
        currency: String,
    },
    /// Not a currency code.
    BadCurrency {
        /// What was met.
        met: String,
    },
    /// It stands there already.
    Repeated {
        /// What was met.
        met: String,
        /// The line of the first.
        first_line: usize,
    },
    /// The number is beyond what is allowed.
    OutOfRange {
        /// What was met.
        met: String,
        /// The least.
        least: i32,
        /// The most.
        most: i32,
    },
    /// It does not go with what happens (`si`).
    NotTogether {
        /// What was met.
        met: String,
        /// What happens.
        trigger: &'static str,
        /// What would go with it.
        allowed: Vec<String>,
    },
}

impl ProblemKind {
    /// Stable code, `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            ProblemKind::Syntax { .. } => "syntax",
            ProblemKind::TooLong { .. } => "too_long",
            ProblemKind::Missing => "missing",
            ProblemKind::UnknownKey { .. } => "unknown_key",
            ProblemKind::WrongKind => "wrong_kind",
            ProblemKind::UnknownWord { .. } => "unknown_word",
            ProblemKind::BadAmount { .. } => "bad_amount",
            ProblemKind::BadCurrency { .. } => "bad_currency",
            ProblemKind::Repeated { .. } => "repeated",
            ProblemKind::OutOfRange { .. } => "out_of_range",
            ProblemKind::NotTogether { .. } => "not_together",
        }
    }
}

impl Problem {
    /// The fields a sentence in any language is made from.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields =
            vec![("key", self.key.clone()), ("example", example(&self.key).to_owned())];
        match &self.kind {
            ProblemKind::Missing | ProblemKind::WrongKind => {}
            ProblemKind::Syntax { what } => fields.push(("met", what.clone())),
            ProblemKind::TooLong { most } => fields.push(("most", most.to_string())),
            ProblemKind::UnknownKey { allowed } => fields.push(("allowed", allowed.join(", "))),
            ProblemKind::UnknownWord { met, allowed } => {
                fields.extend([("met", met.clone()), ("allowed", allowed.join(", "))]);
            }
            ProblemKind::BadAmount { met, currency } => {
                fields.extend([("met", met.clone()), ("currency", currency.clone())]);
            }
            ProblemKind::BadCurrency { met } => fields.push(("met", met.clone())),
            ProblemKind::Repeated { met, first_line } => {
                fields.extend([("met", met.clone()), ("first_line", first_line.to_string())]);
            }
            ProblemKind::OutOfRange { met, least, most } => fields.extend([
                ("met", met.clone()),
                ("least", least.to_string()),
                ("most", most.to_string()),
            ]),
            ProblemKind::NotTogether { met, trigger, allowed } => fields.extend([
                ("met", met.clone()),
                ("trigger", (*trigger).to_owned()),
                ("allowed", allowed.join(", ")),
            ]),
        }
        fields
    }

    /// What is wrong and what to write, in Spanish.
    pub fn in_spanish(&self) -> String {
        let (key, example) = (&self.key, example(&self.key));
        match &self.kind {
            ProblemKind::Syntax { what } => format!("no es TOML: {what}"),
            ProblemKind::TooLong { most } => format!("el texto pasa de {most} bytes"),
            ProblemKind::Missing => format!("falta «{key}»; escriba, por ejemplo, {example}"),
            ProblemKind::UnknownKey { allowed } => {
                format!("aquí no hay clave «{key}»; las que hay: {}", allowed.join(", "))
            }
            ProblemKind::WrongKind => {
                format!("«{key}» no lleva un valor así; escriba, por ejemplo, {example}")
            }
            ProblemKind::UnknownWord { met, allowed } => {
                format!("«{key}» no puede ser «{met}»; puede ser: {}", allowed.join(", "))
            }
            ProblemKind::BadAmount { met, currency } => {
                format!("«{met}» no es un importe en {currency}; escriba, por ejemplo, {example}")
            }
            ProblemKind::BadCurrency { met } => {
                format!("«{met}» no es una moneda; escriba su código de tres letras: CLP, MXN, EUR")
            }
            ProblemKind::Repeated { met, first_line } => {
                format!("«{key}» «{met}» ya está en la línea {first_line}; déle otro nombre")
            }
            ProblemKind::OutOfRange { met, least, most } => {
                format!("«{key}» es {met} y debe estar entre {least} y {most}")
            }
            ProblemKind::NotTogether { met, trigger, allowed } => {
                let allowed = allowed.join(", ");
                format!("«{met}» no va con «si = {trigger}»; puede ser: {allowed}")
            }
        }
    }

    /// The same in English.
    pub fn in_english(&self) -> String {
        let (key, example) = (&self.key, example(&self.key));
        match &self.kind {
            ProblemKind::Syntax { what } => format!("not TOML: {what}"),
            ProblemKind::TooLong { most } => format!("the text is longer than {most} bytes"),
            ProblemKind::Missing => format!("{key:?} is missing; write, for example, {example}"),
            ProblemKind::UnknownKey { allowed } => {
                format!("no key {key:?} here; there are: {}", allowed.join(", "))
            }
            ProblemKind::WrongKind => {
                format!("{key:?} takes another kind of value; write, for example, {example}")
            }
            ProblemKind::UnknownWord { met, allowed } => {
                format!("{key:?} cannot be {met:?}; it can be: {}", allowed.join(", "))
            }
            ProblemKind::BadAmount { met, currency } => {
                format!("{met:?} is not an amount in {currency}; write, for example, {example}")
            }
            ProblemKind::BadCurrency { met } => {
                format!("{met:?} is not a currency; write its code of three letters: CLP, MXN, EUR")
            }
            ProblemKind::Repeated { met, first_line } => {
                format!("{key:?} {met:?} stands on line {first_line} already; name it otherwise")
            }
            ProblemKind::OutOfRange { met, least, most } => {
                format!("{key:?} is {met} and must be between {least} and {most}")
            }
            ProblemKind::NotTogether { met, trigger, allowed } => {
                let allowed = allowed.join(", ");
                format!("{met:?} does not go with si = {trigger:?}; it can be: {allowed}")
            }
        }
    }
}

impl fmt::Display for Problem {
    /// In both languages, as the command line says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        write!(f, "línea {line}: {} (line {line}: {})", self.in_spanish(), self.in_english())
    }
}

/// How a key is written rightly.
fn example(key: &str) -> &'static str {
    match key {
        "codigo" => "codigo = \"S2\"",
        "nombre" => "nombre = \"Estándar\"",
        "clave" => "clave = \"recordatorio\"",
        "segmento" => "segmento = \"VIP\"",
        "dias" | "dias_habiles" => "dias = 3 (después) o dias = -7 (antes)",
        "version" => "version = 1",
        "canal" => "canal = \"correo\"",
        "alternativa" => "alternativa = \"whatsapp\"",
        "tono" => "tono = \"cordial\"",
        "plantilla" => "plantilla = \"reminder\"",
        "proposito" => "proposito = \"cobranza\"",
        "ancla" => "ancla = \"vencimiento\"",
        "responsable" => "responsable = \"supervisor\"",
        "requiere_aprobacion" => "requiere_aprobacion = true",
        "descuenta_saldo_a_favor" => "descuenta_saldo_a_favor = true",
        "respeta_politicas" => "respeta_politicas = true",
        "gracia_promesa" => "gracia_promesa = { dias_habiles = 2 }",
        "etapas" => "[[etapas]]",
        "pasos" => "[[etapas.pasos]]",
        "ramas" => "[[ramas]]",
        "segmentos" => "[[segmentos]]",
        "condiciones" => "condiciones = { mora_desde = 10 }",
        "si" => "si = \"promesa_rota\"",
        "entonces" => "entonces = \"subir\"",
        "etapa" => "etapa = \"firme\"",
        "alcance" => "alcance = \"documento\"",
        "minimos" | "monto_desde" | "monto_hasta" | "deuda_desde" | "deuda_hasta" => {
            "{ CLP = \"3000\", EUR = \"5.00\" }"
        }
        "persona" => "persona = [\"empresa\"]",
        "pais" => "pais = [\"CL\"]",
        "historial" => "historial = [\"empeora\"]",
        "aceptacion" => "aceptacion = [\"aceptada\"]",
        "mora_desde" | "mora_hasta" | "antiguedad_desde" | "antiguedad_hasta"
        | "cliente_desde_dias" | "cliente_hasta_dias" => "mora_desde = 10",
        _ => "codigo = \"S2\"",
    }
}
