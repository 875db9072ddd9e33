//! The customers with a story: who they are and, in one Spanish line each, what is to be seen in
//! them. The manual, the tests and the screens point at this list; `scripts.rs` makes it true.

use super::Country;

/// What a customer is in the demo to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoryKind {
    /// Always on time, one invoice slipped: a lapse.
    LoyalLapse,
    /// Pays later and later since some months: a worsening trend.
    Worsening,
    /// Used to pay a month late, now on time: an improving trend.
    Improving,
    /// Disputes invoices.
    Disputer,
    /// Large and slow: always about 75 days after issue.
    BigSlow,
    /// Public body: late, but always pays.
    PublicBody,
    /// Broke two promises.
    BrokenPromises,
    /// New, and already over its credit limit.
    OverLimit,
    /// Its cheque came back.
    BouncedCheque,
    /// No e-mail, no telephone, nobody to ask for.
    Silent,
    /// An unapplied advance covers all it owes: must not be reminded.
    CoveredByAdvance,
    /// Everything it owes falls due within the week: preventive reminder today.
    DueThisWeek,
    /// One invoice, due today.
    DueToday,
    /// One invoice, three days overdue.
    ThreeDaysOverdue,
    /// Invoiced in two currencies.
    TwoCurrencies,
    /// One large invoice in four instalments.
    Instalments,
    /// Collection on hold by agreement.
    OnHold,
    /// Debt given up, and an old rest.
    WrittenOff,
}

impl StoryKind {
    /// Short title, in Spanish.
    pub fn title(self) -> &'static str {
        match self {
            StoryKind::LoyalLapse => "El leal que resbala una vez",
            StoryKind::Worsening => "El que empeora",
            StoryKind::Improving => "El que mejora",
            StoryKind::Disputer => "El que disputa",
            StoryKind::BigSlow => "El grande y lento",
            StoryKind::PublicBody => "El organismo público",
            StoryKind::BrokenPromises => "El que no cumple sus promesas",
            StoryKind::OverLimit => "El nuevo que excede su límite",
            StoryKind::BouncedCheque => "El del cheque devuelto",
            StoryKind::Silent => "El ilocalizable",
            StoryKind::CoveredByAdvance => "El cubierto por su anticipo",
            StoryKind::DueThisWeek => "El que vence esta semana",
            StoryKind::DueToday => "El que vence hoy",
            StoryKind::ThreeDaysOverdue => "El que venció hace tres días",
            StoryKind::TwoCurrencies => "El de dos monedas",
            StoryKind::Instalments => "El que paga en cuotas",
            StoryKind::OnHold => "El que está en pausa",
            StoryKind::WrittenOff => "El castigado",
        }
    }

    /// What is to be seen, in one Spanish line.
    pub fn explanation(self) -> &'static str {
        match self {
            StoryKind::LoyalLapse => {
                "Casi dos años pagando a tiempo y una sola factura vencida hace 24 días: es un \
                lapsus, no una tendencia."
            }
            StoryKind::Worsening => {
                "Pagaba a tiempo; desde hace unos cuatro meses cada factura se paga más tarde \
                que la anterior."
            }
            StoryKind::Improving => {
                "Pagaba con un mes de atraso y en los últimos meses volvió a pagar a tiempo."
            }
            StoryKind::Disputer => {
                "Tiene dos facturas vencidas en disputa; lo no disputado lo paga con normalidad."
            }
            StoryKind::BigSlow => {
                "Gran cadena: sus facturas son de las más grandes y siempre las paga unos 75 \
                días después de la emisión, con plazo de 30."
            }
            StoryKind::PublicBody => {
                "Paga siempre, unos cuarenta días tarde y en sus fechas de pago: el atraso es \
                trámite, no riesgo."
            }
            StoryKind::BrokenPromises => {
                "Prometió dos veces y no cumplió ninguna; las facturas siguen abiertas."
            }
            StoryKind::OverLimit => {
                "Cliente de menos de tres meses: ya debe más que su límite de crédito y parte \
                está vencida."
            }
            StoryKind::BouncedCheque => {
                "Pagó con un cheque que el banco devolvió hace unos días: las facturas volvieron \
                a quedar abiertas."
            }
            StoryKind::Silent => {
                "Debe dos facturas vencidas y no hay correo, teléfono ni persona a quien contactar."
            }
            StoryKind::CoveredByAdvance => {
                "Debe facturas vencidas, pero tiene un anticipo sin aplicar que las cubre: no se \
                le debe cobrar."
            }
            StoryKind::DueThisWeek => {
                "Todo lo que debe vence en los próximos siete días: corresponde el recordatorio \
                preventivo."
            }
            StoryKind::DueToday => "Debe una sola factura y vence hoy.",
            StoryKind::ThreeDaysOverdue => "Debe una sola factura, vencida hace tres días.",
            StoryKind::TwoCurrencies => {
                "Se le factura en moneda local y en dólares: dos saldos que nunca se suman."
            }
            StoryKind::Instalments => {
                "Compra grande en cuatro cuotas: dos pagadas, una vencida hace cinco días y una \
                por vencer."
            }
            StoryKind::OnHold => {
                "Tiene deuda vencida, pero su gestión está en pausa por acuerdo comercial."
            }
            StoryKind::WrittenOff => {
                "Dejó de pagar hace un año: parte de la deuda se castigó y queda una factura muy \
                antigua."
            }
        }
    }

    /// Days of credit its customer has.
    pub(super) fn terms_days(self) -> i32 {
        match self {
            StoryKind::OverLimit => 15,
            _ => 30,
        }
    }

    /// How large its invoices are, times the usual.
    pub(super) fn size(self) -> i64 {
        match self {
            StoryKind::BigSlow => 9,
            StoryKind::Instalments => 8,
            StoryKind::PublicBody | StoryKind::CoveredByAdvance | StoryKind::OverLimit => 2,
            _ => 1,
        }
    }
}

