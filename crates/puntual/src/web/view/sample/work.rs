//! Samples of pages about work: imports, quarantine, messages, settings, sign-in.

use super::{buckets, customer, today, whole};
use crate::web::layout::{Frame, Role};
use crate::web::part::badge::{Channel, State};
use crate::web::part::form::{Choice, Typed};
use crate::web::part::table::Paging;
use crate::web::url::Url;
use crate::web::view::import_preview::*;
use crate::web::view::imports::*;
use crate::web::view::login::LoginView;
use crate::web::view::messages::*;
use crate::web::view::quarantine::*;
use crate::web::view::settings::*;
use puntual_core::id::{ImportId, MessageId, UserId};

fn batch(index: i64, state: BatchState) -> Batch {
    Batch {
        id: ImportId(300_000_000 + index),
        name: ["facturas_2026-11.csv", "CFDI_octubre.zip", "EnvioDTE_118.xml"][index as usize % 3]
            .to_owned(),
        files: [1, 214, 1][index as usize % 3],
        on: today() - index as i32,
        at: "09:42".to_owned(),
        who: "Luis Paredes".to_owned(),
        counts: Counts {
            read: 1_284,
            accepted: 1_250,
            duplicates: 12,
            quarantined: 7,
            rejected: 3,
            ignored: 12,
        },
        state,
    }
}

impl ImportsView {
    /// Batches in every state.
    pub fn sample() -> ImportsView {
        use BatchState::*;
        let states = [Running, Asking, Done, Undone, Failed];
        ImportsView {
            batches: states.iter().enumerate().map(|(i, s)| batch(i as i64, *s)).collect(),
            paging: Paging { page: 2, per_page: 6, total: 40 },
            quarantined: 7,
            max_megabytes: 200,
            error: Some("El archivo está vacío.".to_owned()),
            command_id: "imp_2".to_owned(),
        }
    }
}

impl PreviewView {
    /// A spreadsheet that leaves the decimal sign open.
    pub fn sample() -> PreviewView {
        let column = |index, header: &str, field: &str, examples: [&str; 3]| MappedColumn {
            index,
            header: header.to_owned(),
            field: field.to_owned(),
            examples: examples.map(str::to_owned).to_vec(),
            is_doubtful: field == "due_date",
        };
        let row = |line, values: [&str; 4], problem: Option<&str>| SampleRow {
            line,
            values: values.map(str::to_owned).to_vec(),
            problem: problem.map(str::to_owned),
        };
        PreviewView {
            id: ImportId(300_000_001),
            file: "facturas_2026-11.csv".to_owned(),
            format: "CSV · punto y coma · Windows-1252".to_owned(),
            rows: 1_284,
            columns: vec![
                column(0, "Folio", "number", ["10482", "10483", "10484"]),
                column(1, "Vencto.", "due_date", ["05-12-2026", "06-12-2026", "08-12-2026"]),
                column(2, "Monto", "total", ["1.190", "2.380", "595"]),
                column(3, "Vendedor", "", ["JP", "JP", "AS"]),
            ],
            fields: vec![
                Choice::new("number", "Número"),
                Choice::new("due_date", "Vencimiento"),
                Choice::new("total", "Total"),
            ],
            questions: vec![Question {
                name: "decimal".to_owned(),
                text: "¿El punto separa miles o decimales?".to_owned(),
                evidence: "1.190 · 2.380 · 595".to_owned(),
                choices: vec![
                    Choice::new("thousands", "Miles: 1190"),
                    Choice::new("decimal", "Decimales: 1,19"),
                ],
                proposed: "thousands".to_owned(),
            }],
            sample: vec![
                row(2, ["10482", "05-12-2026", "1.190", "JP"], None),
                row(3, ["10483", "06-12-2026", "2.380", "JP"], Some("Falta el cliente.")),
            ],
            mapping_name: "ERP ventas".to_owned(),
        }
    }
}

impl ProgressView {
    /// A batch half done.
    pub fn sample() -> ProgressView {
        ProgressView {
            batch: batch(1, BatchState::Running),
            files_done: 131,
            doing: "Leyendo CFDI y guardando en el libro.".to_owned(),
        }
    }
}

