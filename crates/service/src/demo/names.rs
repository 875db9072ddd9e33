//! The words names are made of. Every company, town and person is invented; a likeness to a real
//! one is chance.

use super::Country;

/// A line of business: the segment of the customer, how much later than usual it pays, how common
/// it is, and how its companies begin their names.
pub(super) struct Trade {
    /// The segment shown in the portfolio.
    pub(super) segment: &'static str,
    /// Days this trade pays later (or earlier) than others.
    pub(super) shift_days: i64,
    /// How common it is, in the country's portfolio.
    pub(super) weight: u64,
    /// First words of its companies.
    pub(super) openings: &'static [&'static str],
}

const fn trade(
    segment: &'static str,
    shift_days: i64,
    weight: u64,
    openings: &'static [&'static str],
) -> Trade {
    Trade { segment, shift_days, weight, openings }
}

/// The segment whose customers are public bodies.
pub(super) const PUBLIC_SECTOR: &str = "Sector público";

const CHILE: &[Trade] = &[
    trade("Retail", 2, 22, &["Comercial", "Almacenes", "Ferretería", "Multitienda", "Bazar"]),
    trade("Construcción", 6, 16, &["Constructora", "Inmobiliaria", "Áridos", "Montajes"]),
    trade("Minería", 4, 8, &["Minera", "Servicios Mineros", "Perforaciones"]),
    trade("Salud", 7, 9, &["Clínica", "Laboratorio", "Centro Médico", "Farmacias"]),
    trade("Transporte", 3, 11, &["Transportes", "Logística", "Naviera"]),
    trade("Alimentos", 0, 13, &["Alimentos", "Panificadora", "Distribuidora", "Frigorífico"]),
    trade("Agroindustria", 4, 9, &["Agrícola", "Viña", "Frutícola", "Pesquera"]),
    trade("Servicios", -1, 9, &["Asesorías", "Servicios", "Imprenta", "Hotelería"]),
    trade("Tecnología", -3, 6, &["Tecnologías", "Sistemas", "Telecomunicaciones"]),
    trade(PUBLIC_SECTOR, 16, 4, &["Municipalidad de", "Servicio de Salud de", "Liceo Técnico de"]),
];

const MEXICO: &[Trade] = &[
    trade("Retail", 1, 24, &["Comercializadora", "Abarrotes", "Ferretería", "Tiendas", "Bodegas"]),
    trade("Construcción", 7, 15, &["Constructora", "Desarrollos", "Concretos", "Edificaciones"]),
    trade("Industria", 3, 14, &["Manufacturas", "Aceros", "Plásticos", "Maquilas"]),
    trade("Salud", 6, 9, &["Hospital", "Laboratorios", "Farmacias", "Clínica"]),
    trade("Transporte", 4, 11, &["Autotransportes", "Logística", "Fletes"]),
    trade("Alimentos", 0, 14, &["Alimentos", "Tortillerías", "Lácteos", "Empacadora"]),
    trade("Hotelería", 2, 8, &["Hoteles", "Restaurantes", "Banquetes"]),
    trade("Tecnología", -2, 6, &["Tecnologías", "Soluciones", "Sistemas"]),
    trade(PUBLIC_SECTOR, 16, 4, &["Municipio de", "Instituto de Salud de", "Universidad de"]),
];

const SPAIN: &[Trade] = &[
    trade("Retail", 1, 20, &["Comercial", "Almacenes", "Ferretería", "Bazar"]),
    trade("Construcción", 8, 17, &["Construcciones", "Reformas", "Promociones", "Obras"]),
    trade("Industria", 3, 16, &["Talleres", "Metalúrgica", "Cerámicas", "Envases"]),
    trade("Salud", 4, 9, &["Clínica", "Laboratorios", "Residencia", "Farmacia"]),
    trade("Transporte", 3, 10, &["Transportes", "Logística", "Mensajería"]),
    trade("Alimentos", 0, 14, &["Alimentación", "Bodegas", "Panadería", "Conservas"]),
    trade("Hotelería", 2, 11, &["Hotel", "Restaurante", "Cafetería"]),
    trade("Tecnología", -2, 6, &["Tecnologías", "Sistemas", "Ingeniería"]),
    trade(PUBLIC_SECTOR, 18, 4, &["Ayuntamiento de", "Consorcio Sanitario de", "Diputación de"]),
];

