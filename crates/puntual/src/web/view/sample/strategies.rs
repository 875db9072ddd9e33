//! Samples of the strategies' pages.

use super::{today, whole};
use crate::web::chart::flow::{FlowStage, FlowStep, FlowTrack};
use crate::web::frame::Frame;
use crate::web::part::form::{Choice, Typed};
use crate::web::view::CustomerRef;
use crate::web::view::strategies::{
    ApprovalRow, ApprovalsView, FindingRow, GivenRow, StrategiesView, StrategyRow, StrategyView,
    VersionRow,
};
use puntual_core::id::CustomerId;

fn somebody() -> CustomerRef {
    CustomerRef { id: CustomerId(7), name: "Ferretería San Crispín Ltda.".to_owned() }
}

impl StrategiesView {
    /// A sample.
    pub fn sample() -> StrategiesView {
        let row = |code: &str, name: &str, draft| StrategyRow {
            code: code.to_owned(),
            name: name.to_owned(),
            published: Some(1),
            draft,
            is_standard: code == "S2",
            customers: 41,
        };
        let given = |criteria: &str, customer| GivenRow {
            id: "asg_1".to_owned(),
            code: "S1".to_owned(),
            criteria: criteria.to_owned(),
            customer,
            priority: 10,
            why: "Diez años de relación".to_owned(),
        };
        StrategiesView {
            rows: vec![row("S1", "Leal", None), row("S2", "Estándar", Some(2))],
            given: vec![
                given("", Some(somebody())),
                given("segmento = [\"VIP\"]", None),
                given("", None),
            ],
            waiting: 3,
            next_id: "asg_2".to_owned(),
            criteria: Typed::default(),
        }
    }
}

impl StrategyView {
    /// A sample.
    pub fn sample() -> StrategyView {
        let step = |name: &str, customers| FlowStep {
            name: name.to_owned(),
            when: "7 días antes del vencimiento".to_owned(),
            how: "Correo".to_owned(),
            customers,
            url: "/estrategias/S2?paso=reminder#clientes".to_owned(),
        };
        let stage = |name: &str, steps| FlowStage { name: name.to_owned(), steps };
        let row = |version, may_migrate| VersionRow {
            version,
            state: "borrador".to_owned(),
            actor: "marta@andes.example".to_owned(),
            on: Some(today()),
            may_migrate,
        };
        let finding = |is_error| FindingRow {
            line: 12,
            excerpt: "dias = 3".to_owned(),
            is_error,
            text: "nunca se llega al paso".to_owned(),
        };
        StrategyView {
            code: "S2".to_owned(),
            name: "Estándar".to_owned(),
            version: 2,
            state: "borrador".to_owned(),
            is_draft: true,
            versions: vec![row(2, false), row(1, true)],
            text: "codigo = \"S2\"\n".to_owned(),
            findings: vec![finding(true), finding(false)],
            is_sound: true,
            tracks: vec![FlowTrack {
                title: "Todos".to_owned(),
                stages: vec![
                    stage("Preventiva", vec![step("Aviso", 4), step("Vence hoy", 2)]),
                    stage("Recordatorio", vec![step("Un recordatorio de nombre muy largo", 9)]),
                ],
                branches: vec![("promesa_rota".to_owned(), "subir, etapa firme".to_owned())],
            }],
            changes: vec!["Paso «Aviso»: dias de 3 a 5".to_owned()],
            standing: Some(("Aviso".to_owned(), vec![somebody()])),
            trial: vec![("Contactos".to_owned(), "120".to_owned())],
        }
    }
}

impl ApprovalsView {
    /// A sample.
    pub fn sample(f: &Frame) -> ApprovalsView {
        ApprovalsView {
            rows: vec![ApprovalRow {
                id: "act_1".to_owned(),
                customer: somebody(),
                what: "Requerimiento de pago".to_owned(),
                strategy: "S2.1".to_owned(),
                channel: "Carta".to_owned(),
                on: today(),
                documents: "F-1042".to_owned(),
                amount: whole(f, 1_200),
                responsible: "supervisor".to_owned(),
                why: vec!["vencida hace 61 días".to_owned()],
                preview: Some(("Asunto".to_owned(), "Texto".to_owned())),
            }],
            channels: vec![Choice::new("call", "Llamada")],
        }
    }
}