impl ResultView {
    /// A batch with a problem of each severity.
    pub fn sample() -> ResultView {
        use Severity::*;
        let problem = |severity| ProblemRow {
            severity,
            file: "CFDI_octubre.zip".to_owned(),
            place: "F10482.xml /cfdi:Comprobante/@Total".to_owned(),
            code: "total_mismatch".to_owned(),
            message: "El total no es la suma de sus partes: revise el archivo original.".to_owned(),
        };
        let file = |name: &str, is_rejected: bool| FileResult {
            name: name.to_owned(),
            format: "CFDI 4.0".to_owned(),
            counts: Counts { read: 1, accepted: i64::from(!is_rejected), ..Counts::default() },
            is_rejected,
        };
        ResultView {
            batch: batch(1, BatchState::Done),
            files: vec![file("F10482.xml", false), file("dañado.xml", true)],
            problems: [Rejected, Quarantined, Warning, Ignored].map(problem).to_vec(),
            paging: Paging { page: 1, per_page: 50, total: 4 },
            stopped_because: Some("disco lleno".to_owned()),
        }
    }
}

impl QuarantineView {
    /// A document that contradicts another, one that lacks something, one decided.
    pub fn sample(f: &Frame) -> QuarantineView {
        let field = |name: &str, ours: Option<&str>, theirs: &str, differs| FieldRow {
            name: name.to_owned(),
            ours: ours.map(str::to_owned),
            theirs: Some(theirs.to_owned()).filter(|theirs| !theirs.is_empty()),
            differs,
            is_wrong: false,
        };
        let row = |index: usize, decisions: Vec<Decision>| QuarantineRow {
            id: format!("imp_1.{index}"),
            document: format!("Factura {}", 10_482 + index),
            customer: customer(index).name,
            total: Some(whole(f, 1_190)),
            why: "Ya existe con otro contenido.".to_owned(),
            fields: vec![
                field("Total", Some("1.190.000"), "1.290.000", true),
                field("Fecha de emisión", Some("02-11-2026"), "02-11-2026", false),
                FieldRow { is_wrong: true, ..field("Cliente", None, "", false) },
            ],
            source: "facturas_2026-11.csv, línea 12".to_owned(),
            on: today() - 2,
            decided: decisions.is_empty().then(|| "Aceptado · ana@losandes.example".to_owned()),
            decisions,
        };
        QuarantineView {
            rows: vec![
                row(0, vec![Decision::Replace, Decision::Keep]),
                row(1, vec![Decision::Accept, Decision::Discard]),
                row(2, Vec::new()),
            ],
            paging: Paging { page: 1, per_page: 50, total: 3 },
            waiting: 3,
            decided: 12,
            shows_decided: false,
        }
    }
}

impl CaseView {
    /// A document that contradicts another.
    pub fn sample(f: &Frame) -> CaseView {
        CaseView {
            row: QuarantineView::sample(f).rows.remove(0),
            problems: vec![("línea 12".to_owned(), "Ya existe con otro contenido.".to_owned())],
            file: Some("/importar/archivo/ab12".to_owned()),
            stored: Some(Url::new("/documentos/doc_1")),
            next: Some("imp_1.2".to_owned()),
        }
    }
}

impl PlanView {
    /// A plan with every verdict.
    pub fn sample(f: &Frame) -> PlanView {
        let row = |index: usize| PlanRow {
            customer: customer(index),
            what: "Recordatorio cordial (+3)".to_owned(),
            channel: (index % 3 != 2).then_some(Channel::Email),
            documents: 1 + index as i64 % 4,
            amount: whole(f, 2_300 + index as i128 * 310),
            at: if index % 3 == 2 { String::new() } else { "09:00".to_owned() },
            verdict: [PlanVerdict::Act, PlanVerdict::Defer, PlanVerdict::Skip][index % 3],
            why: vec![
                [
                    "3 facturas vencidas hace 3 días",
                    "es sábado: pasa al lunes",
                    "todo está en disputa",
                ][index % 3]
                    .to_owned(),
            ],
        };
        PlanView {
            day: today(),
            was_run: false,
            counts: (24, 8, 6),
            rows: (0..9).map(row).collect(),
            paging: Paging { page: 1, per_page: 50, total: 38 },
        }
    }
}

fn message_row(index: usize) -> MessageRow {
    use State::*;
    let states = [Queued, Sent, Delivered, Failed, Unknown, HeldBack];
    MessageRow {
        id: MessageId(310_000_000 + index as i64),
        customer: customer(index),
        address: "pagos@piedraazul.example".to_owned(),
        channel: Channel::Email,
        subject: "Recordatorio: 3 facturas por vencer".to_owned(),
        state: states[index % 6],
        why: if index % 6 == 5 { "Pagó esta mañana".to_owned() } else { String::new() },
        on: today() - index as i32 / 3,
        at: "09:00".to_owned(),
    }
}