/// The trades of a country's portfolio.
pub(super) fn trades(country: Country) -> &'static [Trade] {
    match country {
        Country::Chile => CHILE,
        Country::Mexico => MEXICO,
        Country::Spain => SPAIN,
    }
}

/// Second words of company names.
pub(super) const ROOTS: &[&str] = &[
    "Quillay Azul",
    "Piedra Lunar",
    "Tres Faroles",
    "Cóndor de Papel",
    "Puerto Nube",
    "Alba Serena",
    "Río Cristal",
    "El Colibrí",
    "Los Almendros",
    "Luz de Otoño",
    "Campo Claro",
    "Brisa Norte",
    "La Higuera",
    "Santa Candela",
    "Monte Mayo",
    "Cielo Abierto",
    "El Faro Viejo",
    "Siete Robles",
    "Nogal Dorado",
    "Arrayán",
    "Bahía Quieta",
    "Los Tulipanes",
    "Valle Hondo",
    "Sol y Sombra",
    "La Campana",
    "Peñón Blanco",
    "El Girasol",
    "Las Acacias",
    "Tierra Nueva",
    "Cauce Alto",
    "El Molino",
    "Gran Encina",
    "Costa Brumosa",
    "La Garza",
    "Los Tres Ríos",
    "Aguas Mansas",
    "El Herrero",
    "Lirio del Campo",
    "Buenaventura",
    "San Fortunato",
    "La Esperanza Fina",
    "Torre Vieja",
    "Los Cerezos",
    "Arco Iris",
    "El Trébol",
    "Mirasol",
    "Paso Ancho",
    "La Estela",
    "Roca Firme",
    "El Manantial",
    "Dos Hermanas",
    "Volcán Dormido",
    "La Lechuza",
    "Ñandú",
    "Cantarrana",
    "El Roble Mayor",
    "Estrella Polar",
    "Las Golondrinas",
    "Alto Cedro",
    "Cactus",
];

/// Invented towns, for public bodies and addresses.
pub(super) const TOWNS: &[&str] = &[
    "Villasoñada",
    "Puerto Quimera",
    "San Ficticio",
    "Valle Dormido",
    "Santa Nube",
    "Río Imaginario",
    "Monteperdido Alto",
    "Costa Invención",
    "El Espejismo",
    "Villa Fábula",
    "Lago Pintado",
    "Los Inventos",
    "Peñaquieta",
    "Campofeliz",
    "Aldea Nueva del Cuento",
    "San Jamás",
];

/// Invented streets.
pub(super) const STREETS: &[&str] = &[
    "Los Aromos",
    "De la Luna",
    "Las Hortensias",
    "Del Reloj",
    "Los Pinos",
    "De las Letras",
    "El Bosque",
    "Del Puerto Viejo",
    "Las Camelias",
    "Del Mercado",
    "San Fortunato",
    "Del Norte",
];

/// First names.
pub(super) const FIRST_NAMES: &[&str] = &[
    "María José",
    "Carlos",
    "Lucía",
    "Andrés",
    "Fernanda",
    "Javier",
    "Paula",
    "Sebastián",
    "Carmen",
    "Diego",
    "Elena",
    "Rodrigo",
    "Beatriz",
    "Tomás",
    "Daniela",
    "Hugo",
    "Marta",
    "Felipe",
    "Ximena",
    "Álvaro",
    "Rosa",
    "Gonzalo",
    "Teresa",
    "Emilio",
    "Natalia",
    "Iván",
];

/// Family names; persons bear two.
pub(super) const FAMILY_NAMES: &[&str] = &[
    "Cárdenas",
    "Luna",
    "Montero",
    "Rivas",
    "Sepúlveda",
    "Ibarra",
    "Quiroga",
    "Salinas",
    "Toro",
    "Bravo",
    "Castillo",
    "Vera",
    "Ponce",
    "Aguilar",
    "Navarro",
    "Núñez",
    "Peralta",
    "Robles",
    "Serrano",
    "Valdés",
    "Zamora",
    "Mella",
    "Olmos",
    "Prieto",
    "Lira",
    "Escobar",
];

/// What companies of the country end their names with.
pub(super) fn endings(country: Country) -> &'static [&'static str] {
    match country {
        Country::Chile => &["SpA", "Ltda.", "S.A.", "EIRL"],
        Country::Mexico => &["S.A. de C.V.", "S. de R.L. de C.V.", "S.A.P.I. de C.V."],
        Country::Spain => &["S.L.", "S.A.", "S.L.U.", "S.Coop."],
    }
}