/// A story and the customer that plays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Story {
    /// What it shows.
    pub kind: StoryKind,
    /// Of which creditor.
    pub country: Country,
    /// The customer's code there.
    pub customer_code: &'static str,
    /// The customer's name.
    pub customer: &'static str,
    /// Its segment.
    pub(super) segment: &'static str,
}

impl Story {
    /// Short title, in Spanish.
    pub fn title(&self) -> &'static str {
        self.kind.title()
    }

    /// What is to be seen, in one Spanish line.
    pub fn explanation(&self) -> &'static str {
        self.kind.explanation()
    }
}

const fn of(
    country: Country,
    kind: StoryKind,
    customer_code: &'static str,
    segment: &'static str,
    customer: &'static str,
) -> Story {
    Story { kind, country, customer_code, customer, segment }
}

const CL: Country = Country::Chile;
const MX: Country = Country::Mexico;
const ES: Country = Country::Spain;

const STORIES: &[Story] = &[
    of(CL, StoryKind::LoyalLapse, "CL-1001", "Retail", "Ferretería Doña Constancia Ltda."),
    of(CL, StoryKind::Worsening, "CL-1002", "Construcción", "Constructora Pendiente Suave SpA"),
    of(CL, StoryKind::Improving, "CL-1003", "Transporte", "Transportes Buen Rumbo Ltda."),
    of(CL, StoryKind::Disputer, "CL-1004", "Alimentos", "Alimentos Punto y Coma S.A."),
    of(CL, StoryKind::BigSlow, "CL-1005", "Retail", "Multitiendas El Gigante Tranquilo S.A."),
    of(CL, StoryKind::PublicBody, "CL-1006", "Sector público", "Municipalidad de Villa Paciencia"),
    of(CL, StoryKind::BrokenPromises, "CL-1007", "Construcción", "Áridos Palabra de Honor EIRL"),
    of(CL, StoryKind::OverLimit, "CL-1008", "Tecnología", "Sistemas Cohete Veloz SpA"),
    of(CL, StoryKind::BouncedCheque, "CL-1009", "Retail", "Bazar La Pelota Saltarina Ltda."),
    of(CL, StoryKind::Silent, "CL-1010", "Servicios", "Asesorías El Eco Perdido SpA"),
    of(CL, StoryKind::CoveredByAdvance, "CL-1011", "Minería", "Minera Bolsillo Lleno S.A."),
    of(CL, StoryKind::DueThisWeek, "CL-1012", "Salud", "Clínica Los Siete Días SpA"),
    of(CL, StoryKind::DueToday, "CL-1013", "Alimentos", "Panificadora Pan de Hoy Ltda."),
    of(CL, StoryKind::ThreeDaysOverdue, "CL-1014", "Retail", "Almacenes Tercer Día Ltda."),
    of(CL, StoryKind::TwoCurrencies, "CL-1015", "Agroindustria", "Frutícola Dos Orillas S.A."),
    of(CL, StoryKind::Instalments, "CL-1016", "Salud", "Laboratorio Paso a Paso SpA"),
    of(CL, StoryKind::OnHold, "CL-1017", "Agroindustria", "Viña La Pausa Larga S.A."),
    of(CL, StoryKind::WrittenOff, "CL-1018", "Construcción", "Montajes Último Capítulo EIRL"),
    of(MX, StoryKind::LoyalLapse, "MX-1001", "Retail", "Abarrotes La Puntual S.A. de C.V."),
    of(MX, StoryKind::Worsening, "MX-1002", "Industria", "Aceros Cuesta Abajo S.A. de C.V."),
    of(MX, StoryKind::Disputer, "MX-1003", "Hotelería", "Hoteles Otra Versión S.A. de C.V."),
    of(MX, StoryKind::BigSlow, "MX-1004", "Retail", "Tiendas El Mastodonte S.A. de C.V."),
    of(MX, StoryKind::PublicBody, "MX-1005", "Sector público", "Municipio de Villa Trámite"),
    of(
        MX,
        StoryKind::BrokenPromises,
        "MX-1006",
        "Transporte",
        "Fletes Mañana Sin Falta S.A. de C.V.",
    ),
    of(
        MX,
        StoryKind::CoveredByAdvance,
        "MX-1007",
        "Industria",
        "Plásticos Saldo a Favor S.A. de C.V.",
    ),
    of(MX, StoryKind::DueThisWeek, "MX-1008", "Salud", "Farmacias Cita Semanal S.A. de C.V."),
    of(MX, StoryKind::DueToday, "MX-1009", "Alimentos", "Tortillerías El Mero Día S.A. de C.V."),
    of(MX, StoryKind::ThreeDaysOverdue, "MX-1010", "Retail", "Bodegas Antier S. de R.L. de C.V."),
    of(MX, StoryKind::TwoCurrencies, "MX-1011", "Industria", "Maquilas Dos Riberas S.A. de C.V."),
    of(MX, StoryKind::OverLimit, "MX-1012", "Tecnología", "Soluciones Despegue S.A.P.I. de C.V."),
    of(ES, StoryKind::LoyalLapse, "ES-1001", "Retail", "Ferretería Hermanas Formales, S.L."),
    of(ES, StoryKind::Worsening, "ES-1002", "Construcción", "Reformas Cuesta Arriba, S.L."),
    of(ES, StoryKind::Improving, "ES-1003", "Industria", "Talleres Vuelta al Carril, S.L."),
    of(
        ES,
        StoryKind::PublicBody,
        "ES-1004",
        "Sector público",
        "Ayuntamiento de Villacalma del Río",
    ),
    of(ES, StoryKind::BigSlow, "ES-1005", "Retail", "Almacenes El Coloso Sereno, S.A."),
    of(ES, StoryKind::Silent, "ES-1006", "Hotelería", "Cafetería El Silencio, S.L."),
    of(
        ES,
        StoryKind::CoveredByAdvance,
        "ES-1007",
        "Alimentos",
        "Conservas La Despensa Llena, S.L.",
    ),
    of(ES, StoryKind::DueThisWeek, "ES-1008", "Hotelería", "Hotel Los Siete Soles, S.A."),
    of(ES, StoryKind::DueToday, "ES-1009", "Alimentos", "Panadería El Día Justo, S.L."),
    of(ES, StoryKind::ThreeDaysOverdue, "ES-1010", "Retail", "Bazar Tres Lunas, S.L."),
    of(ES, StoryKind::Instalments, "ES-1011", "Salud", "Clínica Poco a Poco, S.L."),
    of(ES, StoryKind::BrokenPromises, "ES-1012", "Transporte", "Mensajería Mañana Llega, S.L."),
];

/// Every story of the three creditors. Their customers' codes run from 1001 in each.
pub fn stories() -> &'static [Story] {
    STORIES
}