impl OutboxView {
    /// Messages in every state.
    pub fn sample() -> OutboxView {
        use State::*;
        OutboxView {
            counts: vec![
                (Queued, "queued", 12),
                (Sent, "sent", 340),
                (Failed, "failed", 2),
                (Unknown, "unknown", 1),
            ],
            rows: (0..9).map(message_row).collect(),
            paging: Paging { page: 1, per_page: 50, total: 355 },
            smtp_server: None,
        }
    }
}

impl MessageView {
    /// A message that did not arrive.
    pub fn sample() -> MessageView {
        MessageView {
            row: message_row(3),
            body: "Estimada Carla:\n\nLe recordamos que el 24-11-2026 vencen tres facturas.\nAdjuntamos su estado de cuenta.\n\nGracias por su puntualidad.\nMarta Ibáñez".to_owned(),
            attachments: vec![("estado-de-cuenta.pdf".to_owned(), "/mensajes/1/adjunto".to_owned())],
            channel_id: "<msg_7k2@losandes.example>".to_owned(),
            history: vec![(today(), "09:00".to_owned(), "En cola".to_owned())],
        }
    }
}

impl CreditorsView {
    /// Three creditors of three countries.
    pub fn sample(f: &Frame) -> CreditorsView {
        let row = |c: &crate::web::frame::CreditorChoice| CreditorRow {
            code: c.code.clone(),
            name: c.name.clone(),
            tax_id: "76.102.040-1".to_owned(),
            country: c.country.clone(),
            currency: "CLP".to_owned(),
            zone: "America/Santiago".to_owned(),
            customers: 412,
            is_default: c.current,
        };
        CreditorsView {
            rows: f.creditors.iter().map(row).collect(),
            form: CreditorForm {
                tax_id: Typed {
                    value: "1-1".to_owned(),
                    error: Some("El dígito verificador no corresponde.".to_owned()),
                },
                ..CreditorForm::default()
            },
            countries: vec![
                Choice::new("CL", "Chile"),
                Choice::new("MX", "México"),
                Choice::new("ES", "España"),
            ],
            currencies: vec![Choice::new("CLP", "CLP"), Choice::new("MXN", "MXN")],
        }
    }
}

impl UsersView {
    /// One person of each role.
    pub fn sample() -> UsersView {
        let row = |(index, role): (usize, Role)| UserRow {
            id: UserId(index as i64 + 1),
            name: ["Marta Ibáñez", "Luis Paredes", "Ana Solís", "Teo Prado"][index].to_owned(),
            email: format!("usuario{index}@losandes.example"),
            role,
            last_seen_on: (index != 3).then(|| today() - index as i32),
            is_active: index != 2,
            is_self: index == 0,
            creditors: match index {
                0 => Vec::new(),
                _ => vec![
                    (1, "Comercial Los Andes SpA".to_owned(), index == 2),
                    (2, "Distribuidora del Norte SA de CV".to_owned(), false),
                ],
            },
        };
        UsersView {
            rows: Role::ALL.into_iter().enumerate().map(row).collect(),
            form: UserForm { role: "agent".to_owned(), ..UserForm::default() },
        }
    }
}

impl MailView {
    /// A server that refused the last trial.
    pub fn sample() -> MailView {
        MailView {
            host: Typed::of("smtp.losandes.example"),
            port: Typed::of("587"),
            security: "starttls".to_owned(),
            user: Typed::of("cobranza"),
            has_password: true,
            from: Typed::of("cobranza@losandes.example"),
            reply_to: Typed::default(),
            last_trial: Some((false, "El servidor rechazó la contraseña (535).".to_owned())),
        }
    }
}

impl BucketsView {
    /// The usual ones.
    pub fn sample() -> BucketsView {
        BucketsView { buckets: buckets(), bounds: Typed::of("30, 60, 90, 120") }
    }
}

impl LoginView {
    /// A refused attempt in a demonstration.
    pub fn sample() -> LoginView {
        let user =
            |role: &str, email: &str| (role.to_owned(), email.to_owned(), "puntual".to_owned());
        LoginView {
            is_nobody_there: true,
            csrf: "sample-token".to_owned(),
            email: Typed::of("marta@losandes.example"),
            error: Some("El correo o la contraseña no corresponden.".to_owned()),
            back: "/".to_owned(),
            demo_users: vec![
                user("Supervisor", "supervisor@demo"),
                user("Ejecutivo", "agente@demo"),
            ],
        }
    }
}
